/** What is over leaves nothing behind on the forge, and is not begun again when people open it anew. */
import type { EntryKind } from '@bzzz/protocol';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { ForgeProcess } from './harness/forge.ts';
import { expectPublished, expectQuiet, pullsOf } from './harness/outcome.ts';
import { fullMesh, type PeerProcess, untilAllSayDone, untilReplicated } from './harness/peer.ts';
import { lockChain, tipOf } from './harness/repository.ts';
import { doneByTwo } from './harness/scenes.ts';
import { patientMs, type Stage } from './harness/stage.ts';
import { bodyOf, maintainer } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('the branches of a closed issue go, and when it is reopened its pull request is found', async () => {
  const { stage, forge, peers, pull } = await doneByTwo({ tidyMs: 1_000, keepMs: 0 });
  const claims = await lockChain(forge, 1);
  expect(await branchesOf(forge)).toEqual([expect.any(String), expect.any(String)]);

  await forge.call(maintainer, 'PATCH', 'issues/1', { state: 'closed' });
  await forge.call(maintainer, 'PATCH', `pulls/${pull.number}`, { state: 'closed' });
  await untilTidied(stage, forge, peers);

  // The one that did the work is gone, and the other, started anew, knows of it from journals only.
  const author = peers.find((peer) => peer.id() === claims[0]?.record.peer);
  const other = peers.find((peer) => peer !== author);
  await untilReplicated(stage, peers);
  await Promise.all(peers.map((peer) => peer.stop()));
  await other?.restart();
  await forge.call(maintainer, 'PATCH', 'issues/1', { state: 'open' });
  await stage.until('the lock says again that it is done', async () => {
    const chain = await lockChain(forge, 1).catch(() => []);
    return chain.at(-1)?.record.state === 'result';
  });
  expect((await lockChain(forge, 1)).map(({ record }) => [record.state, record.epoch])).toEqual([
    ['held', 2],
    ['result', 2],
  ]);
  expect(pullsOf(await forge.pullRequests(), 1)).toMatchObject([{ number: pull.number }]);
});

it('merged in part it is over, though its issue stays open: the branches go, and nobody takes it again', async () => {
  // The issue is not closed, so that it was so for long is no reason.
  const timing = { tidyMs: 1_000, keepMs: 86_400_000 };
  const { stage, forge, peers, pull } = await doneByTwo(timing);
  const [lock, result] = await branchesOf(forge);
  const words = await forge.comments(1);
  // Without the word that closes the issue.
  const at = `pulls/${pull.number}`;
  await forge.call(maintainer, 'PATCH', at, { body: 'The first half of it.' });
  await forge.call(maintainer, 'PUT', `${at}/merge`, {});
  expect(await forge.issue(1)).toMatchObject({ state: 'open', labels: [{ name: 'bzzz' }] });

  await untilTidied(stage, forge, peers);
  const meant = await toldBy(peers, 'tidy.intended');
  expect(meant).toMatchObject([{ epoch: 1, lock, result, open: true }]);

  // Nobody takes it again, nor when all that is known of it stands in the journals.
  await untilReplicated(stage, peers);
  await expectQuiet(forge, peers);
  expect(await Promise.all(peers.map((peer) => peer.stop()))).toEqual([0, 0]);
  await Promise.all(peers.map((peer) => peer.restart()));
  await fullMesh(stage, peers);
  // That they take what is new shows that they look.
  const issue = { title: 'Write fir', body: bodyOf('quick', 'fir'), labels: ['bzzz'] };
  const filed = await forge.call(maintainer, 'POST', 'issues', issue);
  const { number } = z.object({ number: z.number() }).parse(filed);
  await untilAllSayDone(stage, peers, number);
  await expectPublished(forge, number);
  await expectQuiet(forge, peers);

  expect(await branchesOf(forge)).toEqual([undefined, undefined]);
  expect(await forge.comments(1)).toEqual(words);
  expect(pullsOf(await forge.pullRequests(), 1)).toMatchObject([{ number: pull.number }]);
  const started = await toldBy(peers, 'attempt.started');
  expect(started.filter(({ task }) => task === `${forge.repo}#1`)).toHaveLength(1);
});

async function branchesOf({ gitDir }: ForgeProcess): Promise<(string | undefined)[]> {
  return [await tipOf(gitDir, 'bzzz/lock/1'), await tipOf(gitDir, 'bzzz/issue-1')];
}

/** Both branches are gone, by one peer, whose journal says so. */
async function untilTidied(
  stage: Stage,
  forge: ForgeProcess,
  peers: readonly PeerProcess[],
): Promise<void> {
  await stage.until('both branches are gone', async () =>
    (await branchesOf(forge)).every((tip) => tip === undefined),
  );
  const settled = () => toldBy(peers, 'tidy.settled');
  await stage.until('the journal tells of it', async () => (await settled()).length > 0);
  expect(await settled()).toMatchObject([{ outcome: 'deleted', epoch: 1 }]);
}

async function toldBy(peers: readonly PeerProcess[], wanted: EntryKind) {
  const journals = await Promise.all(peers.map((peer) => peer.journal()));
  return journals.flat().filter(({ kind }) => kind === wanted);
}
