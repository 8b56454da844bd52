/** Lets virtual time pass while, and only while, somebody waits for something. */
import { createTimeline, type Timeline } from '../../src/sim/timeline.ts';

export interface Pump {
  readonly timeline: Timeline;
  /** The outcome of the work, which may take virtual time. */
  drive<T>(work: Promise<T>): Promise<T>;
  /** Resolves when `check` holds. */
  until(check: () => boolean): Promise<void>;
  /** The port, with each of its promises driven. */
  driven<P extends object>(port: P): P;
}

/** Nothing in these suites takes longer. */
const patienceMs = 24 * 3_600_000;

export function createPump(): Pump {
  const timeline = createTimeline();
  const callers = { waiting: 0 };
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (callers.waiting > 0) {
      if (timeline.nowMs() > patienceMs) throw new Error('waited for a virtual day');
      await timeline.run({ untilMs: timeline.nowMs() + 50, until: () => callers.waiting === 0 });
    }
    running = undefined;
  }

  async function drive<T>(work: Promise<T>): Promise<T> {
    callers.waiting += 1;
    running ??= run();
    const stuck = running.then(() => work);
    try {
      return await Promise.race([work, stuck]);
    } finally {
      callers.waiting -= 1;
    }
  }

  return {
    timeline,
    drive,
    until(check) {
      const poll = async (): Promise<void> => {
        if (check()) return;
        await new Promise<void>((resolve) => timeline.after(10, resolve));
        return poll();
      };
      return drive(poll());
    },
    driven<P extends object>(port: P): P {
      const methods = Object.entries(port).map(([name, value]: [string, unknown]) => {
        if (typeof value !== 'function') return [name, value];
        const call = (...args: unknown[]): unknown => {
          const answer: unknown = Reflect.apply(value, port, args);
          return answer instanceof Promise ? drive(answer) : answer;
        };
        return [name, call];
      });
      // Sound: the same names with functions of the same shapes.
      return Object.fromEntries(methods) as P;
    },
  };
}
