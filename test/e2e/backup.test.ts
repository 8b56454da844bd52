/** A machine is lost, and its peer comes back from an older backup: who it was, with a journal that begins anew. */
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import {
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
  untilHolder,
} from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { storyOf } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';
import { bodyOf, gatedWorld, maintainer, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const run = promisify(execFile);

it('a restored peer goes on under a new journal; nobody sees a fork, and its old story is still told', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }]);
  const forge = await startForge(stage, world);
  const timing = { leaseMs: 15_000 };
  const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak'], { timing });
  await fullMesh(stage, peers);
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  const others = peers.filter((peer) => peer !== owner);
  await untilWaiting(stage, owner);
  await openGate(stage, owner);
  await untilAllSayDone(stage, peers, 1);

  const file = join(stage.dir, 'backup');
  const saved = await command(['backup', file, '--data', owner.dataDir]);
  const before = await journalOf(owner);
  expect(saved).toMatchObject({ peer: owner.id(), journals: [before.key] });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await command(['backup', file, '--data', owner.dataDir])).toMatchObject({
    error: { code: 'backup_refused' },
  });

  // More work, of which the backup knows nothing; in the middle of it the machine is gone.
  for (const { client } of others) await client.pause({ scope: 'self', paused: true });
  const issue = { title: 'Write fir', body: bodyOf('gated', 'fir'), labels: ['bzzz'] };
  const filed = await forge.call(maintainer, 'POST', 'issues', issue);
  const { number } = z.object({ number: z.number() }).parse(filed);
  await untilHolder(stage, [owner], { number, epoch: 1 });
  await untilWaiting(stage, owner);
  const lost = await journalOf(owner);
  expect(lost.length).toBeGreaterThan(before.length);
  await stage.until('the others hold what it wrote', async () => {
    const held = await Promise.all(others.map((other) => replicaOf(other, owner)));
    return held.every(({ here }) => here >= lost.length);
  });
  await owner.kill();
  const copy = join(stage.dir, 'copy');
  await cp(owner.dataDir, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  await rm(owner.dataDir, { recursive: true });

  expect(await command(['restore', file, '--data', owner.dataDir])).toMatchObject({
    peer: owner.id(),
  });
  expect(await readdir(owner.dataDir)).not.toContain('journal');
  const id = owner.id();
  await owner.restart();
  expect(owner.id()).toBe(id);
  const after = await journalOf(owner);
  expect(after.key).not.toBe(before.key);
  for (const { client } of others) await client.pause({ scope: 'self', paused: false });

  // What it held belongs to nobody it knows of, until the lease is out.
  const taker = await untilHolder(stage, peers, { number, epoch: 2 });
  await untilWaiting(stage, taker);
  await openGate(stage, taker);
  await untilAllSayDone(stage, peers, number);
  expect(storyOf((await expectPublished(forge, number)).chain)).toEqual([
    'held 1',
    'held 2',
    'result 2',
  ]);

  await stage.until('its old story is told here again, as its own', async () => {
    const told = await storyIn(owner);
    const claims = told.filter(({ peer, entry }) => peer === id && isClaim(entry.body));
    return claims.length >= 2;
  });
  for (const { client } of peers) {
    expect((await client.quarantine()).quarantined).toEqual([]);
    const { problems } = await client.status();
    expect(problems.filter(({ code }) => code === 'journal_forked')).toEqual([]);
  }
  for (const other of others) {
    const kinds = (await other.journal()).map(({ kind }) => kind);
    expect(kinds).not.toContain('peer.quarantined');
    // All that it wrote before stands there, as long as it was, and what it writes now.
    const claims = (await storyIn(other)).filter(({ entry }) => isClaim(entry.body));
    expect(claims.length).toBeGreaterThanOrEqual(2);
    expect((await replicaOf(other, owner)).key).toBe(after.key);
  }
  const again = await command(['backup', `${file}-2`, '--data', owner.dataDir]);
  expect(again).toMatchObject({ journals: [before.key, after.key] });

  // Whoever goes on from a copy of the folder instead is held back.
  const refused = await command(['up', '--data', copy, '--listen', '/ip4/127.0.0.1/tcp/0']);
  expect(refused).toMatchObject({ error: { code: 'journal_copied' } });
});

it('a backup is brought back into an empty place only, and only a whole one', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const [data, other] = [join(stage.dir, 'data'), join(stage.dir, 'other')];
  const file = join(stage.dir, 'backup');
  expect(await command(['backup', file, '--data', data])).toMatchObject({
    error: { code: 'peer_folder_unusable' },
  });
  const made = z.object({ peer: z.string() }).parse(await command(['init', '--data', data]));
  await command(['backup', file, '--data', data]);
  expect(await command(['restore', file, '--data', data])).toMatchObject({
    error: { code: 'backup_refused' },
  });
  expect(await command(['restore', file, '--data', other])).toMatchObject({ peer: made.peer });
  for (const name of ['identity.key', 'mesh.key', 'bzzz.yml']) {
    const [one, two] = [await readFile(join(data, name)), await readFile(join(other, name))];
    expect(two.equals(one)).toBe(true);
    expect((await stat(join(other, name))).mode & 0o777).toBe(0o600);
  }
  const half = join(stage.dir, 'half');
  await cp(file, half);
  await run('truncate', ['--size=200', half]);
  expect(await command(['restore', half, '--data', join(stage.dir, 'third')])).toMatchObject({
    error: { code: 'backup_invalid' },
  });
});

/** What it prints as JSON, be it an error. */
async function command(args: readonly string[]): Promise<unknown> {
  const [program = '', ...before] = bzzz;
  const ended = await run(program, [...before, ...args, '--json']).catch((error: unknown) => error);
  const { stdout, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(ended);
  const text = stdout.trim() === '' ? (stderr.trim().split('\n').at(-1) ?? '') : stdout;
  return JSON.parse(text);
}

async function journalOf({ client }: PeerProcess) {
  const { peers } = await client.peers();
  const self = peers.find((one) => one.self);
  if (self === undefined) throw new Error('it does not know itself');
  return self.journal;
}

async function replicaOf({ client }: PeerProcess, of: PeerProcess) {
  const { peers } = await client.peers();
  const found = peers.find(({ id }) => id === of.id());
  if (found === undefined) throw new Error(`${of.name} is not known`);
  return found.journal;
}

async function storyIn({ client }: PeerProcess) {
  const entries = [];
  for await (const entry of client.history({ last: 5_000 })) entries.push(entry);
  return entries;
}

function isClaim(body: { readonly kind: string }): boolean {
  return body.kind === 'attempt.started';
}
