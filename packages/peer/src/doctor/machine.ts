/** What the machine itself has to offer: Node, git, room on the disk, sandbox, programs. */
import { execFile } from 'node:child_process';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { probeSandbox } from '@bzzz/execution';
import { type Config, reasonOf } from '@bzzz/protocol';
import type { Check } from '../control/answers.ts';
import { describeMachine, machineText } from '../system/machine.ts';
import { findTools } from '../tools.ts';
import { bad, good } from './checks.ts';

const run = promisify(execFile);

export async function checkMachine(options: { signal?: AbortSignal } = {}): Promise<Check> {
  return good('machine', machineText(await describeMachine(options)));
}

export async function checkNode(version = process.versions.node): Promise<Check> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 12)) {
    return bad('node', `version ${version} is too old`, 'Run bzzz by its own command, `bin/bzzz`.');
  }
  if (major === 24 && minor >= 18 && minor <= 21) {
    const why = `version ${version} is slow at cryptography (24.18 to 24.21 are)`;
    return bad('node', why, 'Run bzzz by its own command, `bin/bzzz`, or by Node 26.');
  }
  return good('node', `version ${version}`);
}

export async function checkGit(): Promise<Check> {
  const advice = 'Install git 2.31 or newer.';
  try {
    const { stdout } = await run('git', ['--version'], { timeout: 10_000 });
    const version = /(\d+)\.(\d+)[\d.]*/.exec(stdout);
    const [text = 'unknown', major = '0', minor = '0'] = version ?? [];
    const enough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 31);
    return enough
      ? good('git', `version ${text}`)
      : bad('git', `version ${text} is too old`, advice);
  } catch (error) {
    return bad('git', `cannot be started: ${reasonOf(error)}`, advice);
  }
}

export async function checkFolder(dataDir: string): Promise<Check> {
  const there = await nearestFolder(dataDir);
  const facts = await stat(there);
  if (!facts.isDirectory()) {
    return bad('data folder', `${there} is no folder`, 'Choose another with `--data`.');
  }
  try {
    await access(there, constants.W_OK | constants.X_OK);
  } catch (error) {
    const advice = 'Give the folder to the user that runs bzzz, or choose another with `--data`.';
    return bad('data folder', `${there} cannot be written: ${reasonOf(error)}`, advice);
  }
  const detail = there === dataDir ? dataDir : `${dataDir} (made by \`bzzz init\` or \`bzzz up\`)`;
  return good('data folder', detail);
}

const freeBytesMin = 1024 ** 3;

export async function checkDisk(dataDir: string): Promise<Check> {
  const { bavail, bsize, files, ffree } = await statfs(await nearestFolder(dataDir));
  const free = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free`;
  const advice = 'Make room: mirrors, worktrees and journals need about 1 GiB.';
  if (bavail * bsize < freeBytesMin) return bad('disk', `only ${free}`, advice);
  if (files > 0 && ffree < 10_000) return bad('disk', `only ${ffree} inodes left`, advice);
  return good('disk', free);
}

export async function checkSandbox(
  { sandbox, slots }: Config['work'],
  options: { signal?: AbortSignal } = {},
): Promise<Check> {
  if (sandbox === 'off') {
    const detail = 'switched off: commands of repositories run with all rights of this peer';
    return bad('sandbox', detail, 'Set `work.sandbox: required`.');
  }
  const probe = await probeSandbox(options);
  if (probe.usable) return good('sandbox', `bubblewrap works (${probe.isolation.name})`);
  if (slots === 0) return good('sandbox', `none, and none is needed: work.slots is 0`);
  const advice =
    'Install bubblewrap (`apt install bubblewrap`); in a container allow user namespaces and mounts.';
  return bad('sandbox', `none, so nothing is executed here: ${probe.reason}`, advice);
}

export async function checkTools(work: Config['work']): Promise<Check> {
  const found = findTools(work);
  const missing = work.tools.filter((tool) => !found.includes(tool));
  if (missing.length === 0) return good('tools', found.join(', ') || 'none');
  const advice =
    'Install them under /usr, where the sandbox sees them, or take them off work.tools.';
  return bad('tools', `not found for commands: ${missing.join(', ')}`, advice);
}

/** The path itself, or the nearest one above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  const facts = await stat(path).catch(() => null);
  if (facts !== null || dirname(path) === path) return path;
  return nearestFolder(dirname(path));
}
