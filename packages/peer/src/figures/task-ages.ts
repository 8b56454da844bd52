/** Since when tasks are in their states, as far as this peer has looked: what stands still is found by that. */
import type { TaskView } from '@bzzz/coordination';

/** In which a task waits for somebody, or is worked on. */
const livingStates = ['open', 'claimed', 'running', 'helping', 'publishing', 'verifying'] as const;

export interface TaskAges {
  /** A look; as often as times are to be exact. */
  look(tasks: readonly TaskView[], nowMs: number): void;
  /** How long the one has been in each state that is there longest; 0: none is. */
  oldestMs(nowMs: number): Readonly<Record<string, number>>;
}

export function createTaskAges(): TaskAges {
  /** By task; the epoch too, since a task that is claimed anew moves. */
  let since = new Map<string, { readonly is: string; readonly state: string; sinceMs: number }>();

  return {
    look(tasks, nowMs) {
      const next: typeof since = new Map();
      for (const { task, state, epoch, wanted } of tasks) {
        // What nobody wants, waits for nothing.
        if (state === 'open' && !wanted) continue;
        const is = `${state} ${epoch}`;
        const known = since.get(task);
        const isSame = known?.is === is;
        next.set(task, { is, state, sinceMs: isSame ? known.sinceMs : nowMs });
      }
      since = next;
    },
    oldestMs(nowMs) {
      const ages = [...since.values()];
      return Object.fromEntries(
        livingStates.map((state) => {
          const those = ages.filter((one) => one.state === state);
          return [state, Math.max(0, ...those.map(({ sinceMs }) => nowMs - sinceMs))];
        }),
      );
    },
  };
}
