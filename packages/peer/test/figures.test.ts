/** What is counted of a peer, entry by entry. */
import type { TaskView } from '@bzzz/coordination';
import { createRunner } from '@bzzz/execution';
import { EntryBody, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { countRuns } from '../src/figures/counted-runs.ts';
import { countEntries } from '../src/figures/entry-counts.ts';
import { createTaskAges } from '../src/figures/task-ages.ts';
import { taskView } from './member.ts';
import { codeOf, tempDir } from './support.ts';

const task = 'owner/sample#1';
const oid = (digit: number) => String(digit).repeat(40);

function held(at: number, epoch: number, more: object = {}): EntryBody {
  const record = {
    state: 'held',
    task,
    peer: '12D3KooWPuLaGm8MdWazkxN1wPwsKmuyszXvA82ChLdHcXpwuU7b',
    account: 'peers',
    epoch,
    attempt: 1,
    leaseMs: 30_000,
    nonce: '0'.repeat(16),
    bodySha256: '0'.repeat(64),
    ...more,
  };
  const commit = new Uint8Array([1]);
  const intent = { task, expected: null, oid: oid(at), commit, record };
  return EntryBody.parse({ kind: 'fence.intended', intent });
}

function settled(at: number, outcome: string): EntryBody {
  return EntryBody.parse({ kind: 'fence.settled', task, oid: oid(at), outcome, reason: '' });
}

function counted(bodies: readonly EntryBody[], isTaken: (task: TaskId) => boolean = () => false) {
  const counter = countEntries();
  for (const body of bodies) counter.add(body, isTaken);
  return counter.counts;
}

describe('claims', () => {
  it('are told apart by what they were over, and renewals are none', () => {
    const counter = countEntries();
    const say = (isTaken: boolean, ...bodies: EntryBody[]) => {
      for (const body of bodies) counter.add(body, () => isTaken);
    };
    say(false, held(1, 1), settled(1, 'won'), held(2, 1), settled(2, 'won'));
    say(true, held(3, 2), settled(3, 'lost'));
    say(false, held(4, 3, { rework: oid(9) }), settled(4, 'won'));
    expect([...counter.counts.claims]).toEqual([
      ['claim won', 1],
      ['takeover lost', 1],
      ['rework won', 1],
    ]);
  });

  it('count once, when it is known what became of them', () => {
    const bodies = [held(1, 1), settled(1, 'unknown'), settled(1, 'unknown'), settled(1, 'won')];
    expect([...counted(bodies).claims]).toEqual([['claim won', 1]]);
    expect([...counted(bodies.slice(0, 3)).claims]).toEqual([]);
  });
});

describe('attempts', () => {
  const attempt = { task, epoch: 1, attempt: 1 };
  const end = (more: object) =>
    EntryBody.parse({ kind: 'attempt.ended', ...attempt, reason: '', commits: 0, ...more });
  const spent = {
    executor: 'ollama',
    model: null,
    turns: 1,
    tokensRead: 100,
    tokensWritten: 10,
    costUsd: 0.5,
  };

  it('count by how they ended, with their time, their code and what they cost', () => {
    const counts = counted([
      EntryBody.parse({ kind: 'attempt.started', ...attempt, executor: 'ollama', base: oid(1) }),
      end({ outcome: 'accepted', elapsedMs: 2_000, spent }),
      end({ outcome: 'accepted', elapsedMs: 1_000 }),
      end({ outcome: 'cancelled', elapsedMs: 500, code: 'workspace_hostile', spent }),
    ]);
    expect([...counts.attemptsStarted]).toEqual([['ollama', 1]]);
    expect([...counts.attemptsEnded]).toEqual([
      ['accepted', 2],
      ['cancelled', 1],
    ]);
    expect(counts.attemptMs.get('accepted')).toBe(3_000);
    expect([...counts.attemptsCut]).toEqual([['workspace_hostile', 1]]);
    expect(Object.fromEntries(counts.tokens)).toEqual({ read: 200, written: 20 });
    expect(counts.costUsd).toBe(1);
  });

  it('cost what they tell at their end, not their steps beside', () => {
    const step = EntryBody.parse({
      kind: 'attempt.step',
      ...attempt,
      step: 1,
      role: 'coder',
      executor: 'ollama',
      outcome: 'done',
      reason: '',
      elapsedMs: 1,
      spent,
    });
    const counts = counted([step, end({ outcome: 'accepted', elapsedMs: 2_000, spent })]);
    expect(counts.tokens.get('read')).toBe(100);
  });
});

describe('the age of a task', () => {
  const view = (of: Partial<TaskView>): TaskView => taskView({ task: TaskId.parse(task), ...of });

  it('is how long it has been in its state', () => {
    const ages = createTaskAges();
    ages.look([view({})], 1_000);
    ages.look([view({})], 5_000);
    expect(ages.oldestMs(6_000)).toMatchObject({ open: 5_000, running: 0 });
    ages.look([view({ state: 'running', epoch: 1 })], 7_000);
    expect(ages.oldestMs(8_000)).toMatchObject({ open: 0, running: 1_000 });
    // Taken over: it moved.
    ages.look([view({ state: 'running', epoch: 2 })], 9_000);
    expect(ages.oldestMs(9_500)).toMatchObject({ running: 500 });
    ages.look([], 10_000);
    expect(ages.oldestMs(11_000)).toMatchObject({ running: 0 });
  });

  it('is none where nobody wants it', () => {
    const ages = createTaskAges();
    ages.look([view({ wanted: false })], 1_000);
    expect(ages.oldestMs(9_000)).toMatchObject({ open: 0 });
  });
});

describe('commands', () => {
  const limits = {
    outputBytesMax: 1_000,
    memoryBytesMax: 256 * 1024 ** 2,
    processesMax: 32,
    diskBytesMax: 10 * 1024 ** 2,
  };

  it('count by what ended them, and those that were not begun', async () => {
    const path = await tempDir();
    const able = countRuns(createRunner({ sandbox: 'required' }));
    const at = { path, limits, timeMs: 20_000 };
    await able.runner.run({ ...at, argv: ['true'] });
    await able.runner.run({ ...at, argv: ['sh', '-c', 'yes'] });
    await able.runner.run({ ...at, argv: ['sleep', '60'], timeMs: 200 });
    expect(Object.fromEntries(able.ends)).toEqual({ exit: 1, output: 1, time: 1 });

    const unable = countRuns(createRunner({ sandbox: 'required', bubblewrap: '/nonexistent' }));
    const refused = unable.runner.run({ ...at, argv: ['true'] });
    expect(await codeOf(refused)).toBe('sandbox_missing');
    expect(Object.fromEntries(unable.ends)).toEqual({ refused: 1 });
  });
});
