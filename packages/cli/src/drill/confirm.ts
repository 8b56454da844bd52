/** A question to a person at a terminal, with no for an answer to whatever is not yes. */
import { createInterface } from 'node:readline/promises';
import { BzzzError } from '@bzzz/protocol';
import { printable } from '../terminal.ts';

/** Throws `drill_unconfirmed`, and `aborted` where Ctrl-C is the answer. */
export async function confirm(question: string, signal: AbortSignal): Promise<void> {
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const other = Promise.withResolvers<string>();
  // A terminal that is read by the line hands Ctrl-C to us, not to the signal.
  asked.once('SIGINT', () => other.reject(aborted()));
  // Ctrl-D is no answer, and would leave the question open for ever.
  asked.once('close', () => other.resolve(''));
  try {
    const answer = asked.question(`${printable(question)} [y/N] `, { signal });
    if (/^y(?:es)?$/i.test((await Promise.race([answer, other.promise])).trim())) return;
  } catch (error) {
    throw signal.aborted ? aborted(error) : error;
  } finally {
    asked.close();
  }
  throw new BzzzError('drill_unconfirmed', 'the answer was no');
}

function aborted(cause?: unknown): BzzzError {
  return new BzzzError('aborted', 'nothing was done', { cause });
}
