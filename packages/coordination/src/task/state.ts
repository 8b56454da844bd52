/**
 * The states of a task as one peer knows it, and the only ways between them.
 *
 *     open -> claimed -> running -> publishing -> verifying -> done     (running <-> helping)
 *       ^        |          |            |
 *       |        v          v            v
 *       +---- released    failed      (fenced: claimed by the new holder)
 *
 * States beyond `claimed` are ours alone; of other peers we only hear claims and ends.
 */
import { BzzzError, type Epoch, type HelpId, type Oid, type PeerId } from '@bzzz/protocol';

export interface Hold {
  readonly peer: PeerId;
  readonly epoch: Epoch;
  /** Commit on the lock branch by which the task is held. */
  readonly lock: Oid;
  readonly leaseMs: number;
}

export type TaskState =
  | { readonly state: 'open' }
  | { readonly state: 'claimed'; readonly hold: Hold }
  | { readonly state: 'running'; readonly hold: Hold; readonly attempt: number }
  /** Stuck, and waiting for what other peers do about it. */
  | {
      readonly state: 'helping';
      readonly hold: Hold;
      readonly attempt: number;
      readonly help: HelpId;
    }
  | { readonly state: 'publishing'; readonly hold: Hold; readonly result: Oid }
  | { readonly state: 'verifying'; readonly hold: Hold; readonly pullRequest: number }
  | { readonly state: 'done'; readonly hold: Hold; readonly pullRequest: number }
  | { readonly state: 'failed'; readonly hold: Hold; readonly reason: string }
  | { readonly state: 'released'; readonly hold: Hold; readonly reason: string };

/** Of an end that only a hint told: hints carry no reasons. */
export const untoldReason = 'the comment on the issue says why';

type Name = TaskState['state'];
type In<N extends Name> = Extract<TaskState, { state: N }>;

export const open: In<'open'> = { state: 'open' };

/** Anybody's claim, ours included. News of an earlier epoch, or of a claim that ended, is old. */
export function claimed(from: TaskState, hold: Hold): TaskState {
  if (from.state === 'open' || from.hold.epoch < hold.epoch) return { state: 'claimed', hold };
  const working = holdOf(from) !== undefined;
  return from.hold.epoch === hold.epoch && working ? { state: 'claimed', hold } : from;
}

export function running(from: TaskState, attempt: number): In<'running'> {
  const { hold } = only(from, 'running', 'claimed', 'helping');
  return { state: 'running', hold, attempt };
}

export function helping(from: TaskState, help: HelpId): In<'helping'> {
  const { hold, attempt } = only(from, 'helping', 'running');
  return { state: 'helping', hold, attempt, help };
}

export function publishing(from: TaskState, result: Oid): In<'publishing'> {
  const { hold } = only(from, 'publishing', 'running');
  return { state: 'publishing', hold, result };
}

/** A result that stood already when it was claimed is completed without a publication of ours. */
export function verifying(from: TaskState, pullRequest: number): In<'verifying'> {
  const { hold } = only(from, 'verifying', 'claimed', 'running', 'publishing');
  return { state: 'verifying', hold, pullRequest };
}

/** Ends of a claim are true whatever we knew before, unless a higher epoch is known. */
export function ended(from: TaskState, to: In<'done'> | In<'failed'> | In<'released'>): TaskState {
  return from.state !== 'open' && from.hold.epoch > to.hold.epoch ? from : to;
}

/** The holder, in the states that have one at work. */
export function holdOf(state: TaskState): Hold | undefined {
  switch (state.state) {
    case 'claimed':
    case 'running':
    case 'helping':
    case 'publishing':
    case 'verifying':
      return state.hold;
    case 'open':
    case 'done':
    case 'failed':
    case 'released':
      return undefined;
  }
}

function only<N extends Name>(from: TaskState, to: Name, ...allowed: N[]): In<N> {
  if (isIn(from, allowed)) return from;
  throw new BzzzError('task_transition', `${from.state} -> ${to}`);
}

function isIn<N extends Name>(from: TaskState, allowed: readonly N[]): from is In<N> {
  return allowed.some((name) => name === from.state);
}
