/** Invariants 4 (people win) and 11 (consent): what a peer does after what it has read. */
import {
  type Account,
  type Issue,
  issueHash,
  type IssueNumber,
  type LockRecord,
  type Oid,
  type PeerId,
  type Sha256Hex,
} from '@bzzz/protocol';
import type { FencePush, Remark } from '@bzzz/coordination';
import { owner, type Snapshot } from '../forge-state.ts';
import { trackHeard } from './heard.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

interface Read {
  readonly issue: Issue;
  readonly order: number;
  readonly atMs: number;
}

export function checkPeople(context: CheckContext): Check {
  const { broken, repo, nowMs } = context;
  const reads = new Map<string, Read>();
  const claims = new Map<string, LockRecord>();
  /** As they stand, whoever holds them. */
  const locks = new Map<IssueNumber, LockRecord>();
  /** The claims with which results came to stand. */
  const published = new Set<Oid>();
  /** When the claim of each peer came to stand, by `order`. */
  const claimed = new Map<string, number>();
  const worked = new Map<string, number>();
  /** Words of strangers that somebody trusted has approved at some time; an edit makes other words. */
  const approved = new Set<Sha256Hex>();
  const heard = trackHeard(nowMs);
  /** When a peer at work first learnt that people object. */
  const objected = new Map<string, number>();
  /** When whoever had read the words that it claimed first read others. */
  const reworded = new Map<string, number>();
  let order = 0;

  function onRead(peer: PeerId, issue: Issue): void {
    const key = keyOf(peer, issue.number);
    reads.set(key, { issue, order, atMs: nowMs() });
    const claim = claims.get(key);
    if (claim === undefined || isWanted(context, issue, claim)) objected.delete(key);
    else if (!objected.has(key)) objected.set(key, nowMs());
    if (claim === undefined) return;
    // Until it has read those it has nothing to begin with.
    if (issueHash(issue) === claim.bodySha256) reworded.set(key, Infinity);
    else reworded.set(key, Math.min(reworded.get(key) ?? -Infinity, nowMs()));
  }

  function onWork(peer: PeerId, number: IssueNumber, step: 'started' | 'ended'): void {
    const key = keyOf(peer, number);
    if (step === 'ended') {
      worked.set(key, order);
      const since = objected.get(key);
      if (since !== undefined && context.prompt(peer) && nowMs() - since > stopMsMax) {
        broken('4.2-first-read', `work on #${number} went on though people were read to object`);
      }
      return;
    }
    // Who watches the repository may have read it beside the attempt, a moment ago: then it has begun, and is to stop.
    const isJustRead = nowMs() - (objected.get(key) ?? -Infinity) <= stopMsMax;
    if (isJustRead) objected.set(key, nowMs());
    else objected.delete(key);
    const read = reads.get(key);
    const claim = claims.get(key);
    if (claim !== undefined && (read?.order ?? 0) < (claimed.get(key) ?? 0)) {
      broken('4.2-second-look', `work on #${number} began without a look since it was claimed`);
    }
    if (read === undefined || claim === undefined) {
      broken(11, `work on #${number} began without a claim and a look`);
    } else if (!isOfOurs(read.issue) && !approved.has(issueHash(read.issue))) {
      broken(11, `work on #${number} began, which nobody trusted wrote or approved`);
    } else if (
      issueHash(read.issue) !== claim.bodySha256 &&
      nowMs() - (reworded.get(key) ?? -Infinity) > stopMsMax
    ) {
      broken(11, `work on #${number} began in words that were not claimed`);
    } else if (
      !isJustRead &&
      !isWanted(context, read.issue, claim) &&
      !isFenced(number, claim, read.issue)
    ) {
      broken(4, `work on #${number} began though people were read to object`);
      onObjection(number, read.issue, claim);
    } else if (isTold(heard.last(peer, number), 'stop') || isDeaf(peer, number, read.atMs)) {
      broken(4, `work on #${number} began though people were read to say stop`);
    }
  }

  /** Where only an account of bzzz is in the way that no lock explains: a person put it there. */
  function onObjection(number: IssueNumber, issue: Issue, fence: LockRecord): void {
    const assignees = issue.assignees.filter((login) => !context.accounts.includes(login));
    if (!isWanted(context, { ...issue, assignees }, fence)) return;
    broken('4.2-own-account', `an assignment on #${number} was taken for one of its holder`);
  }

  /**
   * Whether what speaks against it is only the assignment of a peer that has taken over since. Whose it is the lock
   * tells, which takes another look; till then work goes on that is for nothing.
   */
  function isFenced(number: IssueNumber, claim: LockRecord, issue: Issue): boolean {
    const standing = locks.get(number);
    return (standing?.epoch ?? 0) > claim.epoch && isWanted(context, issue, standing);
  }

  /** Whether a stop stands that was said so long before a look that no read could have missed it. */
  function isDeaf(peer: PeerId, number: IssueNumber, lookedAtMs: number): boolean {
    const remarks = context.state.at(number, nowMs())?.remarks ?? [];
    const said = remarks.findLast(({ by, edited }) => by === owner && !edited);
    const isLongSaid = said !== undefined && said.atMs + seenMsMax < lookedAtMs;
    return context.prompt(peer) && isLongSaid && isTold(remarks, 'stop');
  }

  function onPush(peer: PeerId, { number, lock, result }: FencePush): void {
    const { record } = lockOf(repo, lock.commit);
    const key = keyOf(peer, number);
    if (claims.get(key)?.epoch !== record.epoch) {
      claimed.set(key, order);
      reworded.delete(key);
    }
    claims.set(key, record);
    locks.set(number, record);
    if (result === undefined || record.state !== 'result') return;
    // Sent again, or arrived again: it stands already, and was judged when it came to stand.
    if (published.has(lock.oid)) return;
    published.add(lock.oid);
    const read = reads.get(key);
    const ended = worked.get(key) ?? 0;
    if (read === undefined || read.order < ended) {
      broken(4, `#${number} was published without another look at the issue`);
      broken('4.2-last-look', `#${number} was published without a look right before`);
    } else if (
      !isWanted(context, read.issue, record) ||
      isTold(heard.last(peer, number), 'stop') ||
      isDeaf(peer, number, read.atMs)
    ) {
      broken(4, `#${number} was published though its publisher had read that people object`);
      broken(
        '4.2-last-look',
        `what the look before showed was ignored as #${number} was published`,
      );
      onObjection(number, read.issue, record);
    }
  }

  function onPeople(number: IssueNumber): void {
    const now = context.state.at(number, nowMs());
    if (now !== undefined && isApproved(context, now)) approved.add(issueHash(now.issue));
  }

  return {
    onEvent(event) {
      order += 1;
      heard.take(event);
      if (event.kind === 'people') onPeople(event.number);
      if (event.kind === 'issue-read') onRead(event.peer, event.issue);
      if (event.kind === 'work') onWork(event.peer, event.number, event.step);
      if (event.kind === 'push' && event.accepted) onPush(event.peer, event.push);
    },
  };
}

/** An attempt is ended at once; what is left is the way to the executor and back. */
const stopMsMax = 1_000;

/** Reads lag, and their answers are late, by less than this. */
const seenMsMax = 60_000;

/** Whether people want bzzz to do it, where the fence explains these assignments. */
export function isWanted(
  { label }: Pick<CheckContext, 'label'>,
  issue: Issue,
  fence: LockRecord | undefined,
): boolean {
  const explained: readonly Account[] = fence === undefined ? [] : [fence.account, ...fence.former];
  const people = issue.assignees.filter((login) => !explained.includes(login));
  return issue.state === 'open' && issue.labels.includes(label) && people.length === 0;
}

/** Whether the last word of the owner was this. */
function isTold(remarks: readonly Remark[] = [], ...words: readonly string[]): boolean {
  const last = remarks.findLast(({ by, edited }) => by === owner && !edited);
  return words.some((word) => last?.line === `/bzzz ${word}`);
}

/** Whether people have said by a comment that it is theirs now, and not taken it back. */
export function isLeft({ remarks, labelled }: Snapshot): boolean {
  if (isTold(remarks, 'stop')) return true;
  const said = remarks.findLast(({ by, edited }) => by === owner && !edited);
  const put = labelled.findLast(({ by }) => by === owner);
  return isTold(remarks, 'release') && !(put !== undefined && put.atMs > (said?.atMs ?? 0));
}

/** Whether somebody trusted wrote it, or approved it as it stands. */
export function isTrusted(context: Pick<CheckContext, 'label'>, now: Snapshot): boolean {
  return isOfOurs(now.issue) || isApproved(context, now);
}

function isOfOurs({ association }: Issue): boolean {
  return association === 'OWNER';
}

/** Only whoever put the label on that stands, and only after the last word was written. */
function isApproved(
  { label }: Pick<CheckContext, 'label'>,
  { issue, labelled, writtenAtMs }: Snapshot,
): boolean {
  const put = labelled.findLast((one) => one.label === label);
  return issue.labels.includes(label) && put?.by === owner && put.atMs > writtenAtMs;
}

function keyOf(peer: PeerId, number: IssueNumber): string {
  return `${peer} ${number}`;
}
