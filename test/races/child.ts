/**
 * A contender in a process of its own: the production coordinator over the real GitHub adapter, journal,
 * workspaces and sandbox, on a mesh that carries nothing while there is anything to win, so that it races
 * for every task with all the others. Argument: options as JSON. Prints one JSON object a line: `{ ready }`
 * when it has recovered, `{ seq, sha256 }` for each journal entry that is on disk, `{ claim }` with task and
 * epoch for each push that claims or renews, `{ won }` with the task of each that was accepted, `{ word }`
 * for what the others are to hear. A line on its input is such a word, or makes it look at the forge; it
 * lets go and ends when its input closes.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createCoordinator, type Forge } from '@bzzz/coordination';
import { createRecipeExecutor, createRunner, createWorkspaces } from '@bzzz/execution';
import { createGithubForge, tokenFromValue } from '@bzzz/github';
import { openJournals } from '@bzzz/journal';
import { createIdentity, createSigner, type Identity, loadIdentity } from '@bzzz/mesh';
import {
  isBzzzError,
  journalEntryCodec,
  livenessPresets,
  RepoName,
  Timing,
  wireVersions,
} from '@bzzz/protocol';
import { clock, random } from '../lib/ports.ts';
import { doneMesh, Word } from './done-mesh.ts';

export interface ContenderOptions {
  readonly name: string;
  readonly dataDir: string;
  readonly url: string;
  readonly token: string;
  readonly repo: string;
  readonly leaseMs: number;
  /** The control run: pushes expect whatever stands, so that the fence holds nobody back. */
  readonly unfenced: boolean;
}

const options: ContenderOptions = JSON.parse(process.argv[2] ?? '{}');
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const repo = RepoName.parse(options.repo);

await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
const identity = await openIdentity(join(options.dataDir, 'identity'));
const journals = await openJournals({}, { dir: join(options.dataDir, 'journal') });
const github = createGithubForge(
  { token: tokenFromValue(options.token) },
  { apiUrl: options.url, gitUrl: options.url, dataDir: options.dataDir },
);
const runner = createRunner({ sandbox: 'required' });
const mesh = doneMesh(identity.peer, (word) => say({ word }));
const coordinator = createCoordinator(
  {
    clock,
    random,
    signer: createSigner(identity),
    mesh,
    journal: journals.own,
    replicas: () => [],
    witness: async () => null,
    forge: options.unfenced ? unfenced(github) : github,
    workspaces: createWorkspaces({ runner }, { dir: join(options.dataDir, 'worktrees') }),
    executors: { recipe: createRecipeExecutor({ runner }) },
  },
  {
    name: options.name,
    version: '0.0.0',
    repositories: [repo],
    offer: () => ({ slots: 2, tools: ['sh'], sandbox: 'bubblewrap' }),
    platform: 'test',
    wire: wireVersions,
    timing: Timing.parse({
      leaseMs: options.leaseMs,
      // Whoever files an issue says so: a poll only makes up for a look that was not answered.
      pollMs: 10_000,
      lagMs: 500,
      staggerMs: 50,
      backoffMs: 300,
    }),
    // There is nobody to ping.
    liveness: livenessPresets.wan,
    load: () => 0,
    onFatal(error) {
      throw error;
    },
  },
);
coordinator.onEntry(({ seq, entry }) => {
  const sha256 = createHash('sha256').update(journalEntryCodec.encode(entry)).digest('hex');
  say({ seq, sha256 });
  const { body } = entry;
  if (body.kind === 'fence.settled' && body.outcome === 'won') say({ won: body.task });
  if (body.kind !== 'fence.intended' || body.intent.record.state !== 'held') return;
  const { task, epoch } = body.intent.record;
  say({ claim: `${task} ${epoch}` });
});
await coordinator.start();
say({ ready: identity.peer });
createInterface(process.stdin)
  .on('line', (line) => (line === 'look' ? coordinator.lookNow(repo) : hear(line)))
  .on('close', () => void leave());

function hear(line: string): void {
  mesh.hear(Word.parse(JSON.parse(line)));
}

async function leave(): Promise<void> {
  await coordinator.stop();
  await github.close();
  await journals.close();
  process.exit(0);
}

/** Made once: who comes back after a kill is the same peer. */
async function openIdentity(file: string): Promise<Identity> {
  try {
    return await loadIdentity(await readFile(file));
  } catch (error) {
    // Also a file that a kill cut short, before anybody knew this peer.
    if (!isBzzzError(error) && !(error instanceof Error && 'code' in error)) throw error;
    const identity = await createIdentity();
    await writeFile(file, identity.seed, { mode: 0o600 });
    return identity;
  }
}

function unfenced(forge: Forge): Forge {
  return {
    ...forge,
    async push(name, push, settings) {
      const stands = await forge.readFence(name, push.number, settings);
      const lock = { ...push.lock, expected: stands.lock?.oid ?? null };
      const result = push.result && { ...push.result, expected: stands.result };
      return forge.push(name, { ...push, lock, ...(result && { result }) }, settings);
    },
  };
}
