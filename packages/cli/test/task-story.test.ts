import { StoryEntry } from '@bzzz/protocol/api';
import { expect, it } from 'vitest';
import { storyLines } from '../src/output/task-story.ts';
import type { Terminal } from '../src/terminal.ts';

const terminal: Terminal = {
  print: () => undefined,
  note: () => undefined,
  style: (_format, text) => text,
  styleNote: (_format, text) => text,
  columns: null,
};
const task = 'cedar/csv#7';
const startMs = Date.UTC(2026, 10, 30, 23, 59, 50);

function said(peer: string, afterMs: number, body: { kind: string; [field: string]: unknown }) {
  const entry = { v: 1, at: { wallMs: startMs + afterMs, counter: 0 }, body };
  return StoryEntry.parse({ peer, name: peer, seq: afterMs, entry });
}

function move(peer: string, afterMs: number, state: string, settled: object = { outcome: 'won' }) {
  const oid = `${peer}-${afterMs}`;
  const record = { task, state, epoch: peer === 'elm' ? 1 : 2 };
  return [
    said(peer, afterMs, { kind: 'fence.intended', intent: { task, oid, record } }),
    said(peer, afterMs + 1, { kind: 'fence.settled', task, oid, reason: '', ...settled }),
  ];
}

it('tells a takeover in words, with renewals told once and the date where it changes', () => {
  const lines = storyLines(
    terminal,
    [
      ...move('elm', 0, 'held'),
      ...move('oak', 10, 'held', { outcome: 'lost', holder: { peer: 'elm', epoch: 1 } }),
      ...move('elm', 3_000, 'held'),
      ...move('elm', 6_000, 'held'),
      said('oak', 12_000, { kind: 'member.dead', peer: 'elm', reason: 'silent' }),
      ...move('oak', 13_000, 'held'),
      ...move('oak', 14_000, 'result'),
      ...move('oak', 15_000, 'failed', { outcome: 'unknown', reason: 'no answer' }),
    ],
    (peer) => peer,
  );
  expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual([
    '2026-11-30, times are UTC',
    '23:59:50.001 elm fence.settled claimed it, epoch 1',
    '23:59:50.011 oak fence.settled lost it to elm',
    '23:59:56.001 elm fence.settled still held it, said 2 times',
    '2026-12-01, times are UTC',
    '00:00:02.000 oak member.dead declared elm dead',
    '00:00:03.001 oak fence.settled claimed it, epoch 2',
    '00:00:04.001 oak fence.settled published its result',
    '00:00:05.001 oak fence.settled its push was unknown: no answer',
  ]);
});

it('leaves what it has no words for as it stands', () => {
  const [, line] = storyLines(
    terminal,
    [said('elm', 0, { kind: 'fence.settled', task, oid: 'x', outcome: 'won' })],
    () => null,
  );
  expect(line).toContain('outcome=won');
});

it('tells what was done on the forge once, in words, and what a dead peer left undone', () => {
  const effect = (peer: string, afterMs: number, about: object) => [
    said(peer, afterMs, { kind: 'effect.intended', task, epoch: 1, ...about }),
    said(peer, afterMs + 1, { kind: 'effect.settled', task, epoch: 1, ...about, written: true }),
  ];
  const comment = { task, epoch: 1, effect: 'comment' };
  const lines = storyLines(
    terminal,
    [
      ...effect('elm', 0, { effect: 'assign' }),
      ...effect('elm', 10, { effect: 'pull-request', id: 16 }),
      ...effect('elm', 20, { effect: 'song' }),
      said('elm', 30, { kind: 'effect.intended', ...comment }),
      said('elm', 31, { kind: 'effect.settled', ...comment, written: false, id: 4 }),
      said('oak', 40, { kind: 'effect.intended', ...comment }),
    ],
    (peer) => peer,
  );
  expect(lines.slice(1).map((line) => line.replace(/\s+/g, ' '))).toEqual([
    '23:59:50.001 elm effect.settled assigned the issue to its account',
    '23:59:50.011 elm effect.settled opened pull request #16',
    `23:59:50.021 elm effect.settled ${task} effect=song epoch=1 written=true`,
    `23:59:50.040 oak effect.intended ${task} effect=comment epoch=1`,
  ]);
});

it('tells attempts, verdicts and the end in words, and never the task again', () => {
  const first = { task, epoch: 1, attempt: 1 };
  const failed = { outcome: 'failed', reason: 'exit 1\nand more', commits: 0, elapsedMs: 850 };
  const accepted = { outcome: 'accepted', reason: '', commits: 1, elapsedMs: 3_000 };
  const passed = { peer: 'oak', outcome: 'passed', epoch: 1 };
  const ended = { epoch: 1, pullRequest: 24, reason: 'verified' };
  const lines = storyLines(
    terminal,
    [
      said('elm', 0, { kind: 'task.seen', task, title: 'Mend it' }),
      said('elm', 1, { kind: 'attempt.started', ...first, executor: 'recipe' }),
      said('elm', 2, { kind: 'attempt.ended', ...first, ...failed }),
      said('elm', 3, { kind: 'attempt.ended', ...first, attempt: 2, ...accepted }),
      said('oak', 4, { kind: 'verdict.given', task, verdict: { statement: passed } }),
      said('elm', 5, { kind: 'verdict.heard', task, ...passed }),
      said('elm', 6, { kind: 'task.ended', task, state: 'done', ...ended }),
      said('oak', 7, { kind: 'task.ended', task, state: 'released', epoch: 2, reason: 'exit 1' }),
    ],
    (peer) => peer,
  );
  expect(lines.slice(1).map((line) => line.replace(/\s+/g, ' ').slice(13))).toEqual([
    'elm task.seen saw it: Mend it',
    'elm attempt.started works on it with recipe, attempt 1',
    'elm attempt.ended attempt 1 failed after 850 ms: exit 1 and more',
    'elm attempt.ended attempt 2 accepted after 3 s, 1 commit',
    'oak verdict.given judged it: passed',
    'elm verdict.heard heard from oak: passed',
    'elm task.ended done with pull request #24: verified',
    'oak task.ended released: exit 1',
  ]);
});
