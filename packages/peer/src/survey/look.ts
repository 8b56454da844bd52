/**
 * One thing that is looked at again and again. What is known stays known until a look has seen
 * something else: one that fails or takes too long leaves it, and says why.
 */
import { isBzzzError, reasonOf } from '@bzzz/protocol';

export interface Look<T> {
  readonly name: string;
  /** As of the last look that came to an end; before the first, what it was made with. */
  current(): T;
  /** Why the last look failed; null: it did not. */
  failure(): string | null;
  /** Looks again. Resolves within the time, however the look behaves; never throws. */
  again(signal: AbortSignal): Promise<void>;
}

export interface LookOptions<T> {
  readonly name: string;
  readonly first: T;
  /** A look is given up so late. */
  readonly timeoutMs: number;
  /** May throw anything; what it throws is for people. */
  readonly ask: (signal: AbortSignal) => Promise<T>;
}

export function createLook<T>({ name, first, timeoutMs, ask }: LookOptions<T>): Look<T> {
  let value = first;
  let failure: string | null = null;
  /** A look that was given up may go on in spite of its signal; a second one beside it would pile up. */
  let isUnderWay = false;

  async function again(signal: AbortSignal): Promise<void> {
    if (isUnderWay) {
      failure = 'the look before it has not ended';
      return;
    }
    const slow = AbortSignal.timeout(timeoutMs);
    const over = AbortSignal.any([signal, slow]);
    const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<void>();
    const onOver = () => {
      if (!signal.aborted) failure = `no answer within ${timeoutMs} ms`;
      giveUp();
    };
    over.addEventListener('abort', onOver, { once: true });
    isUnderWay = true;
    const asked = askOnce(over).finally(() => {
      isUnderWay = false;
      over.removeEventListener('abort', onOver);
    });
    await Promise.race([asked, givenUp]);
  }

  /** What comes after it was given up counts as nothing. */
  async function askOnce(over: AbortSignal): Promise<void> {
    try {
      const seen = await ask(over);
      if (over.aborted) return;
      value = seen;
      failure = null;
    } catch (error) {
      if (!over.aborted) failure = isBzzzError(error) ? error.reason : reasonOf(error);
    }
  }

  return { name, current: () => value, failure: () => failure, again };
}
