/** Who kills processes at random moments: of their work, and of their start. */
import { setTimeout as pause } from 'node:timers/promises';
import { createChance } from './chance.ts';
import type { ContenderProcess } from './contenders.ts';

export interface Killer {
  /** Starts one for the first time: once it is known how long that takes, only after a kill in the midst of it. */
  begin(one: ContenderProcess): Promise<void>;
  /** Kills a running one again and again, until there were kills enough. It runs then. */
  haunt(one: ContenderProcess): Promise<void>;
  /** Kills that came before the process had recovered. */
  whileStarting(): number;
}

/** A process lives at most so long after it has recovered; most moments of its work are within. */
const lifeMsMax = 1_500;
/** One kill in so many is meant for a start. */
const startShare = 3;
/** When fewer of them than one in so many hit, since the start was over sooner than the last one, so is the next. */
const startShareMin = 4;

export function createKiller(options: { readonly times: number; readonly seed: number }): Killer {
  const chance = createChance(options.seed);
  let left = options.times;
  let whileStarting = 0;
  /** What a start took last, of whomever. */
  let startMs: number | null = null;

  async function start(one: ContenderProcess): Promise<void> {
    const sinceMs = performance.now();
    if (await one.start()) startMs = performance.now() - sinceMs;
  }

  /** Between the exec of the process and the moment at which it would be ready. */
  async function killStarting(one: ContenderProcess, withinMs: number): Promise<void> {
    left -= 1;
    const kill = async () => {
      await pause(chance.between(0, withinMs));
      await one.kill();
    };
    const [isReady] = await Promise.all([one.start(), kill()]);
    if (!isReady) whileStarting += 1;
  }

  /** Milliseconds within which a start is to be killed next; null: it is the turn of work, or of nothing. */
  function startToKill(): number | null {
    const isDue = whileStarting * startShareMin < options.times - left;
    const isTurn = chance.between(1, startShare) === 1 || isDue;
    return isTurn && left > 0 ? startMs : null;
  }

  return {
    async begin(one) {
      // Its folder is new: what is made and synced in it is cut short.
      if (startMs !== null && left > 0) await killStarting(one, startMs);
      await start(one);
    },
    async haunt(one) {
      while (left > 0) {
        left -= 1;
        await pause(chance.between(0, lifeMsMax));
        await one.kill();
        for (let withinMs = startToKill(); withinMs !== null; withinMs = startToKill()) {
          await killStarting(one, withinMs);
        }
        await start(one);
        one.look();
      }
    },
    whileStarting: () => whileStarting,
  };
}
