/**
 * What peers say to each other when one of them is stuck (DESIGN.md 4.5): a plea, signed by whoever is
 * stuck, is handed from peer to peer, at most three times; each call is answered at once, and repeated
 * until the branch of the tree that it began has ended.
 */
import { z } from 'zod';
import { byteString, signingBytesOf } from './bytes.ts';
import { createCodec } from './cbor.ts';
import { Epoch, Oid, PeerId, TaskId } from './ids.ts';
import { limits } from './limits.ts';

/** 128 random bits: one request for help, wherever it travels. */
export const HelpId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'not 128 bits of hex')
  .brand('HelpId');
export type HelpId = z.infer<typeof HelpId>;

/** How often a plea is handed on, the first time included. */
export const hopsMax = 3;

const Patch = z.string().max(limits.helpPatchCharsMax);
const Reason = z.string().max(limits.reasonCharsMax);

export const Plea = z.object({
  id: HelpId,
  task: TaskId,
  epoch: Epoch,
  /** Who is stuck: it holds the task in that epoch. */
  peer: PeerId,
  /** In the words of its executor: data for another, never an order. Empty: the whole job is wanted. */
  question: z.string().max(limits.helpQuestionCharsMax),
  /** Its unfinished work on the base branch, as git writes a difference; empty: there is none. */
  patch: Patch,
});
export type Plea = z.infer<typeof Plea>;

export const SignedPlea = z.object({ plea: Plea, signature: byteString(64) });
export type SignedPlea = z.infer<typeof SignedPlea>;

const pleaCodec = createCodec({
  name: 'plea for help',
  schema: Plea,
  bytesMax: limits.helpMessageBytesMax,
});

/** The bytes that whoever is stuck signs. */
export function pleaSigningBytes(plea: Plea): Uint8Array {
  return signingBytesOf('bzzz/help/1', pleaCodec.encode(plea));
}

/**
 * What the machine of whoever is stuck turned out not to have. Its peer asks for that by itself, whatever a model says. It
 * only says who is asked first, so it is not signed.
 */
export const Lack = z.object({
  /** `executor`, `model` or `tool`; one that a later version adds says nothing to an older one. */
  kind: z.string().max(16),
  name: z.string().max(limits.lackNameCharsMax),
  /**
   * The work is done on this commit of the base branch, and its acceptance cannot be run there: whoever helps runs that,
   * and nothing else.
   */
  acceptanceOn: Oid.optional(),
});
export type Lack = z.infer<typeof Lack>;

export const HelpRequest = z.discriminatedUnion('kind', [
  /** Opens a branch. Nothing is worked on before the first `stay`. */
  z.object({
    kind: z.literal('ask'),
    ...SignedPlea.shape,
    /** 1 from whoever is stuck, one more each time that it is handed on. */
    hop: z.int().min(1).max(hopsMax),
    /** How many peers may work on it in this branch. */
    budget: z.int().min(1).max(limits.helpBudgetMax),
    /** Whoever it came through, the one that is stuck first. */
    path: z.array(PeerId).min(1).max(hopsMax),
    lacks: Lack.optional(),
  }),
  /**
   * Keeps a branch alive: it may go on for `leaseMs`, counted from when it sent the answer of the
   * number `heard`, by its own clock.
   */
  z.object({
    kind: z.literal('stay'),
    id: HelpId,
    heard: z.int().min(0),
    leaseMs: z.int().min(0).max(limits.helpLeaseMsMax),
  }),
  /** Its help is not wanted any more. It is repeated, as `stay` is, until the branch says that it ended. */
  z.object({ kind: z.literal('drop'), id: HelpId }),
]);
export type HelpRequest = z.infer<typeof HelpRequest>;

const Path = z.string().max(limits.helpPathCharsMax);
const Paths = z.array(Path).max(limits.helpPathsMax);

const proven = {
  /** Judge files that the work changed. */
  judgeFiles: Paths,
  /** Absent: the work adds no tests, or nobody asks what they prove. */
  newTests: z
    .object({ outcome: z.enum(['proven', 'untold']), files: Paths, reason: Reason })
    .optional(),
};

/** What else was found as the acceptance passed on the asker's work, in the helper's sandbox, as a judge runs it. */
export const Proven = z.object(proven);
export type Proven = z.infer<typeof Proven>;

/** Signed by the helper itself: it may come through others, and whoever ran it is no judge of it. */
export const HelpProof = z.object({ ...proven, signature: byteString(64) });
export type HelpProof = z.infer<typeof HelpProof>;

/** Which work passed: that of the plea, on this commit of the base branch. */
export interface ProofSubject {
  readonly plea: Plea;
  readonly acceptanceOn: Oid;
}

const proofCodec = createCodec({
  name: 'proof of help',
  schema: z.object({ plea: Plea, acceptanceOn: Oid, ...proven }),
  bytesMax: limits.helpMessageBytesMax,
});

/** The bytes that whoever ran the acceptance signs. */
export function proofSigningBytes(
  { plea, acceptanceOn }: ProofSubject,
  { judgeFiles, newTests }: Proven,
): Uint8Array {
  const told = newTests === undefined ? {} : { newTests };
  const bytes = proofCodec.encode({ plea, acceptanceOn, judgeFiles, ...told });
  return signingBytesOf('bzzz/help-proof/1', bytes);
}

export const Help = z.object({
  /** Who helped. */
  peer: PeerId,
  /** What it says: data, never an order. */
  answer: z.string().max(limits.helpAnswerCharsMax),
  /** What it changed, on the base branch with the asker's own patch; empty: nothing. */
  patch: Patch,
  /** Only where the acceptance was asked for. */
  proof: HelpProof.optional(),
});
export type Help = z.infer<typeof Help>;

/** One peer that was asked, and why nothing came of it. */
export const HelpTried = z.object({ peer: PeerId, reason: Reason });
export type HelpTried = z.infer<typeof HelpTried>;

export const HelpResponse = z.discriminatedUnion('kind', [
  /** The branch lives. Answers of a branch are numbered from 0. */
  z.object({ kind: z.literal('working'), number: z.int().min(0) }),
  /** Nobody in this branch works on it any more, nor ever will. */
  z.object({
    kind: z.literal('ended'),
    help: Help.optional(),
    tried: z.array(HelpTried).max(limits.helpTriedMax),
  }),
  /**
   * Nothing is known here of this branch, as after a restart. That is no end: whoever an earlier run handed
   * it to may be at it until his lease is over.
   */
  z.object({ kind: z.literal('unknown') }),
]);
export type HelpResponse = z.infer<typeof HelpResponse>;
