import { PeerAnswer } from '@bzzz/protocol/api';
import { expect, it } from 'vitest';
import { isPaused, pauseOutcome, pausesOf } from '../src/actions/pauses.ts';
import { extend, noHistory } from '../src/live/history.ts';
import { viewOf } from '../src/live/page-view.ts';
import { acacia, said } from './entries.ts';

const set = (atMs: number, scope: string) =>
  said({ atMs, body: { kind: 'pause.set', scope, paused: true } });
const problem = (code: string) => ({ code, severity: 'warning' as const, text: '', advice: '' });

function pauses(options: {
  readonly paused: boolean;
  readonly code?: string;
  readonly entries?: ReturnType<typeof set>[];
}) {
  const answer = PeerAnswer.parse({
    id: acacia,
    name: 'acacia',
    self: true,
    connected: true,
    liveness: 'alive',
    heardAgoMs: 0,
    account: null,
    version: '0.1.0',
    repositories: [],
    executors: [],
    tools: [],
    sandbox: 'bubblewrap',
    slots: 1,
    running: 0,
    load: 0,
    success: 0.5,
    paused: options.paused,
    journal: { key: 'ab'.repeat(32), length: 1, here: 1 },
  });
  const history = extend(noHistory, options.entries ?? []);
  const problems = options.code === undefined ? [] : [problem(options.code)];
  return pausesOf({ problems }, viewOf({ history, peers: [answer], tasks: [] }, null));
}

it('a pause of the mesh is no pause of the peer, which it would be of no use to resume', () => {
  expect(pauses({ paused: true, code: 'mesh_paused' })).toEqual({ self: false, mesh: true });
  const both = { paused: true, code: 'mesh_paused', entries: [set(1, 'mesh'), set(2, 'self')] };
  expect(pauses(both)).toEqual({ self: true, mesh: true });
  expect(pauses({ paused: true, code: 'paused' })).toEqual({ self: true, mesh: false });
  expect(isPaused(pauses({ paused: false }))).toBe(false);
});

it('whoever resumes one of two pauses is told of the other', () => {
  const resume = { paused: false } as const;
  expect(pauseOutcome('oak', { ...resume, scope: 'self' }, true)).toBe(
    'oak still takes nothing new: the whole mesh is paused: resume that, too.',
  );
  expect(pauseOutcome('oak', { ...resume, scope: 'mesh' }, true)).toBe(
    'oak still takes nothing new: oak itself is paused: resume it, too.',
  );
  expect(pauseOutcome('oak', { ...resume, scope: 'self' }, false)).toBe('oak takes new tasks.');
  expect(pauseOutcome('oak', { paused: true, scope: 'mesh' }, true)).toBe(
    'oak takes nothing new now.',
  );
});
