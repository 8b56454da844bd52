/** What people are told of requests for help that did not get an attempt any further. */
import { expect, it } from 'vitest';
import { askedBefore, createTried } from '../../src/help/tried.ts';
import { peerOf } from '../support/identity.ts';

const [ant, bee, cat] = [peerOf(1), peerOf(2), peerOf(3)];

it('a line a peer: who helped, and why the others did not, each reason once', () => {
  const tried = createTried();
  const request = [
    { peer: bee, reason: 'has no model' },
    { peer: ant, reason: askedBefore },
    { peer: cat, reason: askedBefore },
    { peer: bee, reason: askedBefore },
  ];
  tried.add({ help: { peer: ant }, tried: request });
  tried.add({ help: { peer: ant }, tried: request });
  tried.add({ tried: [{ peer: bee, reason: 'is busy' }] });
  expect(tried.list()).toEqual([
    { peer: ant, reason: 'it helped 2 times, and that was not enough' },
    { peer: bee, reason: 'has no model; is busy' },
    { peer: cat, reason: askedBefore },
  ]);
});
