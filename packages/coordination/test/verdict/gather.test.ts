/** Who is asked for a verdict, in which order, and what becomes of those who give none. */
import {
  BzzzError,
  ToldHead,
  type PeerId,
  type VerifyResponse,
  verifyProtocol,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createMembership } from '../../src/membership/membership.ts';
import { gatherVerdicts } from '../../src/verdict/gather.ts';
import { createIdentity, peerOf } from '../support/identity.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { publicationOf, verdictOf } from '../support/publication.ts';
import { calm, capabilitiesOf, createStand } from '../support/stand.ts';

type Mesh = Awaited<ReturnType<typeof meshOf>>;
type Answer = () => Promise<VerifyResponse>;

/** A publisher and others that answer as the test says. */
async function meshOf(wanted: number, answers: Readonly<Record<number, Answer>>) {
  const stand = createStand(1);
  const hub = createMemoryHub();
  const mesh = hub.join(stand.peer);
  const membership = createMembership(stand.peer);
  membership.heard(capabilitiesOf(stand.peer), 0);
  const asked: PeerId[] = [];
  for (const [index, answer] of Object.entries(answers)) {
    const peer = peerOf(Number(index));
    hub.join(peer).handle(verifyProtocol, async () => {
      asked.push(peer);
      return answer();
    });
    hub.link(stand.peer, peer);
    membership.heard(capabilitiesOf(peer), 0);
  }
  const publication = await publicationOf(stand, wanted);
  const deps = { ...stand, mesh, membership };
  const gather = (signal = calm) => stand.clock.drive(gatherVerdicts(deps, publication, signal));
  return { stand, hub, membership, publication, asked, gather };
}

/** A judge of whom the publisher has not heard yet. */
function unknownJudge(
  index: number,
  { hub, stand, publication }: Awaited<ReturnType<typeof meshOf>>,
) {
  const judge = createIdentity(index);
  hub.join(judge.peer).handle(verifyProtocol, async (): Promise<VerifyResponse> => {
    const verdict = await verdictOf(publication, judge);
    return { kind: 'verdict', verdict };
  });
  hub.link(stand.peer, judge.peer);
  return judge.peer;
}

const declines: Answer = async () => ({ kind: 'declined', reason: 'has no cc' });
const never: Answer = async () => ({ kind: 'working' });

/** What an honest judge answers. */
async function passing(index: number): Promise<Answer> {
  const judge = createIdentity(index);
  return async () => ({
    kind: 'verdict',
    verdict: await verdictOf(await publicationOf(createStand(1)), judge),
  });
}

/** Two heads; what they are worth was found before. */
function forkOf(peer: PeerId) {
  const head = (digit: string) =>
    ToldHead.parse({
      key: 'ab'.repeat(32),
      length: 1,
      fork: 0,
      treeHash: digit.repeat(64),
      rootsHash: digit.repeat(64),
    });
  const one = (digit: string) => ({ peer, head: head(digit), signature: '0'.repeat(128) });
  return { first: one('1'), second: one('2') };
}

describe('verdicts', () => {
  it('are asked of as many as are wanted, and no more', async () => {
    const judges = await Promise.all([2, 3, 4, 5].map(async (index) => createIdentity(index)));
    const answers: Record<number, Answer> = {};
    const mesh = await meshOf(2, answers);
    for (const judge of judges) {
      const one = mesh.hub.join(judge.peer);
      one.handle(verifyProtocol, async (): Promise<VerifyResponse> => {
        mesh.asked.push(judge.peer);
        return { kind: 'verdict', verdict: await verdictOf(mesh.publication, judge) };
      });
      mesh.hub.link(mesh.stand.peer, judge.peer);
      mesh.membership.heard(capabilitiesOf(judge.peer), 0);
    }
    const { verdicts } = await mesh.gather();
    expect(verdicts).toHaveLength(2);
    expect(new Set(mesh.asked).size).toBe(2);
    const heard = mesh.stand.journal.of('verdict.heard');
    expect(heard.map(({ outcome }) => outcome)).toEqual(['passed', 'passed']);
  });

  it('of those that are under way when the others are enough are told to be so', async () => {
    const called: number[] = [];
    // Whoever is asked first takes too long.
    const slowIfFirst = (index: number): Answer => {
      const judge = createIdentity(index);
      return async () => {
        called.push(index);
        if (called[0] === index) return { kind: 'working' };
        return { kind: 'verdict', verdict: await verdictOf(mesh.publication, judge) };
      };
    };
    const mesh: Mesh = await meshOf(1, { 2: slowIfFirst(2), 3: slowIfFirst(3) });
    const { verdicts, underWay } = await mesh.gather();
    expect(verdicts).toHaveLength(1);
    expect(underWay).toEqual([peerOf(called[0] ?? 0)]);
  });

  it('are not asked of peers in quarantine, and count no more when they come to be there', async () => {
    const [honest, forked] = [createIdentity(2), createIdentity(3)];
    const mesh = await meshOf(2, {});
    const evidence = { kind: 'heads' as const, ...forkOf(forked.peer) };
    const found = {
      peer: forked.peer,
      key: evidence.first.head.key,
      fork: 0,
      length: 1,
      reason: '',
    };
    const aside = () => mesh.stand.quarantine.put(found, evidence);
    for (const judge of [honest, forked]) {
      const one = mesh.hub.join(judge.peer);
      one.handle(verifyProtocol, async (): Promise<VerifyResponse> => {
        mesh.asked.push(judge.peer);
        // The other one's verdict is there by now, or will never count.
        if (judge === honest) await aside();
        return { kind: 'verdict', verdict: await verdictOf(mesh.publication, judge) };
      });
      mesh.hub.link(mesh.stand.peer, judge.peer);
      mesh.membership.heard(capabilitiesOf(judge.peer), 0);
    }
    const { verdicts } = await mesh.gather();
    expect(verdicts.map(({ statement }) => statement.peer)).toEqual([honest.peer]);
    const before = mesh.asked.filter((peer) => peer === forked.peer).length;
    await mesh.gather();
    expect(mesh.asked.filter((peer) => peer === forked.peer)).toHaveLength(before);
  });

  it('are asked of the next where somebody declines', async () => {
    const mesh = await meshOf(1, { 2: declines, 3: declines });
    const { verdicts, declined } = await mesh.gather();
    expect(verdicts).toEqual([]);
    expect(declined.map(({ reason }) => reason)).toEqual(['has no cc', 'has no cc']);
    expect(mesh.stand.journal.of('verdict.heard')).toHaveLength(2);
  });

  it('are waited for until time is up', async () => {
    const mesh = await meshOf(1, { 2: never });
    const over = new AbortController();
    mesh.stand.clock.after(60_000, () => over.abort(new BzzzError('timeout', 'time is up')));
    expect(await mesh.gather(over.signal)).toEqual({ verdicts: [], declined: [] });
    expect(mesh.asked.length).toBeGreaterThan(5);
    expect(mesh.stand.clock.waiting()).toBe(0);
  });

  it('are not believed when they are about something else', async () => {
    const mesh = await meshOf(1, { 2: await passing(2) });
    const { verdicts, declined } = await mesh.gather();
    expect(verdicts).toEqual([]);
    expect(declined[0]?.reason).toContain('another publication');
    expect(mesh.stand.trouble.recent()[0]).toMatchObject({ code: 'certificate_invalid' });
  });

  it('are not asked of who went away, and nobody is asked where there is nobody', async () => {
    const mesh = await meshOf(1, { 2: never });
    mesh.hub.cut(mesh.stand.peer, peerOf(2));
    const over = new AbortController();
    mesh.stand.clock.after(120_000, () => over.abort(new BzzzError('timeout', 'time is up')));
    expect(await mesh.gather(over.signal)).toEqual({ verdicts: [], declined: [] });
    expect(mesh.stand.journal.of('verdict.heard')[0]).toMatchObject({ reason: 'not linked' });
    expect(mesh.stand.clock.waiting()).toBe(0);
    const alone = await meshOf(1, {});
    expect(await alone.gather()).toEqual({ verdicts: [], declined: [] });
  });

  it('are asked of others too when somebody takes long', async () => {
    const mesh = await meshOf(1, { 2: never, 3: declines, 4: declines });
    const over = new AbortController();
    mesh.stand.clock.after(400_000, () => over.abort(new BzzzError('timeout', 'time is up')));
    await mesh.gather(over.signal);
    expect(new Set(mesh.asked)).toEqual(new Set([2, 3, 4].map(peerOf)));
  });

  it('are not asked of who made the result, whoever publishes it by now', async () => {
    const mesh = await meshOf(1, { 2: never });
    const { record } = mesh.publication;
    const taken = { ...mesh.publication, record: { ...record, author: peerOf(2) } };
    const deps = {
      ...mesh.stand,
      mesh: mesh.hub.join(mesh.stand.peer),
      membership: mesh.membership,
    };
    await mesh.stand.clock.drive(gatherVerdicts(deps, taken, calm));
    expect(mesh.asked).toEqual([]);
  });

  it('come from who was away for a moment, as after a restart', async () => {
    const mesh = await meshOf(1, { 2: declines });
    mesh.hub.cut(mesh.stand.peer, peerOf(2));
    mesh.stand.clock.after(15_000, () => mesh.hub.link(mesh.stand.peer, peerOf(2)));
    expect((await mesh.gather()).declined).toMatchObject([{ reason: 'has no cc' }]);
  });

  it('wait for members of an earlier run that were not heard yet', async () => {
    const mesh = await meshOf(1, {});
    mesh.membership.remember([peerOf(7)]);
    mesh.stand.clock.after(20_000, () => mesh.membership.bury(peerOf(7)));
    await mesh.gather();
    expect(mesh.stand.clock.monotonicMs()).toBeGreaterThanOrEqual(20_000);
  });

  it('wait a moment for who is connected and has not said yet what it can', async () => {
    const mesh = await meshOf(1, {});
    const judge = unknownJudge(7, mesh);
    mesh.membership.connection(judge, true);
    mesh.stand.clock.after(2_000, () => mesh.membership.heard(capabilitiesOf(judge), 2_000));
    const { verdicts } = await mesh.gather();
    expect(verdicts.map(({ statement }) => statement.peer)).toEqual([judge]);
  });

  it('wait a moment for who was not able yet, as in the first seconds of its start', async () => {
    const mesh = await meshOf(1, {});
    const judge = unknownJudge(7, mesh);
    mesh.membership.connection(judge, true);
    const starting = { slots: 0, sandbox: 'none' };
    mesh.membership.heard(capabilitiesOf(judge, starting), 0);
    mesh.stand.clock.after(2_000, () =>
      mesh.membership.heard(capabilitiesOf(judge, { revision: 2 }), 2_000),
    );
    const { verdicts } = await mesh.gather();
    expect(verdicts.map(({ statement }) => statement.peer)).toEqual([judge]);
  });

  it('do not wait longer than that for who never says it, nor for who serves something else', async () => {
    const mesh = await meshOf(1, {});
    mesh.membership.heard(capabilitiesOf(peerOf(8), { repositories: ['octo/other'] }), 0);
    mesh.membership.connection(peerOf(8), true);
    await mesh.gather();
    expect(mesh.stand.clock.monotonicMs()).toBe(0);
    mesh.membership.connection(peerOf(7), true);
    const { verdicts } = await mesh.gather();
    expect(verdicts).toEqual([]);
    expect(mesh.stand.clock.monotonicMs()).toBe(10_000);
  });
});
