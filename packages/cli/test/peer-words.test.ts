import { PeerId } from '@bzzz/protocol';
import { samplePeer } from '@bzzz/testkit/contracts/samples';
import { expect, it } from 'vitest';
import { entriesText, standingOf } from '../src/commands/peers.ts';
import { nameIn } from '../src/commands/verify.ts';

it('whoever judged is named where that is known, with the whole id where it does not count', () => {
  const known = PeerId.parse('12D3KooWBVt5rzFokChbNoHie3qSRJgGZddf4BZ1TSCcK4LShcmU');
  const heard = PeerId.parse('12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp');
  const peers = new Set([known]);
  const names = new Map([
    [known as string, 'ash'],
    [heard as string, 'elm'],
  ]);
  expect(nameIn({ peers, names }, known)).toBe('ash (K4LShcmU)');
  expect(nameIn({ peers, names }, heard)).toBe(`elm (${heard})`);
  expect(nameIn({ peers, names: new Map() }, known)).toBe(known);
});

it('entries of a journal are counted of all only where more are on the way', () => {
  const journal = { key: 'ab', from: 0, here: 62, length: 62 };
  expect(entriesText(journal)).toBe('62');
  expect(entriesText({ ...journal, length: 59 })).toBe('62');
  expect(entriesText({ ...journal, here: 59 })).toBe('59 of 62');
  expect(entriesText({ ...journal, from: 7 })).toBe('7..62');
  expect(entriesText({ ...journal, from: 7, here: 59 })).toBe('7..59 of 62');
});

it('a peer that was stopped is not called dead', () => {
  const plain = (_: unknown, text: string) => text;
  const dead = { ...samplePeer(), connected: false, liveness: 'dead' as const };
  expect(standingOf({ style: plain }, dead)).toBe('dead');
  expect(standingOf({ style: plain }, { ...dead, stopped: true })).toBe('stopped');
});
