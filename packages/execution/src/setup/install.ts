/** Runs the commands of a setup in a checkout of the base, and takes out what they made. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Base, SetupJob } from '@bzzz/coordination';
import { BzzzError, isBzzzError } from '@bzzz/protocol';
import { checkOut } from '../checkout.ts';
import { lastChars } from '../cut.ts';
import type { Reach } from '../egress/reach.ts';
import { openWayOut } from '../egress/way-out.ts';
import { isFolderThere } from '../mount-points.ts';
import type { RunOutcome } from '../outcome.ts';
import type { Runner } from '../runner.ts';
import { makeSlot, removeSlot, type Slot } from '../slot.ts';
import { makeMovable, seal } from './installed.ts';

export interface InstallDeps {
  readonly runner: Runner;
  readonly reach: Reach;
  /** Folder of the worktrees, on the disk of what is kept. */
  readonly dir: string;
}

/** Fills `into`, which is empty. Throws `setup_failed`, `tool_missing`, `workspace_failed`, `aborted`. */
export async function install(
  deps: InstallDeps,
  { base, setup }: { readonly base: Base; readonly setup: SetupJob },
  into: string,
  signal: AbortSignal,
): Promise<{ bytes: number }> {
  const slot = await makeSlot(deps.dir, 'setup');
  try {
    await checkOut(slot, { mirror: base.mirror, commit: base.oid }, signal);
    await runCommands(deps, slot, setup, signal);
    for (const [index, at] of setup.provides.entries()) {
      const made = join(slot.tree, at);
      if (!(await isFolderThere(slot.tree, at).catch(asFailure)))
        throw failed(`it did not make the folder ${at}`);
      await makeMovable(made);
      await rename(made, join(into, String(index)));
    }
  } finally {
    await removeSlot(slot.folder);
  }
  return await seal(into, signal);
}

async function runCommands(
  { runner, reach }: InstallDeps,
  slot: Slot,
  setup: SetupJob,
  signal: AbortSignal,
): Promise<void> {
  const { limits } = setup;
  const deadlineMs = performance.now() + limits.attemptMs;
  const out = { hosts: setup.network, downBytesMax: limits.diskBytesMax };
  await using way = await openWayOut({ runner, reach }, slot.folder, out);
  for (const argv of setup.run) {
    const timeMs = Math.max(1, deadlineMs - performance.now());
    const request = { ...(await way.command(argv)), path: slot.tree, limits, timeMs };
    const outcome = await runner.run(request, { signal });
    const { exitCode } = outcome.report;
    if (exitCode === 0) continue;
    const reason = why(argv, outcome, way.objections());
    throw exitCode === notInstalled ? new BzzzError('tool_missing', reason) : failed(reason);
  }
}

/** As a shell numbers it. */
const notInstalled = 127;
const tailCharsMax = 1_500;

function why(
  argv: readonly string[],
  { reason, report }: RunOutcome,
  objections: readonly string[],
): string {
  const told = objections.length === 0 ? '' : ` (${objections.join('; ')})`;
  const tail = lastChars(report.outputTail, tailCharsMax);
  return `the setup failed: \`${argv.join(' ').slice(0, 120)}\`: ${reason}${told}\n${tail}`.trim();
}

/** A link where the folder should be. */
function asFailure(error: unknown): never {
  throw isBzzzError(error, 'workspace_hostile') ? failed(error.reason) : error;
}

function failed(reason: string): BzzzError {
  return new BzzzError('setup_failed', reason);
}
