import type { Clock } from '../ports/index.ts';
import { abortError } from './sleep.ts';

/** A pause that can be cut short. A wake that comes while nobody waits is kept for the next wait. */
export interface Waker {
  wake(): void;
  /** Throws as `sleep` does when the signal fires. */
  wait(delayMs: number, signal: AbortSignal): Promise<void>;
}

export function createWaker(clock: Clock): Waker {
  let pending = false;
  let resume: (() => void) | undefined;
  return {
    wake() {
      if (resume === undefined) pending = true;
      else resume();
    },
    wait(delayMs, signal) {
      if (signal.aborted) return Promise.reject(abortError(signal));
      if (pending) {
        pending = false;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const settle = (how: () => void) => {
          cancel();
          signal.removeEventListener('abort', onAbort);
          resume = undefined;
          how();
        };
        const onAbort = () => settle(() => reject(abortError(signal)));
        const cancel = clock.after(delayMs, () => settle(resolve));
        resume = () => settle(resolve);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
