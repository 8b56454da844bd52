/** The question to every member, over whole peers. */
import { BzzzError, TaskId, topics } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { peerOf } from '../support/identity.ts';
import { errorOf, issueOf, repo } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';
import { calm, capabilitiesOf, task } from '../support/stand.ts';

type Options = NonNullable<Parameters<typeof createMemoryPeer>[2]>;

async function meshOf(...options: Options[]) {
  const world = createMemoryWorld();
  const peers = options.map((one, index) => createMemoryPeer(world, index + 1, one));
  const link = (to = peers.map(({ peer }) => peer)) => {
    for (const a of to) for (const b of to) if (a !== b) world.hub.link(a, b);
  };
  link();
  await Promise.all(peers.map(({ coordinator }) => coordinator.start()));
  await world.clock.advance(0);
  const [first] = peers;
  if (first === undefined) throw new Error('no peer');
  const why = () => world.clock.drive(first.coordinator.whyTask(task, { signal: calm }));
  return { ...world, peers, first, link, why };
}

describe('why a task is not done', () => {
  it('is told by every member, first what matters', async () => {
    const { clock, forge, first, why } = await meshOf(
      {},
      { repositories: [] },
      { slots: 0 },
      { slots: 2 },
    );
    expect(await why()).toMatchObject({
      text: expect.stringMatching(/^Nobody has seen it asked for: .* bear the label/),
    });
    forge.file(issueOf());
    first.coordinator.lookNow(repo);
    await clock.advance(0);
    const working = await why();
    expect(working.text).toMatch(/^peer-[14] works on it: running, epoch 1\.$/);
    expect(working.peers.map(({ reason }) => reason?.kind)).toEqual([
      'working',
      'held',
      'held',
      'elsewhere',
    ]);
    expect(working.title).toBe('Format the code');
    await clock.advance(10_000);
    expect(await why()).toMatchObject({
      text: 'It is done: pull request #1007; once that is merged, more work is another issue.',
    });
  });

  it('is a turn that has not come, for whoever ranks behind', async () => {
    const { clock, forge, first, why } = await meshOf({}, {}, {});
    // The best one's claim hangs.
    forge.fates = ['hang'];
    forge.file(issueOf());
    first.coordinator.lookNow(repo);
    await clock.advance(0);
    const { peers, text } = await why();
    expect(text).toMatch(/is claiming it\.$/);
    expect(peers.map(({ reason }) => reason?.kind)).toEqual(['bidding', 'turn', 'turn']);
    expect(peers[1]?.reason).toMatchObject({ place: 2, of: 3, inMs: timing.staggerMs });
    expect(peers[2]?.text).toBe('waits for its turn: place 3 of 3, in 800 ms');
  });

  it('is that the forge refuses the claim', async () => {
    const { clock, forge, first, why } = await meshOf({});
    forge.fates = Array.from({ length: 100 }, () => 'refuse' as const);
    forge.file(issueOf());
    first.coordinator.lookNow(repo);
    const kind = async () => (await why()).peers[0]?.reason?.kind;
    for (let tries = 0; tries < 60 && (await kind()) !== 'backing-off'; tries += 1) {
      await clock.advance(1_000);
    }
    const { peers, text } = await why();
    expect(peers).toMatchObject([{ reason: { kind: 'backing-off', code: 'fence_refused' } }]);
    expect(text).toMatch(/^Nobody is free to take it; peer-1 tries again in \d+ m?s: /);
  });

  it('is that the forge cannot be reached', async () => {
    const { clock, forge, why } = await meshOf({});
    forge.fail(
      'pollIssues',
      ...Array.from({ length: 9 }, () => errorOf('forge_rate_limited', 60_000)),
    );
    await clock.advance(5 * timing.pollMs);
    expect((await why()).peers).toMatchObject([
      { reason: { kind: 'forge', code: 'forge_rate_limited' } },
    ]);
  });

  it('shows members that do not answer, and why not', async () => {
    const { clock, hub, first, link, why } = await meshOf({}, {}, {});
    // One of an earlier version, which knows no such question.
    const older = hub.join(peerOf(50));
    link([first.peer, older.peer]);
    await older.publish(topics.capabilities, {
      ...capabilitiesOf(older.peer, { name: 'old', version: '0.0.1' }),
    });
    // One that has it answered by nobody, and one that is gone.
    const mute = hub.join(peerOf(51));
    link([first.peer, mute.peer]);
    await mute.publish(
      topics.capabilities,
      capabilitiesOf(mute.peer, { name: 'mute', successOf: {} }),
    );
    hub.cut(first.peer, peerOf(3));
    await clock.advance(0);
    const silent = (await why()).peers.filter(({ silence }) => silence !== null);
    expect(silent.map(({ name, silence, text }) => [name, silence, text])).toEqual([
      ['mute', 'silent', 'does not answer: it is asked too often, or speaks another version'],
      ['old', 'older', 'speaks an older version (0.0.1)'],
      ['peer-3', 'unreachable', 'does not answer: not connected'],
    ]);
  });

  it('ends when nobody waits for it any more', async () => {
    const { first } = await meshOf({});
    const gone = AbortSignal.abort(new BzzzError('aborted', 'cancelled'));
    // Nobody else is asked, so nothing is cut short.
    expect((await first.coordinator.whyTask(task, { signal: gone })).peers).toHaveLength(1);
  });
});

describe('why a peer is idle', () => {
  it('is told by itself, also when another one is asked', async () => {
    const { clock, forge, first, peers } = await meshOf({}, {});
    const second = peers[1]?.peer ?? first.peer;
    const ask = (peer: typeof second) =>
      clock.drive(first.coordinator.whyPeer(peer, { signal: calm }));
    expect(await ask(second)).toMatchObject({
      name: 'peer-2',
      self: false,
      text: '0 of 1 slot taken; no task is open',
      silence: null,
    });
    for (const { work } of peers) work.script.takesMs = 60_000;
    for (const number of [7, 8, 9]) forge.file(issueOf({ number }));
    await clock.advance(2 * timing.pollMs);
    const reports = await Promise.all(peers.map(({ peer }) => ask(peer)));
    for (const report of reports) {
      expect(report?.text).toBe('1 of 1 slot taken; 1 task is open');
      expect(report?.idle?.open).toMatchObject([{ reason: { kind: 'busy' } }]);
    }
    expect(await ask(peerOf(99))).toBeUndefined();
  });

  it('cannot be told of one that is gone', async () => {
    const { hub, clock, first, peers } = await meshOf({}, {});
    const second = peers[1]?.peer ?? first.peer;
    hub.cut(first.peer, second);
    const report = await clock.drive(first.coordinator.whyPeer(second, { signal: calm }));
    expect(report).toMatchObject({ silence: 'unreachable', idle: null });
  });
});

it('a question about a task of another repository is answered too', async () => {
  const { first } = await meshOf({});
  const elsewhere = TaskId.parse('some/thing#1');
  expect(await first.coordinator.whyTask(elsewhere, { signal: calm })).toMatchObject({
    text: 'Nobody can take it.',
    peers: [{ self: true, reason: { kind: 'elsewhere' } }],
  });
});
