import { commitOid, Epoch, Oid, RepoName, topics, utf8 } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createHolding } from '../../src/fence/holding.ts';
import { createIdentity, peerOf } from '../support/identity.ts';
import { errorOf, issueOf, repo } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';
import { createMemoryJournal } from '../support/memory-journal.ts';
import { calm, createStand, number, task } from '../support/stand.ts';

async function aloneWith(change: Parameters<typeof issueOf>[0] = {}) {
  const world = createMemoryWorld();
  world.forge.file(issueOf(change));
  const one = createMemoryPeer(world, 1);
  await one.coordinator.start();
  const stateOf = () => one.coordinator.view().tasks.find((entry) => entry.task === task);
  return { ...world, one, stateOf };
}

describe('a peer alone', () => {
  it('does a task from issue to pull request', async () => {
    const { clock, forge, stateOf, one } = await aloneWith();
    await clock.advance(20_000);
    expect(stateOf()).toMatchObject({ state: 'done', pullRequest: 1_007, epoch: 1 });
    expect(forge.task(number).pullRequests).toHaveLength(1);
    expect(one.journal.of('task.ended')).toMatchObject([{ state: 'done', pullRequest: 1_007 }]);
    await clock.drive(one.coordinator.stop());
    expect(clock.waiting()).toBe(0);
  });

  it('has no view before it starts, and stops once', async () => {
    const world = createMemoryWorld();
    const { coordinator, journal } = createMemoryPeer(world, 1);
    expect(() => coordinator.view()).toThrow(expect.objectContaining({ code: 'stopped' }));
    await coordinator.start();
    await Promise.all([coordinator.stop(), coordinator.stop()]);
    await coordinator.stop();
    expect(journal.of('peer.stopped')).toHaveLength(1);
  });

  it('lets go of what it holds when it stops', async () => {
    const { clock, forge, one, stateOf } = await aloneWith();
    one.work.script.endless = true;
    await clock.advance(5_000);
    expect(stateOf()?.state).toBe('running');
    await clock.drive(one.coordinator.stop());
    expect(stateOf()).toMatchObject({ state: 'released' });
    expect(forge.fence(number).lock).not.toBeNull();
    expect(one.work.events.at(-1)).toBe('dispose');
  });

  it('is dead to the others at once when it stops well, and there again when it comes back', async () => {
    const world = createMemoryWorld();
    const { clock, hub } = world;
    const peers = [1, 2, 3, 4].map((index) => createMemoryPeer(world, index));
    for (const { coordinator } of peers) await coordinator.start();
    for (const a of peers) for (const b of peers) if (a !== b) hub.link(a.peer, b.peer);
    await clock.advance(5_000);
    const [one, ...others] = peers;
    if (one === undefined) throw new Error('there is no peer');
    const lives = () =>
      others.map(
        ({ coordinator }) =>
          coordinator.view().members.find(({ peer }) => peer === one.peer)?.liveness,
      );
    expect(lives()).toEqual(['alive', 'alive', 'alive']);
    await clock.drive(one.coordinator.stop());
    expect(lives()).toEqual(['dead', 'dead', 'dead']);
    for (const { journal } of others) {
      expect(journal.of('member.dead')).toMatchObject([{ peer: one.peer }]);
      expect(journal.of('member.suspected')).toEqual([]);
    }
    const again = createMemoryPeer(world, 1, { journal: one.journal });
    await again.coordinator.start();
    for (const { peer } of others) hub.link(one.peer, peer);
    await clock.advance(5_000);
    expect(lives()).toEqual(['alive', 'alive', 'alive']);
    for (const { coordinator } of [again, ...others]) await clock.drive(coordinator.stop());
  });

  it('gives the task back when a person moves its result branch, and asks no more', async () => {
    const { clock, forge, one, stateOf } = await aloneWith();
    one.work.script.takesMs = 10_000;
    await clock.advance(5_000);
    forge.task(number).result = Oid.parse('d'.repeat(40));
    await clock.advance(10 * timing.leaseMs);
    expect(stateOf()).toMatchObject({
      state: 'released',
      reason: expect.stringContaining('branch'),
    });
    expect(forge.task(number).pullRequests).toEqual([]);
    expect(one.journal.of('fence.intended').at(-1)?.intent.record.state).toBe('released');
    const reads = forge.calls.length;
    await clock.advance(10 * timing.leaseMs);
    // Only polls of the issue list go on, and one look at what stands there.
    expect(forge.calls.slice(reads).filter((call) => call === 'readFence').length).toBeLessThan(2);
  });

  it('does nothing twice after a restart', async () => {
    const { clock, forge, hub, one } = await aloneWith();
    await clock.advance(20_000);
    await clock.drive(one.coordinator.stop());
    const pushes = forge.pushes.length;
    const again = createMemoryPeer({ clock, forge, hub }, 1, { journal: one.journal });
    await again.coordinator.start();
    await clock.advance(10 * timing.leaseMs);
    expect(again.coordinator.view().tasks).toMatchObject([{ state: 'done', pullRequest: 1_007 }]);
    expect(forge.pushes).toHaveLength(pushes);
    expect(again.work.events).toEqual(['sweep']);
  });

  it('remembers over a restart how well it did each kind of task', async () => {
    const { clock, forge, hub, one } = await aloneWith();
    one.work.script.fails = true;
    await clock.advance(20_000);
    const { success, successOf } = one.coordinator.view().self;
    expect(success).toBeLessThan(1);
    const measured = { success, successOf: { format: success } };
    expect(successOf).toEqual(measured.successOf);
    await clock.drive(one.coordinator.stop());
    const again = createMemoryPeer({ clock, forge, hub }, 1, { journal: one.journal });
    await again.coordinator.start();
    expect(again.coordinator.view().self).toMatchObject(measured);
  });

  it('asks seldom for a claim that the forge refuses', async () => {
    const { clock, forge, stateOf } = await aloneWith();
    forge.fates = Array.from({ length: 1_000 }, () => 'refuse' as const);
    await clock.advance(600_000);
    expect(forge.pushes.length).toBeGreaterThan(2);
    expect(forge.pushes.length).toBeLessThan(12);
    expect(stateOf()?.state).toBe('open');
  });

  it('settles a claim without an answer by the same commit', async () => {
    const { clock, forge, stateOf } = await aloneWith();
    forge.fates = ['lose-request', 'lose-request', 'lose-reply'];
    await clock.advance(60_000);
    expect(stateOf()).toMatchObject({ state: 'done', epoch: 1 });
  });

  it('tells once that a branch which it cannot explain holds up what it gave back', async () => {
    const world = createMemoryWorld();
    world.forge.file(issueOf());
    const before = createStand(1, world);
    const holding = createHolding(before, await before.win());
    await holding.release('it stops', calm);
    world.forge.task(number).result = Oid.parse('d'.repeat(40));
    const one = createMemoryPeer(world, 1, before);
    await one.coordinator.start();
    await world.clock.advance(10 * timing.leaseMs);
    expect(one.coordinator.view().tasks).toMatchObject([
      { state: 'released', reason: expect.stringContaining('no claim explains') },
    ]);
    expect(world.forge.task(number).comment).toContain('no claim explains');
    expect(one.journal.of('task.ended')).toHaveLength(1);
  });

  it('leaves a task alone where a person pushed to the lock branch', async () => {
    const { clock, forge, stateOf, one } = await aloneWith();
    const commit = utf8('mine now');
    forge.overwrite(number, { oid: commitOid(commit), commit });
    await clock.advance(600_000);
    expect(stateOf()?.reason).toContain('a person pushed');
    expect(one.work.events).toEqual(['sweep']);
    expect(forge.fence(number).lock?.oid).toBe(commitOid(commit));
  });

  it('is told when its journal cannot be written, and then does nothing more', async () => {
    const { clock, forge, one } = await aloneWith();
    one.journal.fill();
    await clock.advance(20_000);
    expect(one.fatal).not.toEqual([]);
    expect(forge.pushes).toEqual([]);
  });

  it('waits for the forge to tell who it is', async () => {
    const world = createMemoryWorld();
    world.forge.file(issueOf());
    world.forge.fail('account', errorOf('forge_unauthorized'), errorOf('forge_unauthorized'));
    const one = createMemoryPeer(world, 1);
    await one.coordinator.start();
    await world.clock.advance(0);
    expect(world.forge.pushes).toEqual([]);
    await world.clock.advance(60_000);
    expect(one.coordinator.view().tasks).toMatchObject([{ state: 'done' }]);
  });
});

describe('a lock branch that is gone', () => {
  /** Another peer's journal tells of a claim of this task in epoch 3; the branch does not exist. */
  async function afterDeletion() {
    const world = createMemoryWorld();
    world.forge.file(issueOf());
    const other = createStand(2, world);
    const told = createMemoryJournal('b');
    const intent = await other.claim({ epochKnown: 2 });
    const settled = { task, oid: intent.oid, outcome: 'won' as const, reason: '' };
    const at = { wallMs: 1, counter: 0 };
    await told.append({ v: 1, at, body: { kind: 'fence.intended', intent } });
    await told.append({ v: 1, at, body: { kind: 'fence.settled', ...settled } });
    const one = createMemoryPeer(world, 1, { replicas: [told] });
    await one.coordinator.start();
    const stateOf = () => one.coordinator.view().tasks.find((entry) => entry.task === task);
    const change = (state: 'open' | 'closed') => {
      const { issue } = world.forge.task(number);
      world.forge.task(number).issue = { ...issue, state, updatedAtMs: issue.updatedAtMs + 1_000 };
    };
    return { ...world, one, stateOf, change };
  }

  it('is no licence to begin again, when a journal here tells of a claim', async () => {
    const { clock, forge, stateOf } = await afterDeletion();
    await clock.advance(600_000);
    expect(forge.pushes).toEqual([]);
    expect(stateOf()?.reason).toBe('the lock branch is gone; reopen the issue to start over');
  });

  it('is made anew though its owner died unnoticed, when a person reopens the issue meanwhile', async () => {
    const { clock, hub, stateOf, change } = await afterDeletion();
    const other = hub.join(createIdentity(3).peer);
    hub.link(peerOf(1), other.peer);
    const about = {
      task,
      peer: other.peer,
      epoch: Epoch.parse(3),
      lock: Oid.parse('d'.repeat(40)),
    };
    const entry = { seq: 0, at: { wallMs: 1, counter: 0 } };
    await other.publish(topics.tasks, {
      kind: 'claimed',
      ...about,
      leaseMs: timing.leaseMs,
      entry,
    });
    change('closed');
    await clock.advance(2 * timing.pollMs);
    change('open');
    await clock.advance(2 * timing.leaseMs);
    expect(stateOf()).toMatchObject({ state: 'done', epoch: 4 });
  });

  it('is made anew when a person reopens the issue, one epoch above what is known', async () => {
    const { clock, forge, stateOf, change } = await afterDeletion();
    await clock.advance(60_000);
    change('closed');
    await clock.advance(60_000);
    change('open');
    await clock.advance(60_000);
    expect(stateOf()).toMatchObject({ state: 'done', epoch: 4 });
    expect(forge.task(number).pullRequests).toHaveLength(1);
  });
});

describe('a claim that was only heard of', () => {
  /** Another member says that it holds the task; nobody has seen that on the forge. */
  async function afterHearing(epoch: number) {
    const world = createMemoryWorld();
    world.forge.file(issueOf());
    const one = createMemoryPeer(world, 1);
    const mesh = world.hub.join(createIdentity(2).peer);
    world.hub.link(one.peer, mesh.peer);
    await one.coordinator.start();
    const about = {
      task,
      peer: mesh.peer,
      epoch: Epoch.parse(epoch),
      lock: Oid.parse('d'.repeat(40)),
    };
    const entry = { seq: 0, at: { wallMs: 1, counter: 0 } };
    await mesh.publish(topics.tasks, { kind: 'claimed', ...about, leaseMs: timing.leaseMs, entry });
    const stateOf = () => one.coordinator.view().tasks.find((known) => known.task === task);
    return { ...world, one, stateOf };
  }

  it('holds the task back only until the forge was seen not to show it', async () => {
    const { clock, stateOf } = await afterHearing(3);
    await clock.advance(timing.lagMs);
    expect(stateOf()).toMatchObject({ state: 'claimed', epoch: 3 });
    await clock.advance(timing.leaseMs);
    expect(stateOf()).toMatchObject({ state: 'done' });
  });

  it('is nothing when its epoch cannot be', async () => {
    const { clock, stateOf } = await afterHearing(1_000_000_000);
    await clock.advance(20_000);
    expect(stateOf()).toMatchObject({ state: 'done', epoch: 1 });
  });
});

describe('peers of one mesh', () => {
  async function meshOf(
    count: number,
    repositoriesOf: (index: number) => RepoName[] = () => [repo],
  ) {
    const world = createMemoryWorld();
    world.forge.file(issueOf());
    const peers = Array.from({ length: count }, (_, index) =>
      createMemoryPeer(world, index + 1, { repositories: repositoriesOf(index) }),
    );
    for (const [at, a] of peers.entries()) {
      for (const b of peers.slice(at + 1)) world.hub.link(a.peer, b.peer);
    }
    await Promise.all(peers.map(({ coordinator }) => coordinator.start()));
    return { ...world, peers };
  }

  it('do a task once, at about the cost of one', async () => {
    const { clock, forge, peers } = await meshOf(8);
    await clock.advance(120_000);
    expect(forge.task(number).pullRequests).toHaveLength(1);
    const worked = peers.filter(({ work }) => work.events.includes('run'));
    expect(worked).toHaveLength(1);
    expect(forge.pushes.length).toBeLessThan(6);
    const states = peers.map(({ coordinator }) => coordinator.view().tasks[0]?.state);
    expect(new Set(states)).toEqual(new Set(['done']));
  });

  it.each([0, 1, 2, 3, 4])(
    'watch a repository by two of those that serve it, whoever else is there (%i)',
    async (first) => {
      const other = RepoName.parse(`acme/other${first}`);
      const { clock, peers } = await meshOf(10, (index) => [index < 3 ? other : repo]);
      await clock.advance(5_000);
      const roles = peers.flatMap(({ coordinator }) => coordinator.view().watching);
      const of = (name: RepoName) =>
        roles.filter((one) => one.repo === name).map(({ role }) => role);
      expect(of(other).toSorted()).toEqual(['fallback', 'standby', 'watcher']);
      expect(
        of(repo)
          .filter((role) => role !== 'fallback')
          .toSorted(),
      ).toEqual(['standby', 'watcher']);
    },
  );

  it('share the rate of their account among those that live', async () => {
    const { clock, forge, hub, peers } = await meshOf(4);
    await clock.advance(5_000);
    expect(forge.shares.at(-1)).toBe(4);
    const [gone, ...others] = peers;
    for (const { peer } of others) hub.cut(gone?.peer ?? peer, peer);
    await clock.advance(20_000);
    // Those who see each other share it by three; who is alone cannot declare anybody dead.
    expect(forge.shares).toContain(3);
  });

  it('take over from an owner that is dead, one epoch higher', async () => {
    const { clock, forge, hub, peers } = await meshOf(5);
    for (const { work } of peers) work.script.takesMs = 10_000;
    await clock.advance(3_000);
    const owner = peers.find(({ work }) => work.events.includes('run'));
    if (owner === undefined) throw new Error('nobody works');
    owner.work.script.endless = true;
    for (const { peer } of peers) hub.cut(owner.peer, peer);
    await clock.advance(timing.leaseMs / 2);
    expect(forge.task(number).pullRequests).toHaveLength(1);
    expect(forge.task(number).comment).toContain('epoch 2');
  });
});
