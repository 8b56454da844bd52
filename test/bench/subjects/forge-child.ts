/** Starts `forge-process.ts`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ForgeStarted } from './forge-process.ts';

export interface ForgeChild {
  readonly url: string;
  stop(): Promise<void>;
}

export interface ForgeChildOptions {
  readonly dataDir: string;
  readonly token: string;
  /** Without their owner, which is `bench`. */
  readonly repositories: readonly string[];
}

export async function startForge({
  dataDir,
  token,
  repositories,
}: ForgeChildOptions): Promise<ForgeChild> {
  // Built next to this file, or run from the source where the packages are too.
  const type = extname(import.meta.url);
  const program = fileURLToPath(new URL(`forge-process${type}`, import.meta.url));
  const child = fork(program, [dataDir, token, ...repositories], {
    execArgv: type === '.ts' ? ['--conditions=bzzz-source'] : [],
  });
  const exited = once(child, 'exit');
  const [told]: unknown[] = await Promise.race([once(child, 'message'), exited]);
  if (!isStarted(told)) throw new Error('the forge did not start');
  return {
    url: told.url,
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}

function isStarted(told: unknown): told is ForgeStarted {
  return typeof told === 'object' && told !== null && 'url' in told && typeof told.url === 'string';
}
