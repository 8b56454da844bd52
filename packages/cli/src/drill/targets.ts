/**
 * The peers of this machine that a drill is about: found by their data folders, asked over their control sockets, and
 * seen as processes. A peer of another machine or container is none of ours.
 */
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type ControlClient,
  createControlClient,
  isNear,
  layoutOf,
  ownerOf,
  ownerText,
} from '@bzzz/peer';
import { BzzzError, isBzzzError, PeerId } from '@bzzz/protocol';
import type { StatusAnswer } from '@bzzz/protocol/api';
import { type ProcessId, processOf } from './process.ts';

export interface Target {
  readonly id: PeerId;
  readonly name: string;
  readonly dataDir: string;
  readonly client: ControlClient;
  readonly status: StatusAnswer;
  readonly process: ProcessId;
}

/**
 * The peers of these folders, each of which must run here; without folders those that run where `bzzz init` and
 * `scripts/up` put them. Throws `peer_not_running`, `drill_peer_elsewhere`, `cli_usage`.
 */
export async function findTargets(
  named: readonly string[],
  { usual, signal }: { readonly usual: string; readonly signal: AbortSignal },
): Promise<Target[]> {
  const found =
    named.length > 0
      ? await allOf(named, signal)
      : await running(await usualFolders(usual), signal);
  if (found.length === 0) {
    throw new BzzzError('peer_not_running', `no peer runs on ${usual}, nor under ${tmpdir()}`);
  }
  const ids = new Set(found.map(({ id }) => id));
  if (ids.size < found.length) throw new BzzzError('cli_usage', '--data names one peer twice');
  refuseOthers(found);
  return found.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** By name, id, or the end of the id. Throws `cli_usage`. */
export function chosen(targets: readonly Target[], names: readonly string[]): Target[] {
  return names.map((name) => {
    const found = targets.filter(
      (one) => one.name === name || (name.length >= 4 && one.id.endsWith(name)),
    );
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const known = targets.map((one) => one.name).join(', ');
    const many = found.length > 1 ? 'is more than one peer' : 'is no peer of this machine';
    throw new BzzzError('cli_usage', `--on ${name} ${many}; there are ${known}`);
  });
}

/** The folder itself, or those of a trial that keeps its peers under it. */
export async function foldersOf(dir: string): Promise<string[]> {
  const peers = join(dir, 'peers');
  const names = await readdir(peers, { withFileTypes: true }).catch(() => []);
  const below = names.filter((one) => one.isDirectory()).map(({ name }) => join(peers, name));
  return below.length > 0 ? below : [dir];
}

/** What a person may have meant who named nothing: the own peer, and a trial in a temporary folder. */
export async function usualFolders(usual: string): Promise<string[]> {
  const trials = await readdir(tmpdir(), { withFileTypes: true }).catch(() => []);
  const under = trials
    .filter((one) => one.isDirectory() && /^bzzz-[A-Za-z0-9]{6}$/.test(one.name))
    .map(({ name }) => join(tmpdir(), name));
  const folders = await Promise.all([usual, ...under].map(foldersOf));
  return folders.flat();
}

async function allOf(named: readonly string[], signal: AbortSignal): Promise<Target[]> {
  const folders = await Promise.all(named.map((dir) => foldersOf(resolve(dir))));
  return Promise.all(folders.flat().map((dir) => targetOf(dir, signal)));
}

async function running(folders: readonly string[], signal: AbortSignal): Promise<Target[]> {
  const found: Target[] = [];
  for (const dir of folders) {
    try {
      found.push(await targetOf(dir, signal));
    } catch (error) {
      if (!isBzzzError(error, 'peer_not_running')) throw error;
    }
  }
  return found;
}

async function targetOf(dataDir: string, signal: AbortSignal): Promise<Target> {
  const client = createControlClient(dataDir);
  const status = await client
    .status({ signal: within(signal, answerMsMax) })
    .catch((error: unknown) => {
      if (!isBzzzError(error, 'aborted') || signal.aborted) throw error;
      const reason = `the peer of ${dataDir} does not answer; does it stand still?`;
      throw new BzzzError('peer_not_running', reason, { cause: error });
    });
  const owner = await ownerOf(layoutOf(dataDir).lock);
  const { pid } = status.peer;
  const process = await processOf(pid);
  const near = owner !== null && owner.pid === pid && (await isNear(owner));
  if (!near || process === undefined) {
    const who = await ownerText(owner);
    throw new BzzzError('drill_peer_elsewhere', `${dataDir}: ${who} runs ${status.peer.name}`);
  }
  const { name } = status.peer;
  return { id: PeerId.parse(status.peer.id), name, dataDir, client, status, process };
}

/** Longer than a peer under load takes to answer. */
export const answerMsMax = 10_000;

export function within(signal: AbortSignal, ms: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}

function refuseOthers(found: readonly Target[]): void {
  const meshes = new Set(found.map(({ status }) => status.mesh.name));
  if (meshes.size > 1) {
    const where = found.map(({ dataDir, status }) => `${dataDir} (${status.mesh.name})`).join(', ');
    throw new BzzzError(
      'cli_usage',
      `there is more than one mesh here, name one by --data: ${where}`,
    );
  }
}
