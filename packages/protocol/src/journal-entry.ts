/**
 * What stands in a peer's journal. Intents come before the effect, outcomes after it
 * (DESIGN.md 4.6). Kinds and fields are only ever added; a reader skips kinds that it does not know.
 */
import { z } from 'zod';
import { byteString } from './bytes.ts';
import { createCodec } from './cbor.ts';
import { ForkEvidence } from './heads.ts';
import { HelpId, hopsMax } from './help.ts';
import { Hlc } from './hlc.ts';
import { Account, Epoch, JournalKey, Oid, PeerId, Sha256Hex, TaskId } from './ids.ts';
import { limits } from './limits.ts';
import { LockRecord } from './lock-commit.ts';
import { MeshPause, TaskKind } from './messages.ts';
import { NewTestsTold } from './new-tests.ts';
import { UserName } from './operator-name.ts';
import { RoleName } from './roles.ts';
import { Spent } from './spend.ts';
import { Verdict } from './verdict.ts';

const Reason = z.string().max(limits.reasonCharsMax);

/** One move of the fence: what the peer is about to push, complete enough to push it again. */
export const FenceIntent = z.object({
  task: TaskId,
  /** Tip of the lock branch that must still stand; null: the branch must not exist. */
  expected: Oid.nullable(),
  oid: Oid,
  /** The commit object itself: a peer owns a tip only if its own journal holds it. */
  commit: byteString(limits.lockCommitBytesMax),
  record: LockRecord,
  /** The result branch, moved in the same atomic push. */
  result: z.object({ expected: Oid.nullable(), oid: Oid }).optional(),
});
export type FenceIntent = z.infer<typeof FenceIntent>;

export const FenceOutcome = z.enum(['won', 'lost', 'refused', 'unknown']);
export type FenceOutcome = z.infer<typeof FenceOutcome>;

/** What is shown on the forge, put if absent. */
export const VisibleEffect = z.enum([
  'assign',
  'unassign',
  'comment',
  'label',
  'pull-request',
  'verdicts',
  'ready',
  'draft',
]);
export type VisibleEffect = z.infer<typeof VisibleEffect>;

/**
 * When a task that was given back may be bid for again: after a pause; when what it says now is seen;
 * when its issue is seen to be wanted; or only when people took it away and gave it back, since they
 * touched its branches.
 */
export const Again = z.enum(['soon', 'when-seen', 'when-wanted', 'when-reopened']);
export type Again = z.infer<typeof Again>;

const task = { task: TaskId };
const help = { task: TaskId, id: HelpId };
const branch = { hop: z.int().min(1).max(hopsMax), budget: z.int().min(1) };
const attempt = { task: TaskId, epoch: Epoch, attempt: z.int().min(1) };

/** `kept`: a branch had moved, or a rule said no. `unknown`: no answer; it may be done all the same. */
const TidyOutcome = z.enum(['deleted', 'kept', 'unknown']);

/** How far a person has looked into a journal that was forked, in blocks and forks as Hypercore counts them. */
export const SettledHistory = z.object({
  key: JournalKey,
  length: z.int().min(0),
  fork: z.int().min(0),
});
export type SettledHistory = z.infer<typeof SettledHistory>;

export const EntryBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('peer.started'), version: z.string(), name: z.string() }),
  z.object({ kind: z.literal('peer.stopped') }),
  z.object({ kind: z.literal('member.joined'), peer: PeerId, name: z.string() }),
  z.object({ kind: z.literal('member.suspected'), peer: PeerId }),
  z.object({
    kind: z.literal('member.dead'),
    peer: PeerId,
    reason: Reason,
    /** It said before that it stops: somebody stopped it. */
    leaving: z.literal(true).optional(),
  }),
  /** A peer has told two stories: what it signed proves it to anybody. Set aside until a person decides. */
  z.object({
    kind: z.literal('peer.quarantined'),
    peer: PeerId,
    reason: Reason,
    evidence: ForkEvidence,
  }),
  /**
   * A person decided: what contradicts itself up to there, in that journal, counts no more. Later
   * contradictions do.
   */
  z.object({
    kind: z.literal('quarantine.lifted'),
    peer: PeerId,
    settled: z.array(SettledHistory).max(limits.settledHistoriesMax),
  }),
  z.object({ kind: z.literal('task.seen'), ...task, title: z.string(), bodySha256: Sha256Hex }),
  z.object({ kind: z.literal('fence.intended'), intent: FenceIntent }),
  z.object({
    kind: z.literal('fence.settled'),
    ...task,
    oid: Oid,
    outcome: FenceOutcome,
    reason: Reason,
    /** Who holds the task instead, when that is known. */
    holder: z.object({ peer: PeerId, epoch: Epoch }).optional(),
  }),
  z.object({
    kind: z.literal('attempt.started'),
    ...attempt,
    executor: z.string(),
    base: Oid,
    /** What success is counted under; absent in entries of earlier versions. */
    taskKind: TaskKind.optional(),
    /** Unfinished work of an earlier attempt that this one goes on from. */
    from: Oid.optional(),
  }),
  /** One role has done its part of an attempt whose policy asks for several, or failed at it. */
  z.object({
    kind: z.literal('attempt.step'),
    ...attempt,
    /** From 1, those that are done again counted anew. */
    step: z.int().min(1),
    role: RoleName,
    executor: z.string(),
    outcome: z.enum(['done', 'passed', 'sent back', 'failed']),
    /** What it said last, or why it failed. */
    reason: Reason,
    elapsedMs: z.number().min(0),
    /** A part of what `attempt.ended` tells of all steps together. */
    spent: Spent.optional(),
  }),
  z.object({
    kind: z.literal('attempt.ended'),
    ...attempt,
    outcome: z.enum(['accepted', 'failed', 'cancelled']),
    reason: Reason,
    result: Oid.optional(),
    commits: z.int().min(0),
    elapsedMs: z.number().min(0),
    /** Of `cancelled`: the code of the error that cut it short; of `failed`: under which its result was refused. */
    code: z.string().max(64).optional(),
    /** Absent: no model was asked, or the attempt was cut short before it told. */
    spent: Spent.optional(),
    /** Absent: the result adds no tests, or nobody asks what they prove. */
    newTests: NewTestsTold.optional(),
  }),
  z.object({ kind: z.literal('effect.intended'), ...task, epoch: Epoch, effect: VisibleEffect }),
  z.object({
    kind: z.literal('effect.settled'),
    ...task,
    epoch: Epoch,
    effect: VisibleEffect,
    /** False: it was there already. */
    written: z.boolean(),
    /** Number of the pull request or id of the comment. */
    id: z.int().min(0).optional(),
  }),
  /** A verdict of ours on another peer's result, before anybody is told of it. */
  z.object({ kind: z.literal('verdict.given'), ...task, verdict: Verdict }),
  /** A verdict of another peer on a result of ours, checked; or why it gave none. */
  z.object({
    kind: z.literal('verdict.heard'),
    ...task,
    epoch: Epoch,
    peer: PeerId,
    outcome: z.enum(['passed', 'failed', 'declined']),
    reason: Reason,
  }),
  /** An operator's word about new work, his own machine's or the mesh's, or about his attempts under way. */
  z.object({
    kind: z.literal('pause.set'),
    scope: z.enum(['self', 'mesh', 'attempts']),
    paused: z.boolean(),
    /** Of the mesh: who said so, and when. */
    mesh: MeshPause.optional(),
  }),
  /** An operator's word about his attempt at one task: it stands still where it is, or goes on. */
  z.object({ kind: z.literal('attempt.paused'), ...task, epoch: Epoch, paused: z.boolean() }),
  /** Somebody told this peer to do something, over its control socket or over HTTP; before it does. */
  z.object({
    kind: z.literal('operator.acted'),
    /** Name of the key that was shown, or `control socket`. */
    by: z.string().max(64),
    /** Over the control socket: whom the operating system named there, by the word of the command. */
    user: UserName.optional(),
    /** Such as `submit`, `pause`; and to what, in words. */
    act: z.string().max(40),
    about: Reason,
    /** Where it is about one. */
    task: TaskId.optional(),
  }),
  /** This machine is short of something, or is no more. */
  z.object({
    kind: z.literal('health.alert'),
    /** What is measured, such as `disk`. */
    alert: z.string().max(40),
    state: z.enum(['raised', 'ended']),
    value: z.number(),
    reason: Reason,
  }),
  /** Something was tried about that. */
  z.object({
    kind: z.literal('health.healed'),
    action: z.string().max(40),
    outcome: z.enum(['done', 'nothing', 'failed']),
    reason: Reason,
  }),
  /** Our executor is stuck; before anybody is asked. */
  z.object({ kind: z.literal('help.asked'), ...help, epoch: Epoch, question: Reason }),
  /** A branch is about to be opened, by whoever is stuck or by one that hands it on. */
  z.object({ kind: z.literal('help.sent'), ...help, peer: PeerId, ...branch }),
  /** Somebody opened a branch here: from now on it is known, and never worked on a second time. */
  z.object({ kind: z.literal('help.taken'), ...help, asker: PeerId, peer: PeerId, ...branch }),
  z.object({ kind: z.literal('help.begun'), ...help, epoch: Epoch }),
  z.object({
    kind: z.literal('help.worked'),
    ...help,
    outcome: z.enum(['helped', 'nothing', 'cancelled']),
    reason: Reason,
    spent: Spent.optional(),
  }),
  /** How a branch ended that we had opened. `lost`: its lease did. */
  z.object({
    kind: z.literal('help.returned'),
    ...help,
    peer: PeerId,
    outcome: z.enum(['helped', 'nothing', 'lost']),
    reason: Reason,
  }),
  /** Nobody works on our request any more. */
  z.object({
    kind: z.literal('help.ended'),
    ...help,
    epoch: Epoch,
    outcome: z.enum(['helped', 'nobody', 'cancelled']),
    /** Who helped. */
    by: PeerId.optional(),
    reason: Reason,
  }),
  z.object({
    kind: z.literal('task.ended'),
    ...task,
    epoch: Epoch,
    state: z.enum(['done', 'failed', 'released']),
    reason: Reason,
    pullRequest: z.int().min(1).optional(),
    /** Of a released one: when peers may take it up again; absent: it is not known. */
    again: Again.optional(),
  }),
  /** The branches of what is over are about to be deleted, where they stand as said here. */
  z.object({
    kind: z.literal('tidy.intended'),
    ...task,
    epoch: Epoch,
    lock: Oid,
    result: Oid.nullable(),
    /** When the issue last changed, by the forge's clock, as it was read then. */
    closedMs: z.int().min(0),
    /** Its pull request was merged and the issue stayed open, so that it is seen open later says nothing. */
    open: z.literal(true).optional(),
    /** Whose assignment the lock explained: it may still be shown when the issue is reopened. */
    accounts: z.array(Account).max(10),
  }),
  z.object({ kind: z.literal('tidy.settled'), ...task, epoch: Epoch, outcome: TidyOutcome }),
  z.object({
    kind: z.literal('trouble'),
    code: z.string().max(64),
    reason: Reason,
    task: TaskId.optional(),
  }),
]);
export type EntryBody = z.infer<typeof EntryBody>;
/** Every kind of entry there is. */
export const entryKinds = EntryBody.options.map(({ shape }) => shape.kind.value);
export type EntryKind = EntryBody['kind'];

/** An entry by its writer and its position in that writer's journal. */
export const Cause = z.object({ peer: PeerId, seq: z.int().min(0) });
export type Cause = z.infer<typeof Cause>;

export const JournalEntry = z.object({
  v: z.literal(1),
  at: Hlc,
  /** The entry, perhaps of another peer, that came before in what this one is about. */
  cause: Cause.optional(),
  body: EntryBody,
});
export type JournalEntry = z.infer<typeof JournalEntry>;

export const journalEntryCodec = createCodec({
  name: 'journal entry',
  schema: JournalEntry,
  bytesMax: limits.journalEntryBytesMax,
});
