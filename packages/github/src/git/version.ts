import { BzzzError } from '@bzzz/protocol';
import { localGitEnvironment } from './environment.ts';
import type { RunGit } from './process.ts';

/**
 * `GIT_CONFIG_COUNT` came with 2.31: an older git would silently run without the credential and
 * without every restriction. `--no-auto-maintenance` and `--no-write-fetch-head` came with 2.29.
 */
const oldest = { major: 2, minor: 31 };

/** Throws `git_unusable` when git is missing or too old. */
export async function assertGitUsable(runGit: RunGit, signal: AbortSignal): Promise<void> {
  const env = localGitEnvironment();
  const outcome = await runGit({ args: ['--version'], env, timeoutMs: 10_000, signal });
  const text = outcome.stdout.toString('utf8').trim();
  const [, major, minor] = /\b([0-9]{1,4})\.([0-9]{1,4})\b/.exec(text) ?? [];
  const version = { major: Number(major), minor: Number(minor) };
  const recent =
    version.major > oldest.major ||
    (version.major === oldest.major && version.minor >= oldest.minor);
  if (!recent) {
    throw new BzzzError('git_unusable', `${text}; at least ${oldest.major}.${oldest.minor}`);
  }
}
