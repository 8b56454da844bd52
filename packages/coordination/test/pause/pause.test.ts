/** Operators who want nothing new begun, on one peer or on all. */
import { Epoch } from '@bzzz/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createPause } from '../../src/pause/pause.ts';
import { readMemory } from '../../src/recovery/fold.ts';
import { createBook } from '../../src/task/book.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import { issueOf } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld } from '../support/memory-peers.ts';
import { resultOid } from '../support/memory-work.ts';
import { calm, createStand, number, task } from '../support/stand.ts';

type Peer = ReturnType<typeof createMemoryPeer>;

const peers: Peer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map(({ coordinator }) => coordinator.stop()));
});

async function meshOf(count: number) {
  const world = createMemoryWorld();
  const join = async (index: number, more: Parameters<typeof createMemoryPeer>[2] = {}) => {
    const peer = createMemoryPeer(world, index, more);
    for (const other of peers) world.hub.link(other.peer, peer.peer);
    peers.push(peer);
    await peer.coordinator.start();
    return peer;
  };
  for (let index = 1; index <= count; index += 1) await join(index);
  await world.clock.advance(1_000);
  const file = async () => {
    world.forge.file(issueOf());
    await world.clock.advance(90_000);
  };
  const worked = () => peers.map(({ work }) => work.events.includes('run'));
  return { ...world, join, file, worked };
}

async function started({ advance }: ManualClock, { events }: Peer['work']): Promise<void> {
  for (let waits = 0; !events.includes('run'); waits += 1) {
    if (waits > 300) throw new Error('nothing was begun');
    await advance(500);
  }
}

function first(): Peer {
  const [peer] = peers;
  if (peer === undefined) throw new Error('there is no peer');
  return peer;
}

describe('a peer that its operator pauses', () => {
  it('leaves new work to others', async () => {
    const { file, worked } = await meshOf(2);
    await first().coordinator.pause('self', true);
    await file();
    expect(worked()).toEqual([false, true]);
  });

  it('begins again when it is told to, and says meanwhile why it does nothing', async () => {
    const { clock, file, worked, forge } = await meshOf(1);
    await first().coordinator.pause('self', true);
    await file();
    expect(worked()).toEqual([false]);
    const { peers: reasons } = await first().coordinator.whyTask(task, {
      signal: new AbortController().signal,
    });
    expect(reasons).toMatchObject([{ reason: { kind: 'paused', scope: 'self' } }]);
    await first().coordinator.pause('self', false);
    await clock.advance(60_000);
    expect(forge.task(number).pullRequests).toHaveLength(1);
  });

  it('goes on with what is under way', async () => {
    const { clock, forge } = await meshOf(1);
    first().work.script.takesMs = 30_000;
    forge.file(issueOf());
    await clock.advance(15_000);
    expect(first().work.events).toContain('run');
    await first().coordinator.pause('self', true);
    await clock.advance(60_000);
    expect(forge.task(number).pullRequests).toHaveLength(1);
  });

  it('stays so over a restart', async () => {
    const { join, file } = await meshOf(1);
    await first().coordinator.pause('self', true);
    await first().coordinator.stop();
    const { journal } = first();
    peers.splice(0);
    const again = await join(1, { journal });
    await file();
    expect(again.coordinator.view().self.paused).toBe(true);
    expect(again.work.events).not.toContain('run');
  });
});

describe('a mesh that an operator pauses', () => {
  it('begins nothing, those that join later neither, until one says otherwise', async () => {
    const { clock, join, file, worked, forge } = await meshOf(2);
    await first().coordinator.pause('mesh', true);
    await clock.advance(1_000);
    const late = await join(3);
    await clock.advance(1_000);
    await file();
    expect(worked()).toEqual([false, false, false]);
    await late.coordinator.pause('mesh', false);
    await clock.advance(60_000);
    expect(forge.task(number).pullRequests).toHaveLength(1);
  });
});

it('a peer that was killed lets the attempt rest again that rested, all by its journal', () => {
  const { clock, chronicle, trouble, peer: self } = createStand(1);
  const book = createBook();
  const pause = createPause({ self, clock, chronicle, trouble, book, onChange: () => undefined });
  pause.remember({ self: false, attempts: false, tasks: [task], mesh: null });
  expect(pause.rest.of(task).wanted()).toBe(true);
  expect(pause.rest.all.wanted()).toBe(false);
  expect(book.get(task)?.resting).toBe(true);
  let told = 0;
  pause.rest.of(task).onChange(() => {
    told += 1;
  });
  pause.rest.forget(task);
  expect(told).toBe(1);
  expect(pause.rest.of(task).wanted()).toBe(false);
});

describe('the word about a mesh', () => {
  function pauseOf() {
    const { clock, chronicle, trouble, peer: self } = createStand(1);
    const book = createBook();
    const pause = createPause({ self, clock, chronicle, trouble, book, onChange: () => undefined });
    const at = (wallMs: number) => ({ at: { wallMs: clock.wallMs() + wallMs, counter: 0 } });
    return { pause, at, by: self, other: createStand(2).peer };
  }

  it('is the last one, however late it comes', () => {
    const { pause, at, by } = pauseOf();
    pause.hear({ paused: false, ...at(2_000), by });
    pause.hear({ paused: true, ...at(1_000), by });
    expect(pause.current()).toBeNull();
    pause.hear({ paused: true, ...at(3_000), by });
    expect(pause.current()).toBe('mesh');
  });

  it('is the same for everybody where two speak at once', () => {
    const [one, two] = [pauseOf(), pauseOf()];
    const said = [
      { paused: true, ...one.at(0), by: one.by },
      { paused: false, ...one.at(0), by: one.other },
    ];
    for (const word of said) one.pause.hear(word);
    for (const word of said.toReversed()) two.pause.hear(word);
    expect(one.pause.mesh()).toEqual(two.pause.mesh());
  });

  it('is not believed from far in the future, which nobody could take back', async () => {
    const { pause, at, by } = pauseOf();
    pause.hear({ paused: true, ...at(3_600_000), by });
    expect(pause.mesh()).toBeNull();
  });

  it('outlasts what was said by a clock that runs ahead', async () => {
    const { pause, at, by } = pauseOf();
    pause.hear({ paused: true, ...at(50_000), by });
    await pause.set('mesh', false);
    expect(pause.current()).toBeNull();
  });
});

it('an attempt that a defect ended is not to rest by the journal either, as it is not meanwhile', async () => {
  const { clock, chronicle, trouble, journal, peer: self } = createStand(1);
  const book = createBook();
  const pause = createPause({ self, clock, chronicle, trouble, book, onChange: () => undefined });
  const hold = { peer: self, epoch: Epoch.parse(1), lock: resultOid, leaseMs: 60_000 };
  book.update(task, { state: { state: 'running', hold, attempt: 1 } });
  await pause.set({ task }, true);
  pause.rest.forget(task);
  expect(pause.rest.of(task).wanted()).toBe(false);
  await clock.advance(1);
  expect((await readMemory(journal, calm)).pause.tasks).toEqual([]);
  // Where it ended as it should, its end says so.
  await pause.set({ task }, true);
  book.update(task, { state: { state: 'released', hold, reason: 'it failed' } });
  pause.rest.forget(task);
  await clock.advance(1);
  expect(journal.of('attempt.paused').map(({ paused }) => paused)).toEqual([true, false, true]);
});

describe('a peer whose operator lets its attempts rest', () => {
  it('keeps the task beyond its lease and its times, and goes on afterwards', async () => {
    const { clock, forge } = await meshOf(1);
    const { coordinator, work } = first();
    work.script.takesMs = 20_000;
    forge.file(issueOf());
    await started(clock, work);
    // The executor in memory does as it is told: nothing comes of it while it rests.
    await coordinator.pause('attempts', true);
    expect(coordinator.view()).toMatchObject({ attemptsRest: true, self: { paused: true } });
    await clock.advance(3_600_000);
    expect(forge.task(number).pullRequests).toHaveLength(0);
    expect(coordinator.view().tasks).toMatchObject([{ state: 'running', epoch: 1 }]);
    await coordinator.pause('attempts', false);
    expect(coordinator.view().attemptsRest).toBe(false);
    expect(coordinator.view().self.paused).toBeUndefined();
    await clock.advance(60_000);
    expect(forge.task(number).pullRequests).toHaveLength(1);
  });

  it('may let one alone rest, which keeps its task, while new work is begun as before', async () => {
    const { clock, forge } = await meshOf(1);
    const { coordinator, work, journal } = first();
    work.script.takesMs = 20_000;
    forge.file(issueOf());
    await started(clock, work);
    await coordinator.pause({ task }, true);
    expect(coordinator.view()).toMatchObject({ attemptsRest: false, tasks: [{ resting: true }] });
    // It is not about new work.
    expect(coordinator.view().self.paused).toBeUndefined();
    expect(journal.of('attempt.paused')).toMatchObject([{ task, epoch: 1, paused: true }]);
    await clock.advance(3_600_000);
    expect(forge.task(number).pullRequests).toHaveLength(0);
    // Held by renewals all the time, under the same claim.
    expect(coordinator.view().tasks).toMatchObject([{ state: 'running', epoch: 1 }]);
    await coordinator.pause({ task }, false);
    await clock.advance(60_000);
    expect(forge.task(number).pullRequests).toHaveLength(1);
    expect(coordinator.view().tasks[0]).not.toHaveProperty('resting');
  });

  it('forgets that at the end of the task, so that a later attempt begins as any other', async () => {
    const { clock, forge } = await meshOf(1);
    const { coordinator, work } = first();
    work.script.takesMs = 20_000;
    forge.file(issueOf());
    await started(clock, work);
    await coordinator.pause({ task }, true);
    expect(coordinator.view().tasks).toMatchObject([{ state: 'running', resting: true }]);
    forge.file(issueOf({ state: 'closed', updatedAtMs: clock.wallMs() }));
    await clock.advance(120_000);
    expect(coordinator.view().tasks[0]).not.toHaveProperty('resting');
  });

  it.each(['before it has it', 'after its end'])(
    'does not let rest what it has not: %s',
    async (when) => {
      const { clock, forge, file } = await meshOf(1);
      if (when === 'after its end') {
        await file();
        expect(forge.task(number).pullRequests).toHaveLength(1);
        await clock.advance(3_600_000);
      }
      await expect(first().coordinator.pause({ task }, true)).rejects.toMatchObject({
        code: 'task_not_here',
      });
      expect(first().journal.of('attempt.paused')).toEqual([]);
    },
  );

  it('still begins nothing new when only its attempts go on, and everything when it is resumed', async () => {
    await meshOf(1);
    const { coordinator } = first();
    await coordinator.pause('self', true);
    await coordinator.pause('attempts', true);
    await coordinator.pause('attempts', false);
    expect(coordinator.view()).toMatchObject({ attemptsRest: false, self: { paused: true } });
    await coordinator.pause('attempts', true);
    await coordinator.pause('self', false);
    expect(coordinator.view().attemptsRest).toBe(false);
    expect(coordinator.view().self.paused).toBeUndefined();
  });
});
