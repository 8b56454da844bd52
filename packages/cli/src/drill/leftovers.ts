/**
 * What a drill did to a peer, in a file of its data folder, from before it is done until it is undone. So whatever
 * becomes of the drill, the next one or `bzzz drill heal` finds it. A lock beside it says whether that drill lives.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderLock, lockFolder, settings } from '@bzzz/peer';
import { BzzzError, isBzzzError, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { ProcessId, Start } from './process.ts';

const Leftover = z.discriminatedUnion('fault', [
  z.object({ fault: z.literal('pause'), process: ProcessId }),
  z.object({
    fault: z.enum(['kill', 'skew']),
    process: ProcessId,
    start: Start,
    /** Variables that are left out, since they are secrets: it cannot be started without them. */
    withheld: z.array(z.string()),
  }),
  z.object({
    fault: z.enum(['partition', 'slow']),
    process: ProcessId,
    /** Of nftables, in the network of that process. */
    table: z.string().regex(/^bzzz_drill_[0-9a-f]{8}$/),
    network: z.string(),
  }),
]);
export type Leftover = z.infer<typeof Leftover>;

const file = (dataDir: string) => join(dataDir, 'drill.json');

/** Null: nothing is left there. Throws `drill_not_healed` where nobody can read it. */
export async function readLeftover(dataDir: string): Promise<Leftover | null> {
  let text: string;
  try {
    text = await readFile(file(dataDir), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(dataDir, error);
  }
  try {
    return Leftover.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(dataDir, error);
  }
}

/** Before it is done. */
export async function noteLeftover(dataDir: string, leftover: Leftover): Promise<void> {
  await writeFile(file(dataDir), `${JSON.stringify(leftover)}\n`, { mode: 0o600, flush: true });
}

/** Once it is undone. */
export async function forgetLeftover(dataDir: string): Promise<void> {
  await rm(file(dataDir), { force: true });
}

/** Until it is released no other drill touches these peers. Throws `drill_under_way`. */
export async function lockDrill(dataDirs: readonly string[]): Promise<FolderLock> {
  const locks = new AsyncDisposableStack();
  try {
    for (const dataDir of dataDirs.toSorted()) {
      const lock = await lockFolder(join(dataDir, 'drill.lock'));
      locks.defer(() => lock.release());
    }
  } catch (error) {
    await locks.disposeAsync();
    if (!isBzzzError(error, 'peer_folder_locked')) throw error;
    const reason = 'another drill is at work on one of these peers';
    throw new BzzzError('drill_under_way', reason, { cause: error });
  }
  return { release: () => locks.disposeAsync() };
}

/** Besides settings: what its programs need. Of all else nobody knows whether it is a secret. */
const plain =
  /^(?:PATH|HOME|USER|LANG|LC_.*|TMPDIR|TZ|XDG_.*|SSL_CERT_.*|GIT_SSL_.*|NODE_EXTRA_CA_CERTS|BZZZ_LOG_.*|BZZZ_CONFIG)$|_proxy$/i;

/** A start without what must not lie on a disk. */
export function withoutSecrets(start: Start): { start: Start; withheld: string[] } {
  const open = settings.filter((one) => !one.secret);
  const names = new Set(open.flatMap(({ env, envToo = env }) => [env, envToo]));
  const secret = new Set(settings.flatMap((one) => (one.secret ? [one.env] : [])));
  const all = Object.entries(start.env);
  const kept = all.filter(([name]) => names.has(name) || (plain.test(name) && !secret.has(name)));
  const withheld = all.filter(([name, value]) => secret.has(name) && value !== '');
  return {
    start: { ...start, env: Object.fromEntries(kept) },
    withheld: withheld.map(([name]) => name),
  };
}

function unreadable(dataDir: string, error: unknown): BzzzError {
  const reason = `${file(dataDir)} cannot be read: ${reasonOf(error)}. Undo by hand what stands in it, then delete it`;
  return new BzzzError('drill_not_healed', reason, { cause: error });
}
