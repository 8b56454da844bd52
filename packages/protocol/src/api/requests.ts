import { z } from 'zod';
import { RepoName } from '../ids.ts';
import { type EntryKind, entryKinds } from '../journal-entry.ts';
import { limits } from '../limits.ts';
import { PeerOrder } from '../peer-order.ts';
import { TaskOrder } from '../task-order.ts';
import { WorkRequest } from '../work-request.ts';

/** What a peer can be asked. Unknown fields are refused: a misspelt one is not a default. */
export const LookRequest = z.strictObject({ repo: RepoName.optional() });

/** What a peer is to do with its work, or all of them. */
export const PeerOrderAsked = z.union([
  /** Name, id, or the end of the id; absent: the one that is asked. */
  z.strictObject({ order: PeerOrder, peer: z.string().min(1).max(100).optional() }),
  /** What is under way stands still on one peer only. */
  z.strictObject({ order: PeerOrder.exclude(['pause']), mesh: z.literal(true) }),
]);
export type PeerOrderAsked = z.infer<typeof PeerOrderAsked>;

/** The same as switches: `self` and `mesh` drain, `attempts` and `task` pause; `paused: false` resumes. */
export const PauseRequest = z.union([
  z.strictObject({ scope: z.enum(['self', 'mesh', 'attempts']), paused: z.boolean() }),
  /** The attempt at one task, whoever works on it. Number, or `owner/name#number`. */
  z.strictObject({
    scope: z.literal('task'),
    task: z.string().min(1).max(200),
    paused: z.boolean(),
  }),
]);

/** Multiaddrs of other peers. */
export const DoctorNetRequest = z.strictObject({
  addresses: z.array(z.string().max(256).startsWith('/')).max(16),
});

/** What stands on the issue then is the comment of a person, whoever asked. */
export const OrderRequest = z.strictObject({ order: TaskOrder });
export type OrderRequest = z.infer<typeof OrderRequest>;

/** What somebody is about to do to this peer from outside, in words; it is for its journal. */
export const DrillRequest = z.strictObject({ about: z.string().min(1).max(limits.reasonCharsMax) });
export type DrillRequest = z.infer<typeof DrillRequest>;

/** Name, id, or the end of the id. */
export const LiftRequest = z.strictObject({ peer: z.string().min(1).max(100) });

export const SubmitRequest = z.strictObject({
  /** May be left out where the peer works on one repository only. */
  repo: RepoName.optional(),
  title: z.string().trim().min(1).max(limits.titleCharsMax),
  /** For people, where a recipe is named; else what is to be done. */
  body: z.string().max(limits.bodyCharsMax).default(''),
  /** Absent: the body says what is to be done. */
  work: WorkRequest.optional(),
  /** Default: the first that the policy asks for. */
  labels: z.array(z.string().min(1).max(50)).max(20).optional(),
});
export type SubmitRequest = z.input<typeof SubmitRequest>;

export const OffersQuery = z.strictObject({
  /** May be left out where the peer works on one repository only. */
  repo: RepoName.optional(),
});

const Count = z.coerce.number<string>().int().min(0).max(Number.MAX_SAFE_INTEGER);

function kindsIn(text: string, context: z.RefinementCtx<string>): EntryKind[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !isKind(word));
  // Once for all of them: the list is long.
  if (unknown.length > 0) {
    const message = `no kind is called ${unknown.join(', ')}; there are ${entryKinds.join(', ')}`;
    context.addIssue({ code: 'custom', message });
  }
  return words.filter(isKind);
}

function isKind(word: string): word is EntryKind {
  return entryKinds.some((kind) => kind === word);
}

/** What is looked for in all journals together. */
export const HistoryQuery = z.strictObject({
  /** Name, id, or the end of the id. */
  peer: z.string().optional(),
  /** Number, or `owner/name#number`. */
  task: z.string().optional(),
  /** Some of these, separated by commas. */
  kind: z.string().transform(kindsIn).optional(),
  sinceMs: Count.optional(),
  untilMs: Count.optional(),
  text: z
    .string()
    .max(200)
    .regex(/[\p{L}\p{N}]/u, 'there is no word in it')
    .optional(),
  last: Count.default(50),
  follow: z.stringbool().default(false),
});

/** Of one answer over HTTP, which is made at once and held whole. */
export const EntriesQuery = HistoryQuery.omit({ follow: true }).extend({
  last: Count.pipe(z.number().max(5_000)).default(50),
});

/** Where in the stream of events to begin. */
export const EventsQuery = z.strictObject({
  /** Position of the last event that was seen; absent: with the newest `last` entries. */
  after: z.string().max(100).optional(),
  last: Count.pipe(z.number().max(1_000)).default(0),
});
export type EventsQuery = z.output<typeof EventsQuery>;

export const LogsQuery = z.strictObject({
  /** Position of the first entry. */
  from: Count.optional(),
  /** Instead of `from`: so many of the newest. */
  last: Count.optional(),
  follow: z.stringbool().default(false),
});
