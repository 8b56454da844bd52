import type { StoryEntry } from '@bzzz/peer';
import { expect, it } from 'vitest';
import { helpTrees } from '../src/output/help-tree.ts';

const at = { wallMs: 0, counter: 0 };
const names: Readonly<Record<string, string>> = { A: 'ant', B: 'bee', C: 'cricket' };

function told(peer: string, body: { kind: string } & Record<string, unknown>): StoryEntry {
  const id = '1'.repeat(32);
  return { peer, name: null, aheadMs: 0, seq: 0, entry: { v: 1, at, body: { id, ...body } } };
}

it('shows a request for help as the tree that it was', () => {
  const story = [
    told('A', { kind: 'help.asked', question: 'how?' }),
    told('A', { kind: 'help.sent', peer: 'B', hop: 1, budget: 2 }),
    told('B', { kind: 'help.sent', peer: 'C', hop: 2, budget: 1 }),
    told('B', { kind: 'help.returned', peer: 'C', outcome: 'helped', reason: 'so\nand so' }),
    told('A', { kind: 'help.returned', peer: 'B', outcome: 'helped', reason: 'so' }),
    told('A', { kind: 'help.ended', outcome: 'helped', reason: 'so' }),
  ];
  expect(helpTrees(story, (peer) => names[peer] ?? null)).toEqual([
    'ant asked: how?',
    '  bee (hop 1): helped: so',
    '    cricket (hop 2): helped: so',
    '  end: helped: so',
  ]);
});

it('shows nothing where nobody asked, and what has no end yet', () => {
  expect(helpTrees([told('A', { kind: 'task.seen' })], () => null)).toEqual([]);
  const open = [told('A', { kind: 'help.asked', question: '' })];
  expect(helpTrees(open, () => 'ant')).toEqual([
    'ant asked: for the whole job',
    '  no end is known',
  ]);
});
