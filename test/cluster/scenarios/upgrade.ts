/**
 * Five machines of the release before become those of today, one after the other, while issues come in all the time;
 * one of them goes back once on the way (docs/ROLLOUT.md, Upgrades).
 */
import { fullMesh, type PeerProcess, untilReplicated } from '../../e2e/harness/peer.ts';
import { bzzz } from '../../e2e/harness/programs.ts';
import { previousRelease } from '../../lib/releases.ts';
import { verdictOf } from '../../races/verdict.ts';
import type { Cluster } from '../cluster.ts';
import { untilEndedOnce } from '../ending.ts';
import { fileSome, firstOf, gather, inMidTask, openGates } from '../moves.ts';
import type { Scenario } from '../scenario.ts';

const issuesOfRound = 4;
/** With one of five upgraded a round shows either way six times in ten. */
const roundsMax = 10;

export const rollingUpgrade: Scenario = {
  name: 'rolling-upgrade',
  shows: 'five of the release before become those of today one by one, at work; one goes back once',
  needs: [],
  async play(cluster) {
    const { stage } = cluster;
    const before = await previousRelease(stage.dir);
    await gather(cluster, { program: before.program });
    await fileSome(cluster, 2);
    const [first, others] = firstOf(cluster.peers);
    const [second, rest] = firstOf(others);
    const written = await replace(cluster, first, bzzz);
    await refuseOther(first, written);
    await refuseOther(second, await replace(cluster, second, bzzz));
    await untilJudgedAcross(cluster, [first, second]);
    const between = await replace(cluster, first, before.program);
    // Of what it wrote in between it reads what it knows; nothing of it is lost.
    await refuseOther(first, written);
    await untilJudgedAcross(cluster, [second]);
    await replace(cluster, first, bzzz);
    await refuseOther(first, between);
    for (const peer of rest) await refuseOther(peer, await replace(cluster, peer, bzzz));
    await fileSome(cluster, 2);
    await untilEndedOnce(cluster);
    await refuseDistrust(cluster);
  },
};

type Written = Awaited<ReturnType<PeerProcess['journal']>>;

/** In the middle of its work, over the same folder, as the same peer. Returns its journal of before. */
async function replace(
  cluster: Cluster,
  peer: PeerProcess,
  program: readonly string[],
): Promise<Written> {
  const { stage, peers } = cluster;
  await inMidTask(cluster);
  await fileSome(cluster, 1);
  const [id, written] = [peer.id(), await peer.journal()];
  await refuseBadEnd(peer, { code: await peer.stop(), isOld: program === bzzz });
  // Nobody waits for it.
  await fileSome(cluster, 1);
  await peer.restart(program);
  await fullMesh(stage, peers);
  if (peer.id() !== id) throw new Error(`${peer.name} is another peer: ${peer.id()}, not ${id}`);
  await openGates(peers);
  return written;
}

/**
 * A peer that stops says so in its journal, and ends with 0. Of the kept one of 2026-11-29 that is not asked: what came
 * just as its journal was closed ended it with 1, after it had let go of everything.
 */
async function refuseBadEnd(
  peer: PeerProcess,
  { code, isOld }: { readonly code: number | NodeJS.Signals; readonly isOld: boolean },
): Promise<void> {
  const output = await peer.process().output();
  const hasLetGo = /journal +peer\.stopped(?!.*peer\.started)/s.test(output);
  if (hasLetGo && (code === 0 || (isOld && code === 1))) return;
  throw new Error(`${peer.name} ended with ${code}: ${output}`);
}

/** Its journal still begins with this. */
async function refuseOther(peer: PeerProcess, written: Written): Promise<void> {
  const kept = (await peer.journal()).slice(0, written.length);
  const index = written.findIndex((body, at) => JSON.stringify(body) !== JSON.stringify(kept[at]));
  if (index === -1) return;
  const [was, is] = [written[index], kept[index]].map((body) => JSON.stringify(body));
  throw new Error(`${peer.name} reads entry ${index} of its journal otherwise: ${is}, not ${was}`);
}

/** As many issues as it takes until each release has judged a result of the other: who judges what is chance. */
async function untilJudgedAcross(
  cluster: Cluster,
  upgraded: readonly PeerProcess[],
): Promise<void> {
  const { peers, forge } = cluster;
  const isNew = (peer: PeerProcess) => upgraded.includes(peer);
  const judged = new Set<boolean>();
  for (let round = 0; judged.size < 2; round += 1) {
    if (round === roundsMax) throw new Error('one release judges nothing of the other');
    const numbers = await fileSome(cluster, issuesOfRound);
    await untilEndedOnce(cluster);
    for (const number of numbers) {
      const { holder } = await verdictOf(forge, number);
      const maker = peers.find((peer) => peer.id() === holder);
      if (maker === undefined) throw new Error(`nobody here made the result of #${number}`);
      const judges = await judgesOf(cluster, number);
      for (const judge of judges) if (isNew(judge) !== isNew(maker)) judged.add(isNew(judge));
    }
  }
}

async function judgesOf({ forge, peers }: Cluster, number: number): Promise<PeerProcess[]> {
  const task = `${forge.repo}#${number}`;
  const journals = await Promise.all(peers.map((peer) => peer.journal()));
  return peers.filter((_, index) =>
    journals[index]?.some((body) => body.kind === 'verdict.given' && body['task'] === task),
  );
}

/** Everybody holds the whole journal of everybody, and none tells two stories. */
async function refuseDistrust({ stage, peers }: Cluster): Promise<void> {
  await untilReplicated(stage, peers);
  for (const { name, client } of peers) {
    const set = (await client.peers()).peers.filter(({ quarantined }) => quarantined);
    if (set.length > 0) throw new Error(`${name} has set aside ${JSON.stringify(set)}`);
  }
}
