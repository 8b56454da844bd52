/**
 * One drill: a mesh that is whole is harmed for a while, healed, watched until it is whole again and its tasks have
 * settled, and judged by what was seen from outside. Whatever becomes of it, what it did is undone.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { BzzzError, type ErrorCode, isBzzzError, reasonOf } from '@bzzz/protocol';
import type { Fault } from './faults/fault.ts';
import { type Finding, judge } from './judge/judge.ts';
import { nobodyMissing } from './judge/mesh.ts';
import { lockDrill } from './leftovers.ts';
import { type Observer, observe } from './observe/observer.ts';
import { answerOf, type Target } from './targets.ts';

export interface DrillOptions {
  /** How long the fault lasts. */
  readonly forMs: number;
  /** How long is waited after it until the mesh is whole and its tasks have ended. */
  readonly settleMs: number;
  /** A line about what goes on. */
  readonly say: (text: string) => void;
  /** What is under way is healed, then the drill ends. */
  readonly signal: AbortSignal;
}

export interface DrillReport {
  readonly about: string;
  readonly holds: boolean;
  readonly findings: readonly Finding[];
  /** Tasks that were under way when it began, or came to be while it lasted. */
  readonly tasks: readonly string[];
  /** From the end of the fault until all was well; null: it was not within `settleMs`. */
  readonly wholeAfterMs: number | null;
}

const lookEveryMs = 250;
/** A judgement reads all the journals, and the forge. */
const judgeEveryMs = 2_000;
/** Reads of a forge may lag behind what it took; longer than GitHub's do as a rule. */
const lagMsMax = 10_000;

/**
 * Throws `drill_not_whole`, `drill_under_way`, `drill_means_missing`, `drill_broke_off`, `drill_not_healed`,
 * `peer_not_running`, `aborted`.
 */
export async function runDrill(
  targets: readonly Target[],
  makeFault: () => Promise<Fault>,
  options: DrillOptions,
): Promise<DrillReport> {
  const { say, signal } = options;
  await using parts = new AsyncDisposableStack();
  const lock = await lockDrill(targets.map(({ dataDir }) => dataDir));
  parts.defer(() => lock.release());
  const fault = await makeFault();
  const observer = await observe(targets, signal);
  parts.defer(() => observer.close());
  const missing = nobodyMissing({ peers: await observer.look(signal) });
  if (missing.against.length > 0)
    throw new BzzzError('drill_not_whole', missing.against.join('; '));
  const underWay = await observer.noteTasks(signal);
  say(
    underWay.length === 0
      ? 'no task is under way, so it shows less'
      : `under way: ${underWay.join(', ')}`,
  );

  const effect = await harm(targets, fault, options);
  return settle(observer, { about: fault.about, effect }, options);
}

/** Resolves when it is healed, with what the fault was seen to do. */
async function harm(
  targets: readonly Target[],
  fault: Fault,
  { forMs, say, signal }: DrillOptions,
): Promise<string | null> {
  const note = { about: `${fault.about}, for ${forMs / 1000} s` };
  for (const { client, name } of targets)
    await answerOf(name, (until) => client.noteDrill(note, until), signal);
  let effect: string | null = null;
  let failed: unknown;
  try {
    signal.throwIfAborted();
    say(`${fault.about}, for ${forMs / 1000} s`);
    await fault.begin();
    await wait(forMs, signal);
    effect = await fault.effect(signal);
  } catch (error) {
    failed = signal.aborted ? ended(error) : brokeOff(error);
  }
  try {
    await fault.heal();
  } catch (error) {
    throw isBzzzError(error, 'drill_not_healed')
      ? error
      : new BzzzError('drill_not_healed', reasonOf(error), { cause: error });
  }
  if (failed !== undefined) throw failed;
  say(effect === null ? 'healed; nobody saw it do anything' : `healed; ${effect}`);
  return effect;
}

/** In mid-harm what is missing, or not undone, is another matter than before it, or after. */
function brokeOff(error: unknown): BzzzError {
  const outside: readonly ErrorCode[] = ['drill_means_missing', 'drill_not_healed'];
  if (error instanceof BzzzError && !outside.includes(error.code)) return error;
  return new BzzzError('drill_broke_off', reasonOf(error), { cause: error });
}

function ended(cause: unknown): BzzzError {
  return new BzzzError('aborted', 'the drill was ended; what it did is undone', { cause });
}

/** Throws `aborted`. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch((error: unknown) => {
    throw ended(error);
  });
}

async function settle(
  observer: Observer,
  { about, effect }: { readonly about: string; readonly effect: string | null },
  { settleMs, say, signal }: DrillOptions,
): Promise<DrillReport> {
  const healedMs = performance.now();
  const tasks = await observer.noteTasks(signal);
  let told: string | undefined;
  let open: string | undefined;
  for (;;) {
    open = await openNow(observer, tasks, signal);
    if (open === undefined) break;
    if (open !== told) say(`waits: ${open}`);
    told = open;
    if (performance.now() - healedMs > settleMs) break;
    await wait(lookEveryMs, signal);
  }
  const settledMs = performance.now();
  for (;;) {
    const findings = judge(await observer.gather(effect, signal));
    const holds = findings.every((one) => one.holds);
    if (holds || performance.now() - settledMs > lagMsMax) {
      const whole = holds && open === undefined;
      const wholeAfterMs = whole ? Math.round(settledMs - healedMs) : null;
      return { about, holds, findings, tasks, wholeAfterMs };
    }
    await wait(judgeEveryMs, signal);
  }
}

/** What is still to come, in words; undefined: nothing. */
async function openNow(
  observer: Observer,
  tasks: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const peers = await observer.look(signal);
  const [missing] = nobodyMissing({ peers }).against;
  if (missing !== undefined) return missing;
  const views = peers.flatMap(({ now }) => now?.tasks ?? []);
  const open = tasks.filter((task) =>
    views.some((view) => view.task === task && !over.has(view.state)),
  );
  return open.length === 0 ? undefined : `${open.join(', ')} not ended`;
}

const over: ReadonlySet<string> = new Set(['done', 'failed', 'released']);
