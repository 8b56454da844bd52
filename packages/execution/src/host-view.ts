/**
 * What of the host a command can see, and therefore which programs it can start: the system's own
 * read-only folders, the peer's node and its npm, and what the operator adds. Nothing else.
 */
import { accessSync, constants, existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { codeOf } from './processes.ts';

export interface HostViewOptions {
  /** Host folders that are shown read-only at their own path, such as a tool chain under `/opt`. */
  readonly folders?: readonly string[];
  /** Further folders of programs, appended to PATH; they must lie in what is shown. */
  readonly path?: readonly string[];
}

export interface HostView {
  /** Arguments for bubblewrap that show the host's part of the file system. */
  readonly mounts: readonly string[];
  /** The value of PATH inside. */
  readonly path: string;
  /** Where a program of this name would be found inside, as a path of the host; null: nowhere. */
  find(name: string): string | null;
}

/** Folder of the peer's own node and npm inside the sandbox. */
const ownTools = '/opt/bzzz/bin';
const systemPath = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];
/** Files of /etc that ordinary programs need to start; none of them holds anything secret. */
const etcEntries = [
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'ssl/certs',
  'ssl/openssl.cnf',
];

/** What a command in the sandbox sees. */
export function sandboxView(options: HostViewOptions = {}): HostView {
  const folders = (options.folders ?? []).map((folder) => absolute(folder));
  const further = (options.path ?? []).map((folder) => absolute(folder));
  const shown = ['/usr', ...folders];
  const own = ownPrograms(shown);
  const path = [ownTools, ...systemPath, ...further];
  return {
    mounts: [
      ...parentsOf([ownTools, '/etc/ssl', ...folders]),
      ...systemMounts(),
      ...folders.flatMap((folder) => ['--ro-bind', folder, folder]),
      ...own.mounts,
    ],
    path: path.join(':'),
    find(name) {
      const ours = own.programs.get(name);
      if (ours !== undefined) return ours;
      return lookUp(name, path.slice(1), (real) => shown.some((root) => isBelow(root, real)));
    },
  };
}

/** What a command sees when the operator runs without a sandbox: the whole machine. */
export function openView(options: HostViewOptions = {}): HostView {
  const inherited = (process.env['PATH'] ?? '').split(delimiter).filter((part) => isAbsolute(part));
  const path = [
    ...new Set([dirname(process.execPath), ...inherited, ...systemPath, ...(options.path ?? [])]),
  ];
  return { mounts: [], path: path.join(':'), find: (name) => lookUp(name, path, () => true) };
}

export interface Shown {
  /** File or folder of the host. */
  readonly from: string;
  readonly to: string;
}

/** Arguments for bubblewrap that show more than the view does. */
export function showArgs(shown: readonly Shown[]): string[] {
  const further = shown.filter(({ from, to }) => from !== to || !isBelow('/usr', from));
  return [
    ...parentsOf(further.map(({ to }) => dirname(absolute(to)))),
    ...further.flatMap(({ from, to }) => ['--ro-bind', absolute(from), to]),
  ];
}

/** bubblewrap would make missing folders for its own user only. */
function parentsOf(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = path; folder !== '/' && !isBelow('/usr', folder); folder = dirname(folder)) {
      folders.add(folder);
    }
  }
  return [...folders].sort().flatMap((folder) => ['--perms', '0755', '--dir', folder]);
}

function systemMounts(): string[] {
  const mounts = ['--ro-bind', '/usr', '/usr'];
  for (const name of ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']) {
    if (!existsSync(name)) continue;
    if (lstatSync(name).isSymbolicLink()) mounts.push('--symlink', readlinkSync(name), name);
    else mounts.push('--ro-bind', name, name);
  }
  for (const entry of etcEntries) mounts.push('--ro-bind-try', `/etc/${entry}`, `/etc/${entry}`);
  return mounts;
}

/** The peer's node under a fixed name, and npm with it when it lies outside of what is shown. */
function ownPrograms(shown: readonly string[]) {
  const node = realpathSync(process.execPath);
  const programs = new Map([['node', node]]);
  const mounts = ['--ro-bind', node, `${ownTools}/node`];
  const folders = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)];
  const npm = lookUp('npm', [...systemPath, ...folders], (real) => real.endsWith('/npm-cli.js'));
  if (npm === null || shown.some((root) => isBelow(root, npm))) return { mounts, programs };
  // npm is a package: its command is a script that loads the rest from beside itself.
  mounts.push('--ro-bind', dirname(dirname(npm)), '/opt/bzzz/npm');
  for (const name of ['npm', 'npx']) {
    programs.set(name, join(dirname(npm), `${name}-cli.js`));
    mounts.push('--symlink', `../npm/bin/${name}-cli.js`, `${ownTools}/${name}`);
  }
  return { mounts, programs };
}

function lookUp(
  name: string,
  folders: readonly string[],
  accept: (realPath: string) => boolean,
): string | null {
  if (name === '' || name.includes('/')) return null;
  for (const folder of folders) {
    const real = executableAt(join(folder, name));
    if (real !== null && accept(real)) return real;
  }
  return null;
}

function executableAt(path: string): string | null {
  try {
    const real = realpathSync(path);
    accessSync(real, constants.X_OK);
    return lstatSync(real).isFile() ? real : null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(codeOf(error))) return null;
    throw error;
  }
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
}

function absolute(folder: string): string {
  if (!isAbsolute(folder)) throw new TypeError(`not an absolute path: ${folder}`);
  return folder;
}
