/** What whoever tries to get in reads when that fails, with backticks around what is typed, as `Words` takes it. */
import { Refusal, tellOf } from '../live/api.ts';

export function loginTrouble(error: unknown): string {
  // The advice of the peer is for programs, too: of headers nobody at a page knows anything.
  if (error instanceof Refusal && error.code === 'gateway_unauthorized') {
    return `This peer knows no such token (${error.code}). Each peer has its own: \`bzzz open\` on its machine prints a link that works.`;
  }
  const { text, advice } = tellOf(error);
  return advice === '' ? `${text}.` : `${text}. ${advice}`;
}
