/** Who heard less than all, or something else, is seen. */
import { PeerId } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { createTally } from './subjects/tally.ts';

const author = PeerId.parse(`12D3KooW${'a'.repeat(44)}`);
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Of three peers, of which one speaks: what the two others heard. */
function heard(...receivers: readonly string[]) {
  const tally = createTally(3);
  for (const [index, words] of receivers.entries()) {
    for (const word of words) tally.put(index + 1, author, bytes(word));
  }
  return () => tally.digest(2, 1);
}

it('all heard all of one author, in whatever order', () => {
  expect(heard('ab', 'ba')()).toBe(heard('ab', 'ab')());
  expect(heard('ab', 'ba')()).not.toBe(heard('ac', 'ac')());
});

it('somebody heard less, more, or something else', () => {
  expect(heard('ab')).toThrow(/not everybody/);
  expect(heard('ab', 'a')).toThrow(/not everybody/);
  expect(heard('ab', 'abb')).toThrow(/not everybody/);
  expect(heard('ab', 'ac')).toThrow(/not everybody/);
});
