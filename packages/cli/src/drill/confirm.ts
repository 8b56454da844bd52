/** A question to a person at a terminal, with no for an answer to whatever is not yes. */
import { createInterface } from 'node:readline/promises';
import { BzzzError } from '@bzzz/protocol';
import { printable } from '../terminal.ts';

/** Throws `drill_unconfirmed`, and `aborted` where Ctrl-C is the answer. */
export async function confirm(question: string, signal: AbortSignal): Promise<void> {
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const closed = Promise.withResolvers<string>();
  // Ctrl-D is no answer, and leaves the question open for ever.
  asked.once('close', () => closed.resolve(''));
  try {
    const answer = await Promise.race([
      asked.question(`${printable(question)} [y/N] `, { signal }),
      closed.promise,
    ]);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } catch (error) {
    // A terminal that is read by the line hands Ctrl-C to us, not to the signal.
    const interrupted = error instanceof Error && error.name === 'AbortError';
    if (!interrupted) throw error;
    throw new BzzzError('aborted', 'nothing was done', { cause: error });
  } finally {
    asked.close();
  }
  throw new BzzzError('drill_unconfirmed', 'the answer was no');
}
