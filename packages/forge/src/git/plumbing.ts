import { spawn } from 'node:child_process';

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitRunOptions {
  readonly input?: Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the system's git by argv in `dir`; a non-zero exit is an answer, not an exception. */
export function runGit(
  dir: string,
  args: readonly string[],
  options: GitRunOptions = {},
): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...args], {
      cwd: dir,
      env: { ...gitEnv(), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(stderr).toString('utf8').trim();
      resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: text });
    });
    // A git that exits early closes its end; its exit code tells, not this error.
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(options.input ?? Buffer.alloc(0));
  });
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
