/**
 * The peers of this machine that a drill is about: found by their data folders, asked over their control sockets, and
 * seen as processes. A peer of another machine or container is none of ours.
 */
import { lstat, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlClient, createControlClient, layoutOf, ownerOf, ownerText } from '@bzzz/peer';
import { BzzzError, isBzzzError, PeerId } from '@bzzz/protocol';
import type { StatusAnswer } from '@bzzz/protocol/api';
import { holderOf } from './holder.ts';
import type { ProcessId } from './process.ts';

export interface Target {
  readonly id: PeerId;
  readonly name: string;
  readonly dataDir: string;
  readonly client: ControlClient;
  readonly status: StatusAnswer;
  readonly process: ProcessId;
}

interface Asking {
  /** Who drills, for the journals of the peers. */
  readonly user?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * The peers of these folders. Each of them runs here where they were `named`; else those count that run. Throws
 * `peer_not_running`, `drill_peer_elsewhere`, `cli_usage`.
 */
export async function findTargets(
  folders: readonly string[],
  { named, ...asking }: Asking & { readonly named: boolean },
): Promise<Target[]> {
  const found = named
    ? await Promise.all(folders.map((dir) => targetOf(dir, asking)))
    : await running(folders, asking);
  if (found.length === 0) {
    const [usual = ''] = folders;
    const reason = `no peer runs on ${usual}, nor on a trial of yours under ${tmpdir()}`;
    throw new BzzzError('peer_not_running', reason);
  }
  const ids = new Set(found.map(({ id }) => id));
  if (ids.size < found.length) throw new BzzzError('cli_usage', '--data names one peer twice');
  refuseOthers(found);
  return found.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** By name, id, or the end of the id; each once, however often it is named. Throws `cli_usage`. */
export function chosen<T extends Pick<Target, 'id' | 'name'>>(
  targets: readonly T[],
  names: readonly string[],
): T[] {
  const found = names.map((name) => {
    const found = targets.filter(
      (one) => one.name === name || (name.length >= 4 && one.id.endsWith(name)),
    );
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const known = targets.map((one) => one.name).join(', ');
    const many = found.length > 1 ? 'is more than one peer' : 'is no peer of this machine';
    throw new BzzzError('cli_usage', `--on ${name} ${many}; there are ${known}`);
  });
  return [...new Set(found)];
}

/** The folder itself, or those of a trial that keeps its peers under it. */
export async function foldersOf(dir: string): Promise<string[]> {
  const peers = join(dir, 'peers');
  const names = await readdir(peers, { withFileTypes: true }).catch(() => []);
  const below = names.filter((one) => one.isDirectory()).map(({ name }) => join(peers, name));
  return below.length > 0 ? below : [dir];
}

/** What a person may have meant who named nothing: the own peer, and the own trials in a temporary folder. */
export async function usualFolders(usual: string): Promise<string[]> {
  const temporary = tmpdir();
  const names = await readdir(temporary).catch(() => []);
  const trials = names.filter((name) => /^bzzz-[A-Za-z0-9]{6}$/.test(name));
  const paths = trials.map((name) => join(temporary, name));
  const own = await Promise.all(paths.map(isOwn));
  const under = paths.filter((_, at) => own[at]);
  const folders = await Promise.all([usual, ...under].map(foldersOf));
  return folders.flat();
}

/** In a folder where everybody may put one: what others lay there must not steer us. */
async function isOwn(path: string): Promise<boolean> {
  const facts = await lstat(path).catch(() => null);
  return (
    facts !== null &&
    facts.isDirectory() &&
    facts.uid === process.geteuid?.() &&
    (facts.mode & 0o022) === 0
  );
}

async function running(folders: readonly string[], asking: Asking): Promise<Target[]> {
  const found: Target[] = [];
  for (const dir of folders) {
    try {
      found.push(await targetOf(dir, asking));
    } catch (error) {
      if (!isBzzzError(error, 'peer_not_running')) throw error;
    }
  }
  return found;
}

async function targetOf(dataDir: string, { user, signal }: Asking): Promise<Target> {
  const client = createControlClient(dataDir, { user });
  const status = await answerOf(
    `the peer of ${dataDir}`,
    (options) => client.status(options),
    signal,
  );
  const { name, pid } = status.peer;
  const process = await holderOf(dataDir);
  if (process?.pid !== pid) {
    const who = await ownerText(await ownerOf(layoutOf(dataDir).lock));
    throw new BzzzError('drill_peer_elsewhere', `${dataDir}: ${who} runs ${name}`);
  }
  return { id: PeerId.parse(status.peer.id), name, dataDir, client, status, process };
}

/** Longer than a peer under load takes to answer. */
export const answerMsMax = 10_000;

export function within(signal: AbortSignal, ms: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}

/** Throws what it throws, and `peer_not_running` when no answer comes in time. */
export async function answerOf<T>(
  who: string,
  ask: (options: { readonly signal: AbortSignal }) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    const limit = AbortSignal.timeout(answerMsMax);
    return await ask({ signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) });
  } catch (error) {
    if (!isBzzzError(error, 'aborted') || signal?.aborted === true) throw error;
    const reason = `${who} does not answer; does it stand still?`;
    throw new BzzzError('peer_not_running', reason, { cause: error });
  }
}

export function names(peers: readonly Target[]): string {
  return peers.map(({ name }) => name).join(', ');
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
