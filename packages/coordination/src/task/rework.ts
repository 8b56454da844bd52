/**
 * What asks for more work on a published result: remarks of people whom the policy trusts on its pull
 * request, checks of the repository that failed on it, or a base branch into which it does not merge any
 * more. What people say always counts; the rest only so often, until they say something.
 */
import {
  type LockRecord,
  type Oid,
  orderIn,
  parsePolicy,
  type Policy,
  type ReworkCause,
  taskParts,
} from '@bzzz/protocol';
import type { Heard } from '../fence/commit.ts';
import type { Forge, Review, ReviewRemark, ReviewScope } from '../ports/index.ts';

/** Attempts at one rework that failed, anywhere, and reworks without a word of people in between. */
const triesMax = 3;
/** Reworks for words, until somebody asks that it be tried again: who comments on every push is perhaps a program. */
export const answersMax = 10;

export interface Rework extends Heard {
  readonly cause: ReworkCause;
  readonly pullRequest: number;
  /** The result that stands. */
  readonly result: Oid;
  /** What trusted people said since the result answered them last, oldest first. */
  readonly remarks: readonly ReviewRemark[];
  readonly failedChecks: Review['checks']['failed'];
  /** It was given up before: what people say now is a new beginning. */
  readonly isAnew: boolean;
  /** Somebody asked that it be tried again. */
  readonly isRetried: boolean;
}

/** What a lock says of the result that stands, whether somebody reworks it already or not. */
export interface Standing extends Heard {
  readonly result: Oid;
  readonly failures: number;
  readonly reworks: number;
  readonly answers: number;
}

/** Undefined: it tells of no result. */
export function standingOf(record: LockRecord): Standing | undefined {
  const result = record.state === 'result' ? record.result : undefined;
  const stands = record.state === 'held' ? record.rework : result;
  if (stands === undefined || (record.state !== 'held' && record.state !== 'result')) return;
  const { failures = 0, reworks = 0, answers = 0, heardMs = 0, heardCount = 0 } = record;
  return { result: stands, failures, reworks, answers, heardMs, heardCount };
}

export interface ReworkRules extends Pick<Policy, 'authors'> {
  /** A recipe makes the same again whatever people say of it: only another base changes what it makes. */
  readonly isRecipe: boolean;
  /** When somebody asked last, by a comment on the issue, that it be tried again; null: nobody did. */
  readonly retriedAtMs: number | null;
}

/** Undefined: nothing asks for it, or the result is in the hands of people. */
export function reworkAsked(
  { state, head, mergeable, checks, remarks }: Review,
  { result, failures, reworks, answers, ...heard }: Standing,
  { authors, isRecipe, retriedAtMs }: ReworkRules,
): Omit<Rework, 'pullRequest'> | undefined {
  if (state !== 'open' || head !== result) return undefined;
  const said = trusted(remarks, authors);
  if (isLeft(said)) return undefined;
  const news = isRecipe ? [] : newsOf(said, heard);
  // Of a result that says nothing of what was heard nobody knows what it answers.
  const isRetried = retriedAtMs !== null && heard.heardMs > 0 && retriedAtMs > heard.heardMs;
  const failedChecks = checks.state === 'failed' ? checks.failed : [];
  const isAnew = failures >= triesMax;
  const until = heardWith(said, news, isRetried ? { heardMs: retriedAtMs, heardCount: 0 } : heard);
  const words = news.filter(isTold);
  const what = { result, remarks: words, failedChecks, isAnew, isRetried, ...until };
  if (isRetried) return { cause: 'remarks', ...what };
  if (news.length > 0) return answers < answersMax ? { cause: 'remarks', ...what } : undefined;
  if (isAnew || reworks >= triesMax) return undefined;
  if (mergeable === false) return { cause: 'conflict', ...what };
  return checks.state === 'failed' && !isRecipe ? { cause: 'checks', ...what } : undefined;
}

/** Of persons whom the policy trusts. An approval asks for nothing, whatever it says. */
function trusted(
  remarks: readonly ReviewRemark[],
  authors: Policy['authors'],
): readonly ReviewRemark[] {
  return remarks.filter((one) => says(one) && authors.includes(one.association));
}

/** What whoever reworks a result is told of its review, or was. */
export function toldIn(
  remarks: readonly ReviewRemark[],
  authors: Policy['authors'],
): readonly ReviewRemark[] {
  return trusted(remarks, authors).filter(isTold);
}

function isTold({ text }: ReviewRemark): boolean {
  return !isCommand(text);
}

function says({ by, kind, text }: ReviewRemark): boolean {
  if (by === null || kind === 'approved') return false;
  return kind === 'changes-requested' || text.trim() !== '';
}

/** Whether people said on the pull request that it is theirs. */
export function isInPeoplesHands(
  { remarks }: Review,
  { authors }: Pick<Policy, 'authors'>,
): boolean {
  return isLeft(trusted(remarks, authors));
}

/** As on the issue: the last command counts, if nobody changed what it says. */
function isLeft(said: readonly ReviewRemark[]): boolean {
  const last = said.findLast(({ text, edited }) => isCommand(text) && !edited);
  const order = orderIn(firstLine(last?.text ?? ''));
  return order === 'cancel' || order === 'release';
}

function isCommand(text: string): boolean {
  return firstLine(text).startsWith('/bzzz ');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** Of what was said at the time of the last that was heard, all is news where more of it has come to light. */
function newsOf(said: readonly ReviewRemark[], { heardMs, heardCount }: Heard): ReviewRemark[] {
  const isMore = saidAt(said, heardMs) > heardCount;
  return said.filter(({ atMs }) => atMs > heardMs || (atMs === heardMs && isMore));
}

function heardWith(
  said: readonly ReviewRemark[],
  news: readonly ReviewRemark[],
  before: Heard,
): Heard {
  if (news.length === 0) return { ...before, heardCount: saidAt(said, before.heardMs) };
  const heardMs = news.reduce((last, { atMs }) => Math.max(last, atMs), before.heardMs);
  return { heardMs, heardCount: saidAt(said, heardMs) };
}

function saidAt(said: readonly ReviewRemark[], atMs: number): number {
  return said.filter((one) => one.atMs === atMs).length;
}

/** Words of strangers must not hide those that count. Of a result that tells nothing of what was heard, one look is read. */
export function reviewScope({ heardMs }: Heard, authors: Policy['authors']): ReviewScope {
  return { authors, ...(heardMs > 0 && { sinceMs: heardMs }) };
}

/** Reads the newest pull request of the task and what became of it. Throws what the forge throws. */
export async function readRework(
  forge: Pick<Forge, 'findPullRequests' | 'readReview' | 'readBase'>,
  record: LockRecord,
  rules: Omit<ReworkRules, 'authors'>,
  signal: AbortSignal,
): Promise<Rework | undefined> {
  const standing = standingOf(record);
  if (standing === undefined) return undefined;
  const { repo, number } = taskParts(record.task);
  const [latest] = await forge.findPullRequests(repo, number, { signal });
  if (latest?.state !== 'open') return undefined;
  const { policy } = await forge.readBase(repo, { signal });
  if (policy === null) return undefined;
  const { authors } = parsePolicy(policy);
  const scope = reviewScope(standing, authors);
  const review = await forge.readReview(repo, latest.number, { ...scope, signal });
  const asked = reworkAsked(review, standing, { authors, ...rules });
  return asked && { ...asked, pullRequest: latest.number };
}
