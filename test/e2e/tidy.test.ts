/** What is over leaves nothing behind on the forge, and is not begun again when people open it anew. */
import { expect, it, vi } from 'vitest';
import { pullsOf } from './harness/outcome.ts';
import { untilReplicated } from './harness/peer.ts';
import { lockChain, tipOf } from './harness/repository.ts';
import { doneByTwo } from './harness/scenes.ts';
import { patientMs } from './harness/stage.ts';
import { maintainer } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('the branches of a closed issue go, and when it is reopened its pull request is found', async () => {
  const { stage, forge, peers, pull } = await doneByTwo({ tidyMs: 1_000, keepMs: 0 });
  const claims = await lockChain(forge, 1);
  const branches = async () => [
    await tipOf(forge.gitDir, 'bzzz/lock/1'),
    await tipOf(forge.gitDir, 'bzzz/issue-1'),
  ];
  expect(await branches()).toEqual([expect.any(String), expect.any(String)]);

  await forge.call(maintainer, 'PATCH', 'issues/1', { state: 'closed' });
  await forge.call(maintainer, 'PATCH', `pulls/${pull.number}`, { state: 'closed' });
  await stage.until('both branches are gone', async () =>
    (await branches()).every((tip) => tip === undefined),
  );
  const tidied = async () => {
    const bodies = (await Promise.all(peers.map((peer) => peer.journal()))).flat();
    return bodies.filter(({ kind }) => kind === 'tidy.settled');
  };
  await stage.until('the journal tells of it', async () => (await tidied()).length > 0);
  expect(await tidied()).toMatchObject([{ outcome: 'deleted', epoch: 1 }]);

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
