/** A result is judged by another peer, and anybody can check that later. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateOf, certificateText } from '@bzzz/protocol';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type ForgeProcess, startForge } from './harness/forge.ts';
import { expectPublished, expectQuiet } from './harness/outcome.ts';
import { fullMesh, type PeerProcess, startPeers, untilAllSayDone } from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, type Stage, patientMs } from './harness/stage.ts';
import { gatedWorld } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

interface Scene {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly peers: readonly PeerProcess[];
}

async function oneIssue(...names: string[]): Promise<Scene> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'quick', word: 'oak' }]);
  const forge = await startForge(stage, world);
  const peers = await startPeers(stage, forge, names);
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);
  return { stage, forge, peers };
}

let runs = 0;

async function run(stage: Stage, ...args: string[]) {
  runs += 1;
  const running = await stage.start(`verify-${runs}`, { argv: [...bzzz, 'verify', ...args] });
  const code = await running.ended;
  return { code, output: await running.output() };
}

it('with two peers it is ready for review, with a certificate that cannot be changed', async () => {
  const { stage, forge, peers } = await oneIssue('ash', 'elm');
  const { pullRequest, chain } = await expectPublished(forge, 1);
  expect(pullRequest.draft).toBe(false);
  const publisher = chain.at(-1)?.record.peer;
  const judge = peers.find((peer) => peer.id() !== publisher);
  const given = (await judge?.journal())?.filter(({ kind }) => kind === 'verdict.given');
  expect(given).toHaveLength(1);

  const [{ dataDir } = { dataDir: '' }] = peers;
  const there = await run(stage, String(pullRequest.number), '--data', dataDir);
  expect(there.output).toContain(`${forge.repo}#1: verified`);
  expect(there.code).toBe(0);

  const [comment] = await forge.comments(pullRequest.number);
  const text = certificateText(certificateOf(comment?.body ?? ''));
  const file = join(stage.dir, 'result.certificate');
  await writeFile(file, text);
  // Nobody here knows whose keys these are.
  const nowhere = ['--data', join(stage.dir, 'nobody')];
  const bare = await run(stage, file, ...nowhere);
  const unknown =
    /^\S+#1: NOT verified: the signatures are valid, and who signed is not known here$/m;
  expect(bare).toMatchObject({ code: 5, output: expect.stringMatching(unknown) });
  const json = JSON.parse((await run(stage, file, '--json', ...nowhere)).output);
  expect(json).toMatchObject({ verified: false, standing: 'unknown', counted: 0, valid: 1 });
  expect(json.verdicts).toMatchObject([{ peer: judge?.id(), known: false }]);

  expect(await run(stage, file, '--data', dataDir)).toMatchObject({
    code: 0,
    output: expect.stringContaining(`${forge.repo}#1: verified\n`),
  });
  expect((await run(stage, file, '--peer', judge?.id() ?? '')).code).toBe(0);
  const members = join(stage.dir, 'members');
  await writeFile(members, `# ours\n${judge?.id()} # at the window\n`);
  expect((await run(stage, file, '--members', members)).code).toBe(0);
  const others = await run(stage, file, '--peer', publisher ?? '');
  expect(others).toMatchObject({ code: 5, output: expect.stringMatching(unknown) });
  const nonsense = join(stage.dir, 'nonsense');
  await writeFile(nonsense, 'ash\n');
  expect((await run(stage, file, '--members', nonsense)).code).toBe(2);

  const forged = join(stage.dir, 'forged.certificate');
  const at = text.indexOf('\n') + 200;
  await writeFile(forged, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
  const refused = await run(stage, forged);
  expect(refused).toMatchObject({
    code: 1,
    output: expect.stringContaining('certificate_invalid'),
  });
});

/** What a task may cost the account, whoever of its peers writes (DESIGN.md 4.2). */
const writesMax = 6;

it('costs at most six writes from the issue to the pull request that is ready, of all peers together', async () => {
  const { forge, peers } = await oneIssue('ash', 'elm', 'fir');
  const { pullRequest, chain } = await expectPublished(forge, 1);
  expect(pullRequest.draft).toBe(false);
  // One claim: a takeover would pay for itself.
  expect(chain.at(-1)?.record.epoch).toBe(1);
  // Nobody writes any more: neither the owner that repeats its words, nor whoever lost.
  await expectQuiet(forge, peers);
  const changes = await forge.changes();
  const count = Object.values(changes).reduce((sum, one) => sum + one, 0);
  expect(count, JSON.stringify(changes, null, 2)).toBeLessThanOrEqual(writesMax);
  // Whose they are: the claim shown, the pull request with what others found, the draft made ready, the last words.
  const repo = `/repos/${forge.repo}`;
  expect(changes).toEqual({
    [`POST ${repo}/issues/:number/assignees`]: 1,
    [`POST ${repo}/issues/:number/comments`]: 2,
    [`PATCH ${repo}/issues/comments/:number`]: 1,
    [`POST ${repo}/pulls`]: 1,
    'mutation markPullRequestReadyForReview': 1,
  });
});

it('alone it stays a draft, and says so', async () => {
  const { stage, forge, peers } = await oneIssue('ash');
  const { pullRequest } = await expectPublished(forge, 1);
  expect(pullRequest.draft).toBe(true);
  const [lastWords] = await forge.comments(1);
  expect(lastWords?.body).toContain('unverified: no other peer that could judge it answered');
  const [{ dataDir } = { dataDir: '' }] = peers;
  const refused = await run(stage, String(pullRequest.number), '--data', dataDir);
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('no certificate') });
});
