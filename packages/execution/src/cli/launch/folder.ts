/** The folder that a command in the sandbox sees beside the worktree: launcher, plan, prompt and sockets. */
import { chmod, copyFile, mkdir, mkdtemp, open, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Runner } from '../../runner.ts';
import { removeWritten } from '../../slot.ts';
import { type LaunchPlan, type LaunchPort, planName, promptName } from './plan.ts';

/** Where it stands inside. */
const insidePath = '/opt/bzzz/cli';

export interface LaunchFolder {
  /** An empty folder that may be HOME of several runs. */
  readonly home: string;
  /** Path of the prompt as the tool sees it. */
  readonly promptPath: string;
  /** Starts the plan. */
  readonly argv: readonly string[];
  /** What must be shown for that. */
  readonly show: readonly { readonly from: string; readonly to: string }[];
  write(plan: LaunchPlan): Promise<void>;
  /** Opens the socket of a port. */
  serve(port: LaunchPort, proxy: { listen(path: string): Promise<void> }): Promise<void>;
  remove(): Promise<void>;
}

/** `slot`: a folder that is removed with the workspace, should we not come to it. */
export async function makeLaunchFolder(
  slot: string,
  { sandbox }: Pick<Runner, 'sandbox'>,
): Promise<LaunchFolder> {
  const outer = await mkdtemp(join(slot, 'cli-'));
  const folder = join(outer, 'run');
  const home = join(outer, 'home');
  await mkdir(folder, { mode: 0o755 });
  await mkdir(home, { mode: 0o700 });
  // In the sources it is TypeScript, which node runs as it is.
  const source = join(import.meta.dirname, `launcher${extname(import.meta.filename)}`);
  const launcher = extname(source) === '.ts' ? 'launcher.mts' : 'launcher.mjs';
  await copyFile(source, join(folder, launcher));
  const inside = sandbox === 'required' ? insidePath : folder;
  return {
    home,
    promptPath: join(inside, promptName),
    argv: ['node', join(inside, launcher)],
    show: [{ from: folder, to: insidePath }],
    async write(plan) {
      await writeFile(join(folder, promptName), plan.input, { mode: 0o644 });
      await writeFile(join(folder, planName), JSON.stringify(plan), { mode: 0o644 });
    },
    async serve({ socket }, proxy) {
      // The path of a socket may have 107 bytes only; a folder's may be longer.
      await using handle = await open(folder, 'r');
      await proxy.listen(`/proc/self/fd/${handle.fd}/${socket}`);
      await chmod(join(folder, socket), 0o666);
    },
    remove: () => removeWritten(outer),
  };
}
