/** What the worker tells the peer, message by message. */
import { expect, it } from 'vitest';
import { printedCharsMax, type ToPeer } from '../../src/worker/messages.ts';
import { createRemote } from '../../src/worker/remote.ts';

it('all that is printed goes to the peer, in pieces that a message holds and that cut no character', () => {
  const sent: ToPeer[] = [];
  const remote = createRemote((message) => sent.push(message));
  const texts = [`${'x'.repeat(printedCharsMax - 1)}${'🐝'.repeat(printedCharsMax)}\n`, 'next\n'];
  for (const text of texts) remote.onPrinted(text);
  const pieces = sent.map((message) => (message.kind === 'printed' ? message.text : ''));
  expect(pieces.join('')).toBe(texts.join(''));
  expect(pieces.filter((piece) => piece.length > printedCharsMax || !piece.isWellFormed())).toEqual(
    [],
  );
});
