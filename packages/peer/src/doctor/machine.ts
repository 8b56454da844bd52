/** What the machine itself has to offer: Node, git, room on the disk, sandbox, programs. */
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { probeSandbox } from '@bzzz/execution';
import { whyNoSecret } from '@bzzz/github';
import { type Config, reasonOf } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { diskAt, nearestFolder } from '../system/disk.ts';
import { findGpus } from '../system/gpus.ts';
import { describeMachine, machineText } from '../system/machine.ts';
import { slotsOf } from '../system/slots.ts';
import { findTools } from '../tools.ts';
import { bad, good } from './checks.ts';
import { obstaclesOf } from './confinement.ts';

const run = promisify(execFile);

export async function checkMachine(options: { signal?: AbortSignal } = {}): Promise<Check> {
  const cards = await cardsOf(options);
  return good('machine', [machineText(describeMachine(cards.gpus)), ...cards.failures].join('; '));
}

/** A tool of cards that fails keeps a peer from nothing. */
async function cardsOf(options: { signal?: AbortSignal }) {
  try {
    return { gpus: await findGpus(options), failures: [] };
  } catch (error) {
    return { gpus: [], failures: [`no graphics card is known: ${reasonOf(error)}`] };
  }
}

export async function checkSlots({ work, cli, dataDir }: Config): Promise<Check> {
  const [{ gpus }, { freeBytes }] = await Promise.all([cardsOf({}), diskAt(dataDir)]);
  const { cores, memoryBytes } = describeMachine(gpus);
  const capacity = { cores, memoryBytes, diskFreeBytes: freeBytes, gpus: gpus.length };
  const hasClis = Object.values(cli).some((one) => one?.enabled === true);
  const { count, because } = slotsOf(work, capacity, { hasClis });
  return good('slots', `${count} (${because})`);
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

/** Git gets its token there. `why`: as `whyNoSecret` says. */
export function checkSecrets(why = whyNoSecret()): Check {
  if (why === null) return good('secrets', 'programs get theirs in memory (/dev/shm)');
  const advice =
    'Mount a tmpfs at /dev/shm that the user of bzzz may write (mode 1777, 1 MiB will do); without it no git that talks to the forge is started.';
  return bad('secrets', why, advice);
}

const freeBytesMin = 1024 ** 3;

export async function checkDisk(dataDir: string): Promise<Check> {
  const { freeBytes, freeInodes, inodes } = await diskAt(dataDir);
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  const advice = 'Make room: mirrors, worktrees and journals need about 1 GiB.';
  if (freeBytes < freeBytesMin) return bad('disk', `only ${free}`, advice);
  if (inodes > 0 && freeInodes < 10_000)
    return bad('disk', `only ${freeInodes} inodes left`, advice);
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
  const obstacles = await obstaclesOf();
  const seen = [probe.reason, ...obstacles.map(({ what }) => what)].join('; ');
  const remedies = obstacles.map(({ advice }) => advice).join(', ');
  const advice =
    remedies === ''
      ? 'Install bubblewrap (`apt install bubblewrap`).'
      : `Install bubblewrap, and let it make its sandbox: ${remedies} (docs/OPERATIONS.md, Containers).`;
  return bad('sandbox', `none, so nothing is executed here: ${seen}`, advice);
}

export async function checkTools(work: Config['work']): Promise<Check> {
  const found = findTools(work);
  const missing = work.tools.filter((tool) => !found.includes(tool));
  if (missing.length === 0) return good('tools', found.join(', ') || 'none');
  const advice =
    'Install them under /usr, where the sandbox sees them, or take them off work.tools.';
  return bad('tools', `not found for commands: ${missing.join(', ')}`, advice);
}
