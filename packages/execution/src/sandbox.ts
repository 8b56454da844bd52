/**
 * bubblewrap: its arguments, and whether it works here.
 *
 * Two ways, tried in this order. As root, bubblewrap sets up the mounts with root's rights and
 * `setpriv` then becomes the unprivileged owner of the worktree for good: a folder of the peer may
 * lie where nobody else can reach, and the kernel's limit on processes binds (it never does for
 * root). As anybody else, or as root of a container that may not mount, a user namespace does it.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { runOnce } from './capture.ts';
import { type HostView, openView, sandboxView } from './host-view.ts';
import type { Provided } from './mount-points.ts';
import { makeProbeFolder, removeLeftProbes } from './probe-folder.ts';

/** Where the worktree stands inside. */
export const insidePath = '/workspace';
/** HOME inside. */
export const homePath = '/tmp/home';

export interface Isolation {
  readonly name: 'root' | 'user-namespace' | 'user-namespace-open';
  /** Path of bubblewrap. */
  readonly program: string;
  /** Whether commands run as the owner of the worktree, another user than the peer. */
  readonly changesUser: boolean;
  readonly namespaces: readonly string[];
}

export type SandboxProbe =
  | { readonly usable: true; readonly isolation: Isolation }
  /** `reason` is for people. */
  | { readonly usable: false; readonly reason: string };

const sharedNamespaces = [
  '--unshare-ipc',
  '--unshare-pid',
  '--unshare-net',
  '--unshare-uts',
  '--unshare-cgroup-try',
];
/** The user inside a user namespace; outside it is the peer's own. */
export const mappedUser = 1000;
const mapped = String(mappedUser);
const userNamespace = ['--unshare-user', '--uid', mapped, '--gid', mapped, '--cap-drop', 'ALL'];

const asRoot: Way = { name: 'root', changesUser: true, namespaces: sharedNamespaces };
const asUser: readonly Way[] = [
  {
    name: 'user-namespace',
    changesUser: false,
    namespaces: [...userNamespace, '--disable-userns', ...sharedNamespaces],
  },
  // bubblewrap before 0.8 cannot forbid further user namespaces inside.
  {
    name: 'user-namespace-open',
    changesUser: false,
    namespaces: [...userNamespace, ...sharedNamespaces],
  },
];

type Way = Omit<Isolation, 'program'>;

export interface ProbeOptions {
  /** Path of bubblewrap; default: the `bwrap` of PATH. */
  readonly program?: string | undefined;
  /** Only this way; default: the first that works. */
  readonly way?: Isolation['name'] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Really starts a program in a sandbox, in each way that could work here. Throws `aborted`. */
export async function probeSandbox(options: ProbeOptions = {}): Promise<SandboxProbe> {
  const program = options.program ?? openView().find('bwrap');
  if (program === null || !existsSync(program)) {
    return { usable: false, reason: 'bubblewrap (bwrap) is not installed' };
  }
  const ways = process.geteuid?.() === 0 ? [asRoot, ...asUser] : asUser;
  await removeLeftProbes();
  const folder = await makeProbeFolder();
  try {
    const reasons: string[] = [];
    for (const way of ways) {
      if (options.way !== undefined && options.way !== way.name) continue;
      const isolation = { ...way, program };
      const reason = await tryIsolation(isolation, folder, options.signal);
      if (reason === null) return { usable: true, isolation };
      reasons.push(reason);
    }
    return { usable: false, reason: [...new Set(reasons)].join('; ').slice(0, 400) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface SandboxRequest {
  readonly isolation: Isolation;
  readonly view: HostView;
  /** Folder that stands inside as `/workspace`, writable unless `readOnly`. */
  readonly tree: string;
  readonly readOnly: boolean;
  /** Mounts of this run besides those of the view. */
  readonly mounts: readonly string[];
  /** Folders of the host that stand read-only in `tree`; their places in it exist. */
  readonly provided: readonly Provided[];
  /** Room in /tmp, which lives in memory. */
  readonly tmpBytesMax: number;
}

/** Mounts that put a folder of the host in the place of HOME. */
export function homeMounts(folder: string): string[] {
  return ['--bind', folder, homePath];
}

/** bubblewrap's own arguments, to be handed over by `--args`. */
export function sandboxArgs(request: SandboxRequest): string[] {
  const { isolation, view, mounts, tree, readOnly, provided, tmpBytesMax } = request;
  return [
    isolation.namespaces,
    ['--die-with-parent', '--new-session', '--hostname', 'bzzz'],
    ['--proc', '/proc', '--dev', '/dev'],
    ['--perms', '1777', '--size', String(16 * 1024 * 1024), '--tmpfs', '/dev/shm'],
    ['--perms', '1777', '--size', String(tmpBytesMax), '--tmpfs', '/tmp'],
    ['--perms', '0777', '--dir', homePath],
    // After /tmp, since a folder that the operator shows may lie there.
    view.mounts,
    mounts,
    [readOnly ? '--ro-bind' : '--bind', tree, insidePath],
    provided.flatMap(({ from, at }) => ['--ro-bind', from, `${insidePath}/${at}`]),
    // The kernel's settings belong to the machine's root: who is that outside could write them from within
    // a user namespace, and the name of a program that the kernel is to start is among them.
    ['--remount-ro', '/proc'],
    ['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', insidePath],
  ].flat();
}

/** What stands between bubblewrap and the command. `owner` matters where the user changes. */
export function identityArgs(isolation: Isolation, owner: number): string[] {
  if (!isolation.changesUser) return [];
  const id = String(owner);
  return [
    ['setpriv', '--reuid', id, '--regid', id, '--clear-groups'],
    ['--inh-caps=-all', '--bounding-set=-all', '--'],
  ].flat();
}

/** Null: it works. Otherwise why not. */
async function tryIsolation(
  isolation: Isolation,
  tree: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const view = sandboxView();
  const nothing = { mounts: [], provided: [], readOnly: false, tmpBytesMax: 1024 * 1024 };
  const args = sandboxArgs({ isolation, view, tree, ...nothing });
  const inside = [...identityArgs(isolation, 65_534), 'prlimit', '--core=0', '--', 'true'];
  const { code, stderr } = await runOnce(isolation.program, [...args, '--', ...inside], { signal });
  if (code === 0) return null;
  return stderr.toString('utf8').trim().split('\n')[0] ?? `bwrap ended with ${code}`;
}
