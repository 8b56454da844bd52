/**
 * Programs of others that stand beside ours: found where programs are, or, with `--baseline` and as root,
 * installed from Debian. Without `--baseline` none is looked for, so that a quick run depends on nothing.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The Debian package of each. */
const packages = {
  'nats-server': 'nats-server',
  serf: 'serf',
  etcd: 'etcd-server',
  'redis-server': 'redis-server',
} as const;

type RivalName = keyof typeof packages;

/** Path of the program, or in a sentence why there is none. */
type Rival = { readonly path: string } | { readonly missing: string };

export interface Rivals {
  find(name: RivalName): Promise<Rival>;
}

export const noRivals: Rivals = {
  find: async (name) => ({ missing: `${name} runs only with --baseline` }),
};

export interface RivalOptions {
  /** Install what is not there. */
  readonly install: boolean;
  /** Told before something is installed. */
  readonly tell: (sentence: string) => void;
  /** Folders as in PATH. Default: PATH, and where Debian puts servers. */
  readonly path?: string;
}

export function openRivals({ install, tell, path }: RivalOptions): Rivals {
  const usual = [process.env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);
  const folders = (path ?? usual).split(delimiter).filter((folder) => folder !== '');
  return {
    async find(name) {
      const found = await programIn(folders, name);
      if (found !== undefined) return { path: found };
      const toInstall = packages[name];
      const advice = `apt-get install ${toInstall}`;
      if (!install) return { missing: `${name} is not installed: ${advice}` };
      if ((await programIn(folders, 'apt-get')) === undefined) {
        return { missing: `${name} is not installed, and this system has no apt-get` };
      }
      if (process.geteuid?.() !== 0) {
        return { missing: `${name} is not installed: run this once as root, or ${advice}` };
      }
      tell(`installing ${toInstall} from Debian ...`);
      const failure = await installed(toInstall);
      if (failure !== undefined) return { missing: `${advice} failed: ${failure}` };
      const after = await programIn(folders, name);
      return after === undefined
        ? { missing: `${toInstall} is installed, but brought no ${name}` }
        : { path: after };
    },
  };
}

async function programIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false, // not here: the next folder
    );
    if (isThere) return path;
  }
  return undefined;
}

/** As `scripts/setup` does: the program, never its service. What went wrong, in its last line. */
async function installed(name: string): Promise<string | undefined> {
  // `npm run` starts in the checkout.
  const script = 'source scripts/lib/setup.sh && apt_install "$1"';
  try {
    await run('bash', ['-c', script, 'install', name]);
    return undefined;
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return text.trim().split('\n').at(-1) ?? 'no reason given';
  }
}
