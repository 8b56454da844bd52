import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BzzzError, reasonOf } from '@bzzz/protocol';

/** What lies where in a peer's data folder. */
export interface Layout {
  readonly root: string;
  readonly lock: string;
  readonly identityKey: string;
  readonly meshKey: string;
  /** The key in force and the one before, once the first was changed. */
  readonly networkKeys: string;
  /** Signs who belongs to the mesh; on one machine of it. */
  readonly operatorKey: string;
  /** Whose signature that is, on every machine. */
  readonly operator: string;
  /** The latest list of members that was seen. */
  readonly members: string;
  /** What became of the invites that were made here. */
  readonly invites: string;
  readonly journal: string;
  /** Which journals the peer had before this one. */
  readonly formerJournals: string;
  /** All journals that are here, to be searched; it can be deleted at any time. */
  readonly index: string;
  readonly worktrees: string;
  /** What coding tools remember of their work, to go on with; it can be deleted at any time. */
  readonly sessions: string;
  /** Up to where the journal was told to somebody outside. */
  readonly notified: string;
  /** Alerts that no receiver has taken yet. */
  readonly alertsWaiting: string;
  readonly controlSocket: string;
  /** Where the socket is instead, when its path here would be too long. */
  readonly controlPath: string;
}

export function layoutOf(dataDir: string): Layout {
  return {
    root: dataDir,
    lock: join(dataDir, 'peer.lock'),
    identityKey: join(dataDir, 'identity.key'),
    meshKey: join(dataDir, 'mesh.key'),
    networkKeys: join(dataDir, 'network-keys.json'),
    operatorKey: join(dataDir, 'operator.key'),
    operator: join(dataDir, 'operator.id'),
    members: join(dataDir, 'members.b64'),
    invites: join(dataDir, 'invites.json'),
    journal: join(dataDir, 'journal'),
    formerJournals: join(dataDir, 'former-journals.json'),
    index: join(dataDir, 'index.sqlite'),
    worktrees: join(dataDir, 'worktrees'),
    sessions: join(dataDir, 'sessions'),
    notified: join(dataDir, 'notified.json'),
    alertsWaiting: join(dataDir, 'alerts-waiting.json'),
    controlSocket: join(dataDir, 'control.sock'),
    controlPath: join(dataDir, 'control.path'),
  };
}

/** Makes the folder, closed to other users. Throws `peer_folder_unusable`. */
export async function makeDataFolder(dataDir: string): Promise<Layout> {
  try {
    await makeFolder(dataDir);
  } catch (error) {
    throw new BzzzError('peer_folder_unusable', `${dataDir}: ${reasonOf(error)}`, { cause: error });
  }
  return layoutOf(dataDir);
}

/**
 * With those above it. Not by Node's `recursive`, which never ends where a folder that is there answers that it is not,
 * as automounters and `/proc` do to whoever wants to make one.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && !(await isFolder(dirname(folder)))) {
      await makeFolder(dirname(folder));
      await makeFolder(folder);
    } else if (code !== 'EEXIST' || !(await isFolder(folder))) throw error;
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
