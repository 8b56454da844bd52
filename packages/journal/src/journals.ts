import { BzzzError, bytesToHex, JournalKey } from '@bzzz/protocol';
import type Corestore from 'corestore';
import { type DiskSync, diskSync } from './disk-sync.ts';
import type { Journals } from './interface.ts';
import { type ClosableOwnJournal, createOwnJournal } from './own-journal.ts';
import { openRememberedHead } from './remembered-head.ts';
import { type ClosableReplica, openReplica, wasLetGo } from './replica.ts';
import { createReplications, type Replications } from './replication.ts';
import {
  closeStore,
  explainOpening,
  type JournalFolder,
  journalFolder,
  makeFolder,
  openStore,
  syncFolder,
} from './store.ts';
import { createWalSync } from './wal-sync.ts';

export interface JournalsDependencies {
  /** For the age of what is kept. Default: the machine's clock. */
  readonly wallMs?: () => number;
  /** How bytes reach the disk. Default: by fdatasync and fsync. */
  readonly sync?: DiskSync;
}

export interface JournalsOptions {
  /** Folder of this peer's journals; local disk, made when missing, never shared or copied. */
  readonly dir: string;
  /** Bytes of entries that may wait for the disk. More: larger bursts, more memory. Default
   *  64 MiB. */
  readonly waitingBytesMax?: number;
  /** Bytes of one replica; of a longer log the end is kept. More: longer histories of others, more disk that
   *  a hostile member can fill. Default 1 GiB. */
  readonly replicaBytesMax?: number;
  /** What is older is let go from a replica. More: longer histories of others. Default 90 days. */
  readonly replicaAgeMsMax?: number;
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;

/** Name of the own log in the store; others' have only a key. */
const OWN_NAME = 'journal';

/**
 * Opens the journals in a folder, or makes them. Throws `journal_locked`, `journal_copied`,
 * `journal_corrupt` (see verify.ts for what is and is not seen), `journal_write_failed`.
 */
export async function openJournals(
  { sync = diskSync, wallMs = Date.now }: JournalsDependencies,
  {
    dir,
    waitingBytesMax = 64 * MIB,
    replicaBytesMax = 1024 * MIB,
    replicaAgeMsMax = 90 * DAY_MS,
  }: JournalsOptions,
): Promise<Journals> {
  const folder = journalFolder(dir);
  await makeFolder(sync, folder.store);
  const store = await openStore(folder.store);
  try {
    const replications = createReplications(store);
    const onFailure = () => void replications.stop();
    const own = await openOwn({ store, sync, folder }, { waitingBytesMax, onFailure });
    const retention = { bytesMax: replicaBytesMax, ageMsMax: replicaAgeMsMax, wallMs };
    const openOne: OpenOne = (key, after) => openReplica(store, key, retention, { after });
    const replicas = new Map<JournalKey, ClosableReplica>();
    for (const key of await storedKeys(store)) {
      if (key === own.key || (await wasLetGo(store, key))) continue;
      replicas.set(key, openOne(key, Promise.resolve()));
    }
    return assemble({ store, own, replications, replicas, openOne });
  } catch (error) {
    const explained = await explainOpening(error, folder.store);
    await closeStore(store);
    throw explained;
  }
}

async function openOwn(
  { store, sync, folder }: { store: Corestore; sync: DiskSync; folder: JournalFolder },
  options: { waitingBytesMax: number; onFailure: () => void },
): Promise<ClosableOwnJournal> {
  const remembered = await openRememberedHead(folder.remembered);
  try {
    if (remembered.loaded !== null && !(await hasOwn(store))) {
      throw new BzzzError('journal_corrupt', 'the own journal is gone from its store');
    }
    const core = store.get({ name: OWN_NAME });
    await core.ready();
    await syncFolder(sync, folder);
    const { rocks } = store.storage;
    const syncWal = createWalSync(
      { sync, currentWalFile: () => rocks.currentWalFile() },
      folder.database,
    );
    return await createOwnJournal({ core, remembered, syncWal }, options);
  } catch (error) {
    await remembered.close();
    throw error;
  }
}

async function hasOwn(store: Corestore): Promise<boolean> {
  const alias = { name: OWN_NAME, namespace: store.ns };
  return (await store.storage.getAlias(alias)) !== null;
}

async function storedKeys(store: Corestore): Promise<JournalKey[]> {
  const keys: JournalKey[] = [];
  for await (const discoveryKey of store.list()) {
    const auth = await store.storage.getAuth(discoveryKey);
    if (auth !== null) keys.push(JournalKey.parse(bytesToHex(auth.key)));
  }
  return keys;
}

type OpenOne = (key: JournalKey, after: Promise<void>) => ClosableReplica;

interface Parts {
  readonly store: Corestore;
  readonly own: ClosableOwnJournal;
  readonly replications: Replications;
  readonly replicas: Map<JournalKey, ClosableReplica>;
  readonly openOne: OpenOne;
}

function assemble({ store, own, replications, replicas, openOne }: Parts): Journals {
  let closing: Promise<void> | null = null;
  /** Logs that are being let go. None of these fails. */
  const leaving = new Map<JournalKey, Promise<void>>();
  return {
    own,
    replica(key) {
      if (closing !== null) throw closedError();
      const known = replicas.get(key);
      if (known !== undefined) return known;
      const replica = openOne(key, leaving.get(key) ?? Promise.resolve());
      replicas.set(key, replica);
      return replica;
    },
    replicas: () => [...replicas.values()],
    async letGo(key) {
      if (closing !== null) throw closedError();
      const replica = replicas.get(key);
      // What proves that its writer signed two histories stays.
      if (replica === undefined || replica.forked()) return;
      replicas.delete(key);
      const job = replica.letGo();
      const settled = job.catch(() => undefined);
      leaving.set(key, settled);
      await settled;
      if (leaving.get(key) === settled) leaving.delete(key);
      await job;
    },
    async replicate(stream, options) {
      const refusal = closing === null ? own.failure() : closedError();
      if (refusal !== null) {
        stream.abort(refusal);
        throw refusal;
      }
      return replications.run(stream, options);
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };

  /** Streams before the store, which would wait for them. */
  async function closeAll(): Promise<void> {
    for (const replica of replicas.values()) replica.close();
    try {
      await replications.stop();
      await Promise.all(leaving.values());
      await own.close();
    } finally {
      await closeStore(store);
    }
  }
}

function closedError(): BzzzError {
  return new BzzzError('stopped', 'the journals are closed');
}
