/**
 * A peer of the release before works with those of today; it is upgraded over its own data folder while the others
 * work, and put back once more (docs/ROLLOUT.md, Upgrades).
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { keptReleases, previousRelease, unpackRelease } from '../lib/releases.ts';
import { csvWorld } from './harness/csv-world.ts';
import { type ForgeProcess, startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import {
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
  untilReplicated,
} from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { finish, stuckOrHelpful } from './harness/stuck-models.ts';
import {
  bodyOf,
  findWaiting,
  gatedWorld,
  maintainer,
  openGate,
  untilWaiting,
} from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('works with those of today, is upgraded in mid-task over its folder, and put back', async () => {
  const scene = await mixed();
  const { stage, forge, old, peers, before } = scene;
  await aTaskEach(scene);
  const id = old.id();
  const written = await old.journal();

  const numbers = await inMidTask(scene);
  // With 1 where something came just as its journal was closed: so the kept peer of 2026-11-29 has it.
  expect([0, 1]).toContain(await old.stop());
  expect(await old.process().output()).toMatch(/journal +peer\.stopped/);
  const others = peers.filter((peer) => peer !== old);
  await Promise.all(others.map((peer) => openGate(stage, peer)));
  await old.restart(bzzz);
  await fullMesh(stage, peers);
  // What it let go of as it stopped is taken by anybody.
  const next = await stage.until('somebody has taken over what was let go of', () =>
    waiting(peers),
  );
  await openGate(stage, next);
  for (const number of numbers) await untilAllSayDone(stage, peers, number);
  const ends = await Promise.all(numbers.map((number) => endOf(forge, number)));
  expect(ends.map(({ epoch }) => epoch).toSorted((a, b) => a - b)).toEqual([1, 1, 2]);
  expect(old.id()).toBe(id);
  expect((await old.journal()).slice(0, written.length)).toEqual(written);
  await aTaskEach(scene);

  expect(await old.stop()).toBe(0);
  await old.restart(before);
  await fullMesh(stage, peers);
  expect(old.id()).toBe(id);
  expect((await old.journal()).slice(0, written.length)).toEqual(written);
  await aTaskEach(scene);

  await untilReplicated(stage, peers);
  for (const { client } of peers) {
    expect((await client.peers()).peers.filter((one) => one.quarantined)).toEqual([]);
  }
  // Each release takes what the other signed. Its command line is its own: it talks to the peer that runs.
  const [pull] = await forge.pullRequests();
  const [other] = others;
  for (const [at, program] of [
    [old, before],
    [other, bzzz],
  ] as const) {
    const argv = [...program, 'verify', String(pull?.number), '--data', at?.dataDir ?? ''];
    const said = await stage.start(`verify-${at?.name}`, { argv });
    expect([await said.ended, await said.output()]).toEqual([
      0,
      expect.stringMatching(/^\S+: verified$/m),
    ]);
  }
});

it('asks those of today for help, or helps them', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const { program } = await previousRelease(stage.dir);
  const [able, nobody] = await Promise.all([
    startScriptedOllama(stuckOrHelpful, [{ name: model }]),
    startScriptedOllama(() => finish('nothing'), []),
  ]);
  onTestFinished(() => Promise.all([able.close(), nobody.close()]).then(() => undefined));
  const world = await csvWorld(stage, { models: [model] });
  const [asked] = world.repo.issues ?? [];
  // Only when all are there: whoever is up first would be alone with it.
  const forge = await startForge(stage, { ...world, repo: { ...world.repo, issues: [] } });
  const peers = await startPeers(stage, forge, ['old', 'elm', 'judge'], {
    ollamaOf: (name) => (name === 'judge' ? nobody.url : able.url),
    programOf: (name) => (name === 'old' ? program : bzzz),
  });
  await fullMesh(stage, peers);
  await forge.call(maintainer, 'POST', 'issues', asked);
  await untilAllSayDone(stage, peers, 1);
  const [pull] = await forge.pullRequests();
  expect(pull).toMatchObject({ draft: false, head: { ref: 'bzzz/issue-1' } });
  const journals = await Promise.all(peers.map((peer) => peer.journal()));
  const whoSays = (kind: string) =>
    peers.filter((_, index) => journals[index]?.some((body) => body.kind === kind));
  const parties = ['help.asked', 'help.worked'].flatMap(whoSays).map(({ name }) => name);
  expect(parties.toSorted()).toEqual(['elm', 'old']);
  expect(whoSays('verdict.given').map(({ name }) => name)).toEqual(['judge']);
});

it('is not put back under a configuration that it does not know, and says so', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const { program } = await previousRelease(stage.dir);
  const config = join(stage.dir, 'bzzz.yml');
  const door = '/ip4/127.0.0.1/tcp/4803';
  await writeFile(config, JSON.stringify({ dataDir: stage.dir, mesh: { door } }));
  const said = await stage.start('old', { argv: [...program, 'up', '--config', config] });
  expect([await said.ended, await said.output()]).toEqual([
    expect.any(Number),
    expect.stringContaining('config_invalid: mesh.door: no such setting'),
  ]);
  expect(await said.ended).not.toBe(0);
});

it('is kept as the list of releases says, and one that was changed is not started', async () => {
  const kept = await keptReleases();
  const files = await readdir(new URL('../releases/', import.meta.url));
  expect(files.toSorted()).toEqual([...kept.map(({ file }) => file), 'releases.json'].toSorted());
  const stage = await createStage();
  onTestFinished(() => stage.close());
  for (const one of kept) {
    const { program } = await unpackRelease(one, stage.dir);
    const said = await stage.start(one.file, { argv: [...program, '--version'] });
    expect([await said.ended, await said.output()]).toEqual([0, `${one.version}\n`]);
    const changed = { ...one, sha256: '0'.repeat(64) };
    await expect(unpackRelease(changed, stage.dir)).rejects.toThrow('not that of releases.json');
  }
});

const model = 'coder:7b';

interface Mixed {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly old: PeerProcess;
  readonly peers: readonly PeerProcess[];
  /** Of the release before. */
  readonly before: readonly string[];
}

/** Three peers, of which one is of the release before; every result is judged by both others. */
async function mixed(): Promise<Mixed> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const { program } = await previousRelease(stage.dir);
  const world = await gatedWorld(stage, [], { verdicts: 2 });
  // Three peers share the account and look many times as often as in earnest.
  const limits = { pointsPerMinute: 100_000, primaryPerHour: 100_000 };
  const forge = await startForge(stage, { ...world, limits });
  const programOf = (name: string) => (name === 'old' ? program : bzzz);
  const peers = await startPeers(stage, forge, ['old', 'elm', 'fir'], { programOf });
  const [old] = peers;
  if (old === undefined) throw new Error('there is no peer');
  await fullMesh(stage, peers);
  return { stage, forge, old, peers, before: program };
}

/** Each takes one and ends it; nobody has to take over. */
async function aTaskEach(scene: Mixed): Promise<void> {
  const { stage, forge, peers } = scene;
  const numbers = await inMidTask(scene);
  await Promise.all(peers.map((peer) => openGate(stage, peer)));
  for (const number of numbers) await untilAllSayDone(stage, peers, number);
  const ends = await Promise.all(numbers.map((number) => endOf(forge, number)));
  const once = { epoch: 1, isDraft: false };
  expect(ends).toEqual(peers.map(() => expect.objectContaining(once)));
  expect(new Set(ends.map(({ peer }) => peer))).toEqual(new Set(peers.map((peer) => peer.id())));
}

/** An issue for each, and all are at work at once: everybody has one slot. */
async function inMidTask({ stage, forge, peers }: Mixed): Promise<number[]> {
  const numbers = await Promise.all(peers.map(() => file(forge)));
  await Promise.all(peers.map((peer) => untilWaiting(stage, peer)));
  return numbers;
}

async function waiting(peers: readonly PeerProcess[]): Promise<PeerProcess | undefined> {
  const found = await Promise.all(peers.map((peer) => findWaiting(peer)));
  return peers.find((_, index) => found[index] !== undefined);
}

const Filed = z.object({ number: z.number() });
let filed = 0;

async function file(forge: ForgeProcess): Promise<number> {
  const word = `w${'abcdefghijklmnopqrstuvwxyz'.charAt(filed)}`;
  filed += 1;
  const issue = { title: `Write ${word}`, body: bodyOf('gated', word), labels: ['bzzz'] };
  return Filed.parse(await forge.call(maintainer, 'POST', 'issues', issue)).number;
}

/** Who published it, in which epoch; `isDraft`: too few others found it right. It was published once. */
async function endOf(forge: ForgeProcess, number: number) {
  const { chain, pullRequest } = await expectPublished(forge, number);
  const last = chain.at(-1)?.record;
  if (last === undefined) throw new Error(`#${number} has no chain`);
  return { peer: last.peer, epoch: last.epoch, isDraft: pullRequest.draft };
}
