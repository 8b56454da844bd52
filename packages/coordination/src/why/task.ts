/**
 * Why this peer works on a task, or does not: the same facts by which it decides, in the order in
 * which they decide. Pure.
 */
import { limits, taskParts, type TaskId, type WhyReason } from '@bzzz/protocol';
import { obstacleOf, rank } from '../contest/rank.ts';
import { isToRework, type TaskEntry } from '../task/book.ts';
import { holdOf } from '../task/state.ts';
import { fit } from './sentence.ts';
import type { WhySources } from './sources.ts';

export function whyTask(sources: WhySources, task: TaskId): WhyReason {
  const { self, stopping } = sources;
  const entry = sources.tasks.find((one) => one.task === task);
  if (stopping) return { kind: 'stopping' };
  const activity = sources.activity(task);
  if (activity === 'driving' && entry !== undefined) return working(entry);
  if (activity === 'bidding') return { kind: 'bidding' };
  if (!self.repositories.includes(taskParts(task).repo)) return { kind: 'elsewhere' };
  if (entry === undefined) return unseen(sources, task);
  return ended(entry) ?? held(sources, entry) ?? kept(sources, entry) ?? unfit(sources, entry);
}

function working({ state }: TaskEntry): WhyReason {
  const hold = holdOf(state);
  // A claim that was just won or just lost: the book has not taken it in yet.
  if (hold === undefined) return { kind: 'bidding' };
  return { kind: 'working', epoch: hold.epoch, step: stepOf(state.state) };
}

function stepOf(
  state: TaskEntry['state']['state'],
): Extract<WhyReason, { kind: 'working' }>['step'] {
  switch (state) {
    case 'running':
    case 'helping':
    case 'publishing':
    case 'verifying':
      return state;
    case 'open':
    case 'claimed':
    case 'done':
    case 'failed':
    case 'released':
      return 'claimed';
  }
}

function unseen({ watches }: WhySources, task: TaskId): WhyReason {
  const { repo } = taskParts(task);
  const trouble = watches.find((one) => one.repo === repo)?.trouble ?? null;
  if (trouble === null) return { kind: 'unseen' };
  return { kind: 'forge', code: trouble.code, reason: fit(trouble.reason) };
}

function ended(entry: TaskEntry): WhyReason | undefined {
  const { state } = entry;
  // It is up to whoever takes it next.
  if (isToRework(entry)) return undefined;
  if (state.state === 'done') return { kind: 'done', pullRequest: state.pullRequest };
  if (state.state === 'failed') return { kind: 'failed', reason: fit(state.reason) };
  return undefined;
}

function held(sources: WhySources, entry: TaskEntry): WhyReason | undefined {
  const hold = holdOf(entry.state);
  if (hold === undefined || sources.forfeited(entry)) return undefined;
  const holder = sources.members.find(({ capabilities }) => capabilities.peer === hold.peer);
  const holderName = holder?.capabilities.name ?? null;
  return { kind: 'held', holder: hold.peer, holderName, epoch: hold.epoch };
}

/** What keeps everybody from it. */
function kept(sources: WhySources, entry: TaskEntry): WhyReason | undefined {
  const { task, wanted, blocked, waitsFor } = entry;
  const reason = fit(blocked ?? '');
  if (!wanted && waitsFor !== null) return { kind: 'waiting', numbers: [...waitsFor], reason };
  if (!wanted && blocked !== null) return { kind: 'unwanted', reason };
  if (blocked !== null) return { kind: 'blocked', reason };
  return wanted && entry.seen !== null ? undefined : unseen(sources, task);
}

/** What keeps us from a task that somebody should take. */
function unfit(sources: WhySources, entry: TaskEntry): WhyReason {
  const { self, unable, paused, nowMs } = sources;
  if (unable !== null) return { kind: 'no-sandbox', reason: fit(unable) };
  if (self.slots === 0) return { kind: 'no-slots' };
  if (paused !== null) return { kind: 'paused', scope: paused };
  const needs = entry.seen?.needs ?? { executors: [], tools: [], models: [] };
  const lack = obstacleOf({ ...self, running: 0 }, entry.task, needs);
  if (lack !== undefined && 'name' in lack) {
    const { spendCap } = sources;
    if (lack.kind !== 'tool' && spendCap !== null) return { kind: 'spent', reason: fit(spendCap) };
    const name = fit(lack.name, limits.whyNameCharsMax);
    const because = lack.kind === 'executor' ? unreadyOf(sources, needs.executors) : null;
    return { kind: 'unable', lacks: lack.kind, name, ...(because && { reason: fit(because) }) };
  }
  if (self.account === null) return noAccount(sources);
  const { active } = sources;
  if (active.length >= self.slots) {
    return { kind: 'busy', slots: self.slots, tasks: active.slice(0, 4) };
  }
  if (entry.notBeforeMs > nowMs) return backingOff(sources, entry);
  return turn(sources, entry);
}

/** Null: it has none of these at all. */
function unreadyOf({ unready }: WhySources, executors: readonly string[]): string | null {
  const name = executors.find((one) => Object.hasOwn(unready, one));
  return name === undefined ? null : (unready[name] ?? null);
}

function noAccount({ troubles }: WhySources): WhyReason {
  const trouble = troubles.find(({ code, task }) => task === undefined && code.startsWith('forge'));
  return {
    kind: 'no-account',
    code: trouble?.code ?? null,
    reason: fit(trouble?.reason ?? ''),
  };
}

function backingOff({ troubles, nowMs }: WhySources, { task, notBeforeMs }: TaskEntry): WhyReason {
  const trouble = troubles.find((one) => one.task === task);
  return {
    kind: 'backing-off',
    forMs: Math.ceil(notBeforeMs - nowMs),
    code: trouble?.code ?? null,
    reason: fit(trouble?.reason ?? ''),
  };
}

function turn(sources: WhySources, { task, seen, state }: TaskEntry): WhyReason {
  const { self, members, nowMs } = sources;
  const atMs = sources.turnAtMs(task);
  if (atMs === null || seen === null) return { kind: 'idle' };
  const hold = holdOf(state);
  const live = members
    .filter(({ liveness }) => liveness !== 'dead')
    .map(({ capabilities }) => capabilities)
    .filter(({ peer }) => peer === self.peer || peer !== hold?.peer);
  const order = rank(live, task, seen.needs, seen.recipe);
  const place = order.indexOf(self.peer) + 1;
  const inMs = Math.max(0, Math.ceil(atMs - nowMs));
  return { kind: 'turn', place: Math.max(1, place), of: Math.max(1, order.length), inMs };
}

/** For `whyIdle`: nobody holds it, and people want it done. */
export function isOpen(sources: WhySources, entry: TaskEntry): boolean {
  const over = entry.state.state === 'done' || entry.state.state === 'failed';
  const taken = holdOf(entry.state) !== undefined && !sources.forfeited(entry);
  return entry.wanted && !over && !taken;
}

/** Tasks of one answer. */
export const tasksMax = limits.whyTasksMax;
