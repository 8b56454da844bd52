import { Epoch, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { incarnationAfter, readMemory } from '../../src/recovery/fold.ts';
import { createHolding } from '../../src/fence/holding.ts';
import { resultOid } from '../support/memory-work.ts';
import { calm, createStand, task } from '../support/stand.ts';

async function memoryOf(stand: ReturnType<typeof createStand>) {
  return readMemory(stand.journal, calm);
}

/** Claims and publishes. */
async function published(stand: ReturnType<typeof createStand>) {
  const claim = await stand.win();
  const holding = createHolding(stand, claim);
  const result = { over: null, oid: resultOid, verdicts: 0 };
  expect(await holding.publish(result, calm)).toMatchObject({ kind: 'won' });
  const intent = stand.journal.of('fence.intended').at(-1)?.intent;
  return { epoch: claim.record.epoch, intent };
}

describe('the memory of earlier runs', () => {
  it('of a new peer is empty', async () => {
    expect(await memoryOf(createStand())).toEqual({
      starts: 0,
      lastAt: null,
      intents: [],
      stoodMs: new Map(),
      unfinished: [],
      members: [],
      help: { asked: new Set(), helped: new Set() },
      pause: { self: false, attempts: false, tasks: [], mesh: null },
      quarantine: { quarantined: [], settled: new Map() },
      endings: new Map(),
    });
  });

  it('counts starts and knows the last time', async () => {
    const stand = createStand();
    const started = { kind: 'peer.started' as const, version: '0.1.0', name: 'ant' };
    await stand.chronicle.record(started);
    await stand.clock.advance(5_000);
    await stand.chronicle.record(started);
    const memory = await memoryOf(stand);
    expect(memory).toMatchObject({ starts: 2, lastAt: stand.chronicle.position().at });
  });

  it('lets no later attempt rest for what was said as the one before had just ended', async () => {
    const stand = createStand();
    const { epoch } = (await stand.win()).record;
    const end = { state: 'released' as const, reason: 'it failed' };
    await stand.chronicle.record({ kind: 'task.ended', task, epoch, ...end });
    await stand.chronicle.record({ kind: 'attempt.paused', task, epoch, paused: true });
    expect((await memoryOf(stand)).pause.tasks).toEqual([]);
    // But where that very claim turns out to stand, and is gone on with.
    const began = { attempt: 1, base: resultOid, executor: 'recipe', taskKind: 'format' };
    await stand.chronicle.record({ kind: 'attempt.started', task, epoch, ...began });
    await stand.chronicle.record({ kind: 'attempt.paused', task, epoch, paused: true });
    expect((await memoryOf(stand)).pause.tasks).toEqual([task]);
  });

  it('knows of which task the attempt rests, until it goes on or the task ends', async () => {
    const stand = createStand();
    const { epoch } = (await stand.win()).record;
    const pause = (paused: boolean) =>
      stand.chronicle.record({ kind: 'attempt.paused', task, epoch, paused });
    const resting = async () => (await memoryOf(stand)).pause.tasks;
    await pause(true);
    expect(await resting()).toEqual([task]);
    await pause(false);
    expect(await resting()).toEqual([]);
    await pause(true);
    const end = { state: 'released' as const, reason: 'people took it' };
    await stand.chronicle.record({ kind: 'task.ended', task, epoch, ...end });
    expect(await resting()).toEqual([]);
  });

  it('holds every commit that was ever meant to be pushed, byte for byte', async () => {
    const stand = createStand();
    const intents = [await stand.win(), await stand.win()];
    expect((await memoryOf(stand)).intents).toEqual(intents);
  });

  it('knows when each came to stand, or may have', async () => {
    const stand = createStand();
    const first = await stand.win();
    const firstMs = stand.clock.wallMs();
    await stand.clock.advance(1_000);
    stand.forge.fates = ['refuse'];
    await stand.clock.drive(stand.fence.propose(await stand.claim(), calm));
    stand.forge.fates = ['lose-request'];
    const doubtful = await stand.claim();
    const doubtfulMs = stand.clock.wallMs();
    await stand.fence.propose(doubtful, calm);
    expect((await memoryOf(stand)).stoodMs).toEqual(
      new Map([
        [first.oid, firstMs],
        [doubtful.oid, doubtfulMs],
      ]),
    );
  });

  it.each([
    ['won', []],
    ['refused', ['refuse']],
    ['unknown', ['lose-request']],
  ] as const)('has a task without an end to look at: %s', async (outcome, fates) => {
    const stand = createStand();
    stand.forge.fates = [...fates];
    const claim = await stand.claim();
    const verdict = await stand.clock.drive(stand.fence.propose(claim, calm));
    expect(verdict.kind).toBe(outcome);
    expect((await memoryOf(stand)).unfinished).toEqual([task]);
  });

  it('has one to look at also when nothing at all followed the intent', async () => {
    const stand = createStand();
    const claim = await stand.claim();
    await stand.chronicle.record({ kind: 'fence.intended', intent: claim });
    expect((await memoryOf(stand)).unfinished).toEqual([task]);
  });

  it('begins the next incarnation above the last, though the clock was set back', () => {
    const memory = { starts: 3, lastAt: { wallMs: 5_000_000, counter: 0 } };
    expect(incarnationAfter(memory, 9_000_000)).toBe(9_000);
    expect(incarnationAfter(memory, 1_000_000)).toBe(5_001);
    expect(incarnationAfter({ starts: 3, lastAt: null }, 1_000)).toBe(4);
  });

  it('has nothing to look at where a claim was lost', async () => {
    const stand = createStand();
    const intent = await stand.claim();
    await createStand(2, stand).win();
    expect(await stand.fence.propose(intent, calm)).toMatchObject({ kind: 'lost' });
    const memory = await memoryOf(stand);
    expect(memory.unfinished).toEqual([]);
    expect(memory.intents).toHaveLength(1);
  });

  it('does not take the end of a claim of another, who was lost, for what it said itself', async () => {
    const stand = createStand();
    const end = { kind: 'task.ended', task, state: 'done', reason: '', pullRequest: 5 } as const;
    const ended = (epoch: number) => stand.chronicle.record({ ...end, epoch: Epoch.parse(epoch) });
    // Two reach for the same epoch; the other one wins it.
    const claim = await stand.claim();
    await createStand(2, stand).win();
    expect(await stand.fence.propose(claim, calm)).toMatchObject({ kind: 'lost' });
    await ended(1);
    expect((await memoryOf(stand)).endings.size).toBe(0);
    const { epoch } = await published(stand);
    await ended(epoch + 1);
    expect((await memoryOf(stand)).endings.size).toBe(0);
    await ended(epoch);
    expect((await memoryOf(stand)).endings.get(task)).toMatchObject({ state: 'done' });
  });

  it('nor where it meant to publish that result itself, and lost', async () => {
    const stand = createStand();
    const { epoch, intent } = await published(createStand(2, stand));
    if (intent === undefined) throw new Error('it was never meant');
    const { oid } = intent;
    await stand.chronicle.record({ kind: 'fence.intended', intent });
    const settled = { kind: 'fence.settled' as const, task, oid, reason: '' };
    await stand.chronicle.record({ ...settled, outcome: 'lost' });
    const end = { kind: 'task.ended' as const, task, epoch, reason: '', pullRequest: 5 };
    await stand.chronicle.record({ ...end, state: 'done' });
    expect((await memoryOf(stand)).endings.size).toBe(0);
  });

  it('knows how a task ended, and that it began again', async () => {
    const stand = createStand();
    const { epoch, intent } = await published(stand);
    const end = { kind: 'task.ended' as const, task, epoch, reason: '' };
    await stand.chronicle.record({ ...end, state: 'done', pullRequest: 9 });
    const memory = await memoryOf(stand);
    expect(memory.unfinished).toEqual([]);
    expect(memory.endings.get(task)).toEqual({ state: 'done', reason: '', pullRequest: 9, intent });
    await stand.win();
    expect((await memoryOf(stand)).unfinished).toEqual([task]);
  });

  it('has forgotten an end over which the task was claimed once more', async () => {
    const stand = createStand();
    const { epoch } = await published(stand);
    const ended = { kind: 'task.ended' as const, task, epoch };
    const done = { ...ended, state: 'done' as const, reason: 'verified', pullRequest: 12 };
    await stand.chronicle.record(done);
    expect((await memoryOf(stand)).endings.get(task)).toMatchObject({ pullRequest: 12 });
    await stand.chronicle.record({ kind: 'fence.intended', intent: await stand.claim() });
    const memory = await memoryOf(stand);
    expect(memory.endings.size).toBe(0);
    expect(memory.unfinished).toEqual([task]);
  });

  it.each(['refused', 'lost'] as const)(
    'knows which claim an end is of, though another one was %s since',
    async (outcome) => {
      const stand = createStand();
      const { epoch, intent } = await published(stand);
      const further = await stand.claim();
      await stand.chronicle.record({ kind: 'fence.intended', intent: further });
      const settled = { kind: 'fence.settled' as const, task, oid: further.oid, reason: 'a rule' };
      await stand.chronicle.record({ ...settled, outcome });
      const done = { kind: 'task.ended' as const, task, epoch, state: 'done' as const, reason: '' };
      await stand.chronicle.record({ ...done, pullRequest: 12 });
      expect((await memoryOf(stand)).endings.get(task)?.intent).toEqual(intent);
    },
  );

  it('can be cut short, and knows nothing of other tasks', async () => {
    const stand = createStand();
    await stand.win();
    const aborted = readMemory(stand.journal, AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    const other = TaskId.parse('acme/widgets#8');
    expect((await memoryOf(stand)).endings.has(other)).toBe(false);
  });
});
