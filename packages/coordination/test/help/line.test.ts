/**
 * Whole peers that know only their neighbours: how far a request for help goes, what comes back, and
 * what is told when nobody helps.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryJournal } from '../support/memory-journal.ts';
import { createMemoryPeer, createMemoryWorld } from '../support/memory-peers.ts';
import { issueOf } from '../support/memory-forge.ts';
import { number } from '../support/stand.ts';

type Peer = ReturnType<typeof createMemoryPeer>;

const peers: Peer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map(({ coordinator }) => coordinator.stop()));
});

/** A row of peers that are all stuck but for those named; the first has the task. */
async function rowOf(
  count: number,
  able: readonly number[],
  { helperTakesMs = 1_000, untilMs = 60_000 } = {},
) {
  const world = createMemoryWorld();
  const { clock, forge, hub } = world;
  for (let index = 0; index < count; index += 1) {
    const peer = createMemoryPeer(world, index + 1);
    peer.work.script.stuck = !able.includes(index);
    peer.work.script.takesMs = able.includes(index) ? helperTakesMs : 1_000;
    peers.push(peer);
  }
  for (const [index, { peer }] of peers.entries()) {
    const next = peers[index + 1];
    if (next !== undefined) hub.link(peer, next.peer);
  }
  const first = at(0);
  first.work.script.takesMs = 20_000;
  forge.file(issueOf());
  await first.coordinator.start();
  await clock.advance(5_000);
  for (const { coordinator } of peers.slice(1)) await coordinator.start();
  await clock.advance(untilMs);
  return { world, clock, hub, forge, on: forge.task(number), first };
}

function at(index: number): Peer {
  const peer = peers[index];
  if (peer === undefined) throw new Error(`there is no peer ${index}`);
  return peer;
}

const endsOf = ({ journal }: Peer) => journal.of('help.ended');

/** It dies as by kill -9, and is there again at once, between the same neighbours. */
async function startAnew(world: ReturnType<typeof createMemoryWorld>, index: number) {
  const dead = at(index);
  const neighbours = dead.mesh.connected();
  for (const neighbour of neighbours) world.hub.cut(dead.peer, neighbour);
  const journal = createMemoryJournal();
  for await (const { entry } of dead.journal.read()) await journal.append(entry);
  const heir = createMemoryPeer(world, index + 1, { journal });
  peers.push(heir);
  for (const neighbour of neighbours) world.hub.link(heir.peer, neighbour);
  await heir.coordinator.start();
}

describe('a row of peers', () => {
  it('brings help from three hops away, into the workspace of whoever is stuck', async () => {
    const { on, first } = await rowOf(4, [3]);
    expect(
      peers.slice(1).map(({ journal }) => journal.of('help.taken').map((one) => one.hop)),
    ).toEqual([[1], [2], [3]]);
    expect(endsOf(first)).toMatchObject([{ outcome: 'helped', by: at(3).peer }]);
    expect(first.work.events).toContain('apply patch');
    expect(on.pullRequests).toHaveLength(1);
    expect(at(3).work.events).toEqual(expect.arrayContaining(['apply patch', 'run', 'dispose']));
  });

  it('asks nobody four hops away (invariant 5), and says that nobody helps', async () => {
    const { on, first } = await rowOf(5, [4]);
    expect(at(4).journal.of('help.taken')).toEqual([]);
    expect(at(4).work.events).not.toContain('run');
    expect(endsOf(first)).toMatchObject([{ outcome: 'nobody' }]);
    expect(on.pullRequests).toEqual([]);
    expect(on.issue.labels).toContain('bzzz:needs-person');
    expect(on.comment).toContain('asked for help');
    for (const index of [1, 2, 3]) expect(on.comment).toContain(at(index).peer);
    // Why each did not is for people: to the executor these are words of strangers to its work.
    const [ended] = first.journal.of('attempt.ended');
    expect(ended?.reason).toMatch(/^the recipe failed: nobody helps\nasked for help:\n- /);
  });

  it('does not try again elsewhere what everybody was asked about', async () => {
    const { first } = await rowOf(3, []);
    expect(first.journal.of('task.ended')).toMatchObject([{ state: 'failed' }]);
    expect(peers.flatMap(({ journal }) => journal.of('attempt.started'))).toHaveLength(1);
  });

  it('knows the end though a helper is cut off in the middle of it (invariant 6)', async () => {
    const { clock, hub, first } = await rowOf(2, [1], { helperTakesMs: 600_000, untilMs: 20_000 });
    const helper = at(1);
    expect(helper.journal.of('help.begun')).toHaveLength(1);
    hub.cut(first.peer, helper.peer);
    let outAtMs: number | null = null;
    for (let step = 0; step < 40 && endsOf(first).length === 0; step += 1) {
      await clock.advance(1_000);
      if (helper.journal.of('help.worked').length > 0) outAtMs ??= clock.monotonicMs();
    }
    expect(helper.journal.of('help.worked')).toMatchObject([{ outcome: 'cancelled' }]);
    expect(endsOf(first)).toMatchObject([{ outcome: 'nobody' }]);
    // Whoever helped had stopped before whoever asked said so.
    expect(outAtMs).toBeLessThan(clock.monotonicMs());
  });

  it('knows it though whoever handed it on was started anew meanwhile (invariant 6)', async () => {
    const long = { helperTakesMs: 600_000, untilMs: 25_000 };
    const { clock, world, first } = await rowOf(3, [2], long);
    const helper = at(2);
    expect(helper.journal.of('help.begun')).toHaveLength(1);
    await startAnew(world, 1);
    let outAtMs: number | null = null;
    for (let step = 0; step < 40 && endsOf(first).length === 0; step += 1) {
      await clock.advance(1_000);
      if (helper.journal.of('help.worked').length > 0) outAtMs ??= clock.monotonicMs();
    }
    expect(endsOf(first)).toMatchObject([{ outcome: 'nobody' }]);
    expect(helper.journal.of('help.worked')).toMatchObject([{ outcome: 'cancelled' }]);
    expect(outAtMs).toBeLessThan(clock.monotonicMs());
  });

  it('stops a helper at once when people take the task away', async () => {
    const { clock, forge, first } = await rowOf(2, [1], {
      helperTakesMs: 600_000,
      untilMs: 20_000,
    });
    const { issue } = forge.task(number);
    const closed = { state: 'closed' as const, updatedAtMs: issue.updatedAtMs + 1_000 };
    forge.task(number).issue = { ...issue, ...closed };
    await clock.advance(60_000);
    expect(at(1).journal.of('help.worked')).toMatchObject([{ outcome: 'cancelled' }]);
    expect(endsOf(first)).toMatchObject([{ outcome: 'cancelled' }]);
    expect(first.journal.of('task.ended')).toMatchObject([{ state: 'released' }]);
  });

  it('does not let whoever helped judge the result', async () => {
    const { first } = await rowOf(2, [1]);
    expect(first.journal.of('verdict.heard')).toMatchObject([
      { outcome: 'declined', reason: 'helped with it' },
    ]);
  });
});
