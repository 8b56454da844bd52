/** Each reason on its own, from what a peer knows. */
import { Epoch, IssueNumber, type Oid, TaskId, WhyReason } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createMembership } from '../../src/membership/membership.ts';
import { createBook, type TaskEntry } from '../../src/task/book.ts';
import { whyIdle } from '../../src/why/idle.ts';
import { tell } from '../../src/why/sentence.ts';
import type { WhySources } from '../../src/why/sources.ts';
import { whyTask } from '../../src/why/task.ts';
import { peerOf } from '../support/identity.ts';
import { baseOid, repo } from '../support/memory-forge.ts';
import { bodySha256, capabilitiesOf, leaseMs, task } from '../support/stand.ts';

const needs = { executors: ['recipe'], tools: [], models: [] };
const other = peerOf(2);

interface Change extends Partial<Omit<WhySources, 'self' | 'tasks'>> {
  readonly self?: object;
  readonly entry?: Partial<TaskEntry> | null;
}

/** An idle peer that may do an open task, but for what is changed. */
function sourcesOf({ self: of = {}, entry = {}, ...change }: Change = {}): WhySources {
  const self = capabilitiesOf(peerOf(1), of);
  const membership = createMembership(self.peer);
  membership.heard(self, 0);
  membership.heard(capabilitiesOf(other, { name: 'bee' }), 0);
  const book = createBook();
  if (entry !== null) {
    const updatedAtMs = 1;
    book.hear({
      kind: 'seen',
      task,
      title: 'Format',
      recipe: 'format',
      bodySha256,
      needs,
      updatedAtMs,
    });
    book.update(task, entry);
  }
  return {
    self,
    members: membership.all(),
    tasks: book.all(),
    watches: [],
    troubles: [],
    nowMs: 1_000,
    stopping: false,
    unable: null,
    unready: {},
    paused: null,
    spendCap: null,
    active: [],
    activity: () => 'none',
    turnAtMs: () => null,
    forfeited: () => false,
    ...change,
  };
}

function holdOf(peer = other, lock: Oid = baseOid) {
  return { peer, epoch: Epoch.parse(3), lock, leaseMs };
}

const told = { sinceMs: 0, atMs: 0, retryAtMs: null };
const trouble = { code: 'fence_refused', reason: 'a rule says no', task, ...told };
const watch = {
  repo,
  role: 'watcher' as const,
  polls: 1,
  answeredAtMs: null,
  trouble: {
    code: 'forge_unreachable' as const,
    reason: 'no route to host',
    sinceMs: 0,
    retryAtMs: 1_000,
  },
};

const cases: [WhyReason, Change, RegExp][] = [
  [{ kind: 'stopping' }, { stopping: true }, /stopping/],
  [
    { kind: 'working', epoch: Epoch.parse(3), step: 'running' },
    {
      activity: () => 'driving',
      entry: { state: { state: 'running', hold: holdOf(peerOf(1)), attempt: 1 } },
    },
    /works on it: running, epoch 3/,
  ],
  [{ kind: 'bidding' }, { activity: () => 'bidding' }, /claiming/],
  [{ kind: 'elsewhere' }, { self: { repositories: [] } }, /this repository/],
  [{ kind: 'unseen' }, { entry: null }, /has not seen it$/],
  [
    { kind: 'forge', code: 'forge_unreachable', reason: 'no route to host' },
    { entry: null, watches: [watch] },
    /has not seen it; the forge: no route/,
  ],
  [
    { kind: 'done', pullRequest: 12 },
    { entry: { state: { state: 'done', hold: holdOf(), pullRequest: 12 } } },
    /done: pull request #12/,
  ],
  [
    { kind: 'failed', reason: 'exit 1' },
    { entry: { state: { state: 'failed', hold: holdOf(), reason: 'exit 1' } } },
    /needs a person: exit 1/,
  ],
  [
    { kind: 'held', holder: other, holderName: 'bee', epoch: Epoch.parse(3) },
    { entry: { state: { state: 'claimed', hold: holdOf() } } },
    /leaves it to bee, who holds it under epoch 3/,
  ],
  [
    { kind: 'waiting', numbers: [IssueNumber.parse(8)], reason: 'waits for #8 (open)' },
    {
      entry: {
        wanted: false,
        blocked: 'waits for #8 (open)',
        waitsFor: [IssueNumber.parse(8)],
      },
    },
    /it waits for #8/,
  ],
  [
    { kind: 'unwanted', reason: 'assigned to mara' },
    { entry: { wanted: false, blocked: 'assigned to mara' } },
    /left alone: assigned to mara/,
  ],
  [
    { kind: 'blocked', reason: 'a person pushed' },
    { entry: { blocked: 'a person pushed' } },
    /needs a person first/,
  ],
  [
    { kind: 'no-sandbox', reason: 'no bubblewrap here' },
    { unable: 'no bubblewrap here', self: { slots: 0, executors: [] } },
    /executes nothing: no bubblewrap/,
  ],
  [{ kind: 'no-slots' }, { self: { slots: 0 } }, /only watches/],
  [
    { kind: 'spent', reason: 'enough for a day' },
    { spendCap: 'enough for a day', self: { executors: [] } },
    /asks no model now: enough/,
  ],
  [{ kind: 'paused', scope: 'mesh' }, { paused: 'mesh' }, /an operator drained the mesh/],
  [
    { kind: 'unable', lacks: 'executor', name: 'recipe' },
    { self: { executors: ['ollama'] } },
    /no executor "recipe"/,
  ],
  [
    { kind: 'unable', lacks: 'executor', name: 'recipe', reason: 'its workers died' },
    { unready: { recipe: 'its workers died' }, self: { executors: ['ollama'] } },
    /no executor "recipe" now: its workers died/,
  ],
  [
    { kind: 'unable', lacks: 'tool', name: 'prettier' },
    {
      entry: {
        seen: {
          kind: 'seen',
          task,
          title: 'Format',
          recipe: 'format',
          bodySha256,
          needs: { ...needs, tools: ['prettier'] },
          updatedAtMs: 1,
        },
      },
    },
    /has no prettier/,
  ],
  [
    { kind: 'no-account', code: 'forge_unauthorized', reason: 'bad credentials' },
    {
      self: { account: null },
      troubles: [
        { code: 'forge_unauthorized', reason: 'bad credentials', task: undefined, ...told },
      ],
    },
    /whose its token is: bad credentials/,
  ],
  [{ kind: 'no-account', code: null, reason: '' }, { self: { account: null } }, /not know yet/],
  [
    { kind: 'busy', slots: 1, tasks: [TaskId.parse('acme/widgets#9')] },
    { active: [TaskId.parse('acme/widgets#9')] },
    /its slot is taken: acme\/widgets#9/,
  ],
  [
    { kind: 'backing-off', forMs: 4_000, code: 'fence_refused', reason: 'a rule says no' },
    { entry: { notBeforeMs: 5_000 }, troubles: [trouble] },
    /again in 4 s: a rule says no/,
  ],
  [
    { kind: 'backing-off', forMs: 200, code: null, reason: '' },
    { entry: { notBeforeMs: 1_200 } },
    /again in 200 ms/,
  ],
  [{ kind: 'idle' }, {}, /defect/],
];

describe('why a peer takes a task or does not', () => {
  it.each(cases)('%j', (reason, change, sentence) => {
    const found = whyTask(sourcesOf(change), task);
    expect(found).toEqual(reason);
    // As on the wire: nothing is lost there.
    expect(WhyReason.parse(found)).toEqual(found);
    expect(tell(found).text).toMatch(sentence);
  });

  it('knows its place and its turn', () => {
    const reasons = [1, 2].map((index) =>
      whyTask(sourcesOf({ self: { peer: peerOf(index) }, turnAtMs: () => 1_400 }), task),
    );
    const places = reasons.map((reason) => reason.kind === 'turn' && reason.place);
    expect(new Set(places)).toEqual(new Set([1, 2]));
    expect(reasons[0]).toMatchObject({ kind: 'turn', of: 2, inMs: 400 });
  });

  it('has a case for every kind', () => {
    const kinds = new Set([...cases.map(([{ kind }]) => kind), 'turn']);
    const all = WhyReason.options.map((option) => option.shape.kind.value);
    expect([...kinds].sort()).toEqual(all.toSorted());
  });

  it('takes a forfeited claim for none', () => {
    const state = { state: 'claimed' as const, hold: holdOf() };
    const change = { entry: { state }, forfeited: () => true, turnAtMs: () => 1_000 };
    expect(whyTask(sourcesOf(change), task)).toEqual({ kind: 'turn', place: 1, of: 1, inMs: 0 });
  });
});

describe('why a peer is idle', () => {
  it('says that nothing is open', () => {
    const done = { state: { state: 'done' as const, hold: holdOf(), pullRequest: 1 } };
    const held = { state: { state: 'claimed' as const, hold: holdOf() } };
    for (const entry of [null, done, held, { wanted: false, blocked: 'closed' }]) {
      expect(whyIdle(sourcesOf({ entry }))).toMatchObject({
        running: 0,
        slots: 1,
        text: '0 of 1 slot taken; no task is open',
        open: [],
      });
    }
  });

  it('says that what there is must wait', () => {
    const entry = { wanted: false, blocked: 'waits', waitsFor: [] };
    const { text } = whyIdle(sourcesOf({ entry }));
    expect(text).toBe('0 of 1 slot taken; no task is open, and 1 waits for other issues');
  });

  it('gives a reason for each task that is open', () => {
    expect(whyIdle(sourcesOf({ entry: { notBeforeMs: 3_000 } }))).toMatchObject({
      text: '0 of 1 slot taken; 1 task is open: tries again in 2 s: its last try came to nothing',
      open: [{ task, title: 'Format', reason: { kind: 'backing-off', forMs: 2_000 } }],
      more: 0,
    });
    const nine = TaskId.parse('acme/widgets#9');
    expect(whyIdle(sourcesOf({ active: [nine] }))).toMatchObject({
      text: '1 of 1 slot taken; 1 task is open',
      working: [nine],
      open: [{ reason: { kind: 'busy' } }],
    });
    expect(whyIdle(sourcesOf({ stopping: true }))).toMatchObject({ text: 'is stopping' });
  });

  it('is bounded, however many are open', () => {
    const [entry] = sourcesOf().tasks;
    if (entry === undefined) throw new Error('no task');
    const tasks = Array.from({ length: 100 }, (_, at) => ({
      ...entry,
      task: TaskId.parse(`acme/widgets#${at + 1}`),
    }));
    const answer = whyIdle({ ...sourcesOf(), tasks });
    expect(answer.open.map((one) => one.task).slice(0, 2)).toEqual([
      'acme/widgets#1',
      'acme/widgets#2',
    ]);
    expect(answer.open.length + answer.more).toBe(100);
    expect(answer.more).toBeGreaterThan(0);
  });
});
