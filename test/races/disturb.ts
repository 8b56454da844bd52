/** What goes on while the contenders race: processes that stop for longer than a lease, or die. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { ContenderProcess } from './contenders.ts';

export interface Disturbance {
  readonly stops: () => number;
  readonly kills: () => number;
  /** No more of it: who was stopped goes on, who was killed is started again. */
  end(): Promise<void>;
}

export function disturb(
  contenders: readonly ContenderProcess[],
  chance: Chance,
  { leaseMs, everyMs }: { readonly leaseMs: number; readonly everyMs: number },
): Disturbance {
  const ending = new AbortController();
  const { signal } = ending;
  const busy = new Map<ContenderProcess, Promise<void>>();
  let stops = 0;
  let kills = 0;

  function idle(delayMs: number): Promise<void> {
    return pause(delayMs, undefined, { signal }).catch(() => undefined);
  }

  async function stop(one: ContenderProcess): Promise<void> {
    stops += 1;
    one.signal('SIGSTOP');
    // Others take over soon after a lease; whoever stays away for longer only races for less.
    await idle(chance.between(leaseMs, 1.5 * leaseMs));
    one.signal('SIGCONT');
  }

  async function kill(one: ContenderProcess): Promise<void> {
    kills += 1;
    await one.kill();
    await idle(chance.between(0, leaseMs));
    await one.start();
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await idle(chance.between(1, 2 * everyMs));
      const free = contenders.filter((one) => !busy.has(one));
      // Half of them race on, whatever happens to the others.
      if (signal.aborted || free.length * 2 <= contenders.length) continue;
      // Most often one that holds something, since that is who is missed.
      const holders = free.filter((one) => performance.now() - one.wonAtMs() < leaseMs / 2);
      const one = chance.pick(holders.length > 0 && chance.between(1, 4) > 1 ? holders : free);
      const job = chance
        .pick([stop, kill])(one)
        .finally(() => busy.delete(one));
      busy.set(one, job);
    }
  }

  const running = run();
  return {
    stops: () => stops,
    kills: () => kills,
    async end() {
      ending.abort();
      await running;
      await Promise.all(busy.values());
    },
  };
}
