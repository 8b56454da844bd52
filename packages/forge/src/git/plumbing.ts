import { runProgram } from '@bzzz/programs';

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitRunOptions {
  readonly input?: Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** No repository that is served here comes near; a git that hangs must not hang the forge. */
const limits = { outputBytesMax: 1024 * 1024 * 1024, timeMs: 600_000 };

/** Runs the system's git by argv in `dir`; a non-zero exit is an answer, not an exception. */
export async function runGit(
  dir: string,
  args: readonly string[],
  { input, env }: GitRunOptions = {},
): Promise<GitResult> {
  const ended = await runProgram({
    program: 'git',
    args,
    cwd: dir,
    env: { ...gitEnv(), ...env },
    input,
    ...limits,
  });
  const stderr = ended.stderr.toString('utf8').trim();
  return { code: ended.code ?? -1, stdout: ended.stdout, stderr };
}

/**
 * An allow-list: no configuration of the owner of this machine, no token, no editor. Repositories
 * may lie on a volume of another owner (a container), hence safe.directory.
 */
export function gitEnv(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
}
