import { samplePeer } from '@bzzz/testkit/contracts/samples';
import { expect, it } from 'vitest';
import {
  isPaused,
  pauseChoices,
  pauseOutcome,
  pausesOf,
  peerChoices,
  resumesFor,
} from '../src/actions/pauses.ts';
import { extend, noHistory } from '../src/live/history.ts';
import { standingWord, viewOf } from '../src/live/page-view.ts';
import { acacia, said } from './entries.ts';

const set = (atMs: number, scope: string, paused = true) =>
  said({ atMs, body: { kind: 'pause.set', scope, paused } });
const problem = (code: string) => ({ code, severity: 'warning' as const, text: '', advice: '' });

function pauses(options: {
  readonly paused: boolean;
  readonly code?: string;
  readonly entries?: ReturnType<typeof set>[];
}) {
  const answer = samplePeer({ id: acacia, self: true, paused: options.paused });
  const history = extend(noHistory, options.entries ?? []);
  const problems = options.code === undefined ? [] : [problem(options.code)];
  return pausesOf({ problems }, viewOf({ history, peers: [answer], tasks: [] }, null));
}

it('a peer that begins nothing new is called drained, unless the rest stands still', () => {
  const answer = samplePeer({ id: acacia, self: true, paused: true });
  const wordAfter = (...entries: ReturnType<typeof set>[]) => {
    const history = extend(noHistory, entries);
    const { peers, world } = viewOf({ history, peers: [answer], tasks: [] }, null);
    return peers.map((peer) => standingWord(peer, world));
  };
  expect(wordAfter(set(1, 'self'))).toEqual(['drained']);
  expect(wordAfter(set(1, 'self'), set(2, 'attempts'))).toEqual(['paused']);
  expect(wordAfter(set(1, 'attempts'), set(2, 'attempts', false))).toEqual(['drained']);
});

it('a pause of the mesh is no pause of the peer, which it would be of no use to resume', () => {
  expect(pauses({ paused: true, code: 'mesh_paused' })).toMatchObject({ self: false, mesh: true });
  const both = { paused: true, code: 'mesh_paused', entries: [set(1, 'mesh'), set(2, 'self')] };
  expect(pauses(both)).toMatchObject({ self: true, mesh: true });
  expect(pauses({ paused: true, code: 'paused' })).toMatchObject({ self: true, mesh: false });
  expect(isPaused(pauses({ paused: false }))).toBe(false);
});

it('whoever resumes one of two pauses is told of the other', () => {
  const resume = { order: 'resume' } as const;
  expect(pauseOutcome('oak', { ...resume, mesh: false }, true)).toBe(
    'oak still takes nothing new: the whole mesh is drained: resume that, too.',
  );
  expect(pauseOutcome('oak', { ...resume, mesh: true }, true)).toBe(
    'oak still takes nothing new: oak itself is drained or paused: resume it, too.',
  );
  expect(pauseOutcome('oak', { ...resume, mesh: false }, false)).toBe('oak takes new tasks.');
  expect(pauseOutcome('oak', { order: 'drain', mesh: true }, true)).toBe(
    'The whole mesh takes nothing new, and finishes what is under way.',
  );
});

it('a peer that works can be drained or paused, and one that is either can be the other', () => {
  const none = { self: false, attempts: false, mesh: false };
  const titles = (which: typeof none) => peerChoices('oak', which).map(({ title }) => title);
  expect(titles(none)).toEqual(['Drain oak', 'Pause oak']);
  expect(titles({ ...none, self: true })).toEqual(['Resume oak', 'Pause oak']);
  expect(titles({ ...none, attempts: true })).toEqual(['Resume oak', 'Drain oak']);
  expect(titles({ ...none, self: true, attempts: true })).toEqual(['Resume oak', 'Drain oak']);
  // Its own resume would end nothing.
  expect(titles({ ...none, mesh: true })).toEqual(['Drain oak', 'Pause oak']);
});

it('attempts stand still until the peer is resumed, as its journal tells', () => {
  const still = [set(1, 'attempts')];
  const none = { self: false, attempts: false, mesh: false };
  const titles = (which: typeof none) => pauseChoices('oak', which).map(({ title }) => title);
  expect(pauses({ paused: true, code: 'paused', entries: still })).toEqual({
    ...none,
    attempts: true,
  });
  const both = [...still, set(2, 'self')];
  const stands = pauses({ paused: true, code: 'paused', entries: both });
  expect(stands).toEqual({ ...none, self: true, attempts: true });
  const resumed = [...both, set(3, 'self', false)];
  expect(pauses({ paused: false, entries: resumed })).toEqual(none);
  expect(pauses({ paused: true, entries: [...resumed, set(4, 'self')] }).attempts).toBe(false);
  expect(titles(none)).toEqual(['Drain oak', 'Pause oak', 'Drain the whole mesh']);
  expect(titles(stands)).toEqual(['Resume oak', 'Drain oak', 'Drain the whole mesh']);
});

it('are ended where their problem is told, each by its own order', () => {
  const none = { self: false, attempts: false, mesh: false };
  const codes = (pauses: typeof none) =>
    resumesFor('ash', pauses).map(({ code, choice }) => [code, choice.title]);
  expect(codes(none)).toEqual([]);
  expect(codes({ ...none, self: true })).toEqual([['paused', 'Resume ash']]);
  expect(codes({ ...none, attempts: true })).toEqual([['paused', 'Resume ash']]);
  expect(codes({ ...none, mesh: true })).toEqual([['mesh_paused', 'Resume the whole mesh']]);
});
