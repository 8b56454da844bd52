/**
 * What an earlier run of this peer left in its journal. Nothing is concluded here about who holds
 * what: only the fence knows, and is asked (DESIGN.md 4.6).
 */
import type {
  EntryBody,
  Epoch,
  FenceIntent,
  HelpId,
  Hlc,
  JournalEntry,
  Oid,
  PeerId,
  TaskId,
} from '@bzzz/protocol';
import type { PauseMemory } from '../pause/pause.ts';
import type { Journal } from '../ports/index.ts';
import { foldQuarantine } from '../quarantine/memory.ts';
import type { QuarantineMemory } from '../quarantine/quarantine.ts';
import { foldRests } from './rests.ts';
import { foldStood } from './stood.ts';

export interface Memory {
  /** How often the process was started before. */
  readonly starts: number;
  readonly lastAt: Hlc | null;
  /** Every commit that we ever meant to push: the proof that a tip is ours. */
  readonly intents: readonly FenceIntent[];
  /** When each came to stand, or may have, by the wall clock; those that never did are left out. */
  readonly stoodMs: ReadonlyMap<Oid, number>;
  /** Tasks with an intent after which no end was journalled. */
  readonly unfinished: readonly TaskId[];
  /** Members that were met and not declared dead since: who the last known membership was. */
  readonly members: readonly PeerId[];
  /** Requests for help that were made of us, and the tasks with which we helped. */
  readonly help: { readonly asked: ReadonlySet<HelpId>; readonly helped: ReadonlySet<TaskId> };
  readonly pause: PauseMemory;
  readonly quarantine: QuarantineMemory;
  /** How our tasks ended, the last end of each. */
  readonly endings: ReadonlyMap<TaskId, Ending>;
}

export interface Ending {
  readonly state: 'done' | 'failed' | 'released';
  readonly reason: string;
  readonly pullRequest: number | null;
  readonly intent: FenceIntent | undefined;
}

/** `onEntry` is told each entry on the way, so that the log is read once. */
export async function readMemory(
  journal: Journal,
  signal: AbortSignal,
  onEntry: (entry: JournalEntry) => void = () => undefined,
): Promise<Memory> {
  let starts = 0;
  let lastAt: Hlc | null = null;
  const intents: FenceIntent[] = [];
  const stood = foldStood();
  /** The newest intent of each task that may have come to stand, and what stood before it. */
  const last = new Map<TaskId, FenceIntent>();
  const before = new Map<TaskId, FenceIntent>();
  const endings = new Map<TaskId, Ending>();
  const unfinished = new Set<TaskId>();
  const members = new Set<PeerId>();
  const help = { asked: new Set<HelpId>(), helped: new Set<TaskId>() };
  const quarantine = foldQuarantine();
  const rests = foldRests();
  let pause: Omit<PauseMemory, 'tasks'> = { self: false, attempts: false, mesh: null };
  for await (const { entry } of journal.read({ signal })) {
    const { body } = entry;
    lastAt = entry.at;
    onEntry(entry);
    quarantine.take(body, entry.at.wallMs);
    stood.take(body, entry.at.wallMs);
    rests.take(body);
    if (body.kind === 'peer.started') starts += 1;
    if (body.kind === 'member.joined') members.add(body.peer);
    if (body.kind === 'member.dead') members.delete(body.peer);
    if (body.kind === 'fence.intended') {
      intents.push(body.intent);
      const standing = last.get(body.intent.task);
      if (standing !== undefined) before.set(standing.task, standing);
      last.set(body.intent.task, body.intent);
      unfinished.add(body.intent.task);
      // As where its result is to be reworked: what was said of an earlier end is not true any more.
      endings.delete(body.intent.task);
    }
    if (body.kind === 'fence.settled' && (body.outcome === 'lost' || body.outcome === 'refused')) {
      // It never stood: what ends now is what it was to replace, or nothing of ours.
      const standing = before.get(body.task);
      const isLast = last.get(body.task)?.oid === body.oid;
      if (isLast && standing !== undefined) last.set(body.task, standing);
      if (isLast && standing === undefined) last.delete(body.task);
    }
    // A claim that was lost was never ours; any other outcome leaves something to look at.
    if (body.kind === 'fence.settled' && body.outcome === 'lost') unfinished.delete(body.task);
    if (body.kind === 'pause.set') pause = pauseAfter(pause, body);
    if (body.kind === 'help.taken') help.asked.add(body.id);
    if (body.kind === 'help.worked' && body.outcome === 'helped') help.helped.add(body.task);
    if (body.kind === 'task.ended') {
      const { task, state, reason, pullRequest = null } = body;
      const intent = last.get(task);
      unfinished.delete(task);
      // The end of a claim of another, who was lost: nothing that we said. We may have reached for the same epoch.
      if (state === 'done' && !isResultOf(intent, body.epoch)) continue;
      endings.set(task, { state, reason, pullRequest, intent });
    }
  }
  const open = { unfinished: [...unfinished], members: [...members] };
  return {
    starts,
    lastAt,
    intents,
    stoodMs: stood.stoodMs(),
    ...open,
    help,
    pause: { ...pause, tasks: rests.tasks() },
    quarantine: quarantine.memory(),
    endings,
  };
}

function isResultOf(intent: FenceIntent | undefined, epoch: Epoch): boolean {
  return intent?.record.state === 'result' && intent.record.epoch === epoch;
}

function pauseAfter(
  before: Omit<PauseMemory, 'tasks'>,
  { scope, paused, mesh }: Extract<EntryBody, { kind: 'pause.set' }>,
): Omit<PauseMemory, 'tasks'> {
  if (scope === 'attempts') return { ...before, attempts: paused };
  // Whoever begins new work again has nothing rest any more.
  if (scope === 'self') return { ...before, self: paused, attempts: paused && before.attempts };
  return { ...before, mesh: mesh ?? before.mesh };
}

/** Above that of every earlier run, also when the machine's clock was set back meanwhile. */
export function incarnationAfter(
  { starts, lastAt }: Pick<Memory, 'starts' | 'lastAt'>,
  wallMs: number,
): number {
  const lastS = Math.floor((lastAt?.wallMs ?? 0) / 1000);
  return Math.max(starts + 1, lastS + 1, Math.floor(wallMs / 1000));
}
