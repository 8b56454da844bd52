/** What people do to issues and branches while bzzz works, and that they change their mind. */
import {
  Account,
  decodeLockCommit,
  encodeLockCommit,
  Epoch,
  isBzzzError,
  type IssueNumber,
  type Oid,
  RepoName,
  utf8,
} from '@bzzz/protocol';
import {
  type ForgeState,
  owner as person,
  type Snapshot,
  withLabel,
  withRemark,
  withReview,
} from './forge-state.ts';
import type { History, PeopleAct } from './history.ts';
import type { SeededRandom } from './random.ts';
import type { Timeline } from './timeline.ts';

/** May put labels on, say, by a template of the repository; nobody trusts him. */
const stranger = Account.parse('mallory');

export interface PeopleDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly state: ForgeState;
  readonly history: History;
  readonly label: string;
  /** An account of bzzz, which a person may assign by hand. */
  readonly bot: Account;
  /** It is the account of every peer. */
  readonly isEverybodys: boolean;
}

/** What a person does, and what he may do about it later, one after the other. */
const acts: readonly (readonly PeopleAct[])[] = [
  ['assign', 'unassign'],
  ['close', 'reopen'],
  ['unlabel', 'label'],
  ['edit'],
  ['assign-bot', 'unassign'],
  ['delete-lock'],
  ['delete-result'],
  ['push-lock', 'delete-lock'],
  ['forge-lock'],
  ['push-result'],
  ['close-pull-request'],
  ['merge', 'reopen'],
  // As the comment of bzzz asks whoever wants to start over.
  ['delete-lock', 'close', 'reopen'],
];

/** What is done to an issue of a stranger. A label that is put on anew is taken off and put on. */
const approvals: readonly (readonly PeopleAct[])[] = [
  ['approve'],
  ['approve', 'edit'],
  ['approve', 'edit', 'approve'],
  ['edit', 'approve'],
  ['approve', 'approve-bot'],
  ['approve-bot', 'edit'],
  ['approve-stranger', 'edit'],
  ['approve', 'approve-stranger'],
  ['approve', 'unlabel', 'label'],
];

/** What is said of an issue, and later. */
const sayings: readonly (readonly PeopleAct[])[] = [
  ['say-stop', 'say-retry'],
  ['say-release', 'say-retry'],
  ['say-release', 'unlabel', 'label'],
  ['say-stop', 'say-release', 'say-retry'],
  ['say-retry'],
  ['say-retry', 'say-stop', 'say-retry'],
  ['say-as-stranger'],
  ['say-and-edit'],
];

/** What becomes of a pull request, and later. */
const reviews: readonly (readonly PeopleAct[])[] = [
  ['review'],
  ['review', 'review'],
  ['review', 'close-pull-request'],
  ['review-as-stranger'],
  ['fail-checks'],
  ['conflict'],
  ['conflict', 'review'],
  ['conflict', 'close-pull-request'],
];

/** Merged into another branch, or without a word that closes the issue; and later. */
const merges: readonly (readonly PeopleAct[])[] = [
  ['merge-only'],
  ['merge-only', 'close', 'reopen'],
  ['merge-only', 'unlabel', 'label'],
];

/** What is done within the second that the forge's times tell. */
const hurries: readonly (readonly PeopleAct[])[] = [
  ['edit', 'close'],
  ['close', 'reopen'],
  ['close', 'reopen', 'close'],
  ['unlabel', 'label'],
];

/** One person does one thing to one issue, and perhaps takes it back later. */
export function act(deps: PeopleDeps): void {
  const { random, state, timeline } = deps;
  go(deps, random.pick(state.numbers()), random.pick(acts));
  // Draws of its own, so that the rest of a seed stays what it was.
  const own = random.fork(`approval ${timeline.nowMs()}`);
  const strange = state.numbers().filter((one) => isStrange(state, one, timeline.nowMs()));
  go({ ...deps, random: own }, own.pick(strange), own.pick(approvals));
  if (own.chance(0.4)) {
    go({ ...deps, random: own }, own.pick(state.numbers()), own.pick(sayings));
  }
  const hasty = random.fork(`haste ${timeline.nowMs()}`);
  if (hasty.chance(0.2)) {
    const paceMs = () => hasty.between(50, 900);
    go({ ...deps, random: hasty }, hasty.pick(state.numbers()), hasty.pick(hurries), paceMs);
  }
  const reviewer = random.fork(`review ${timeline.nowMs()}`);
  const inReview = state.numbers().filter((one) => isInReview(state, one, timeline.nowMs()));
  if (reviewer.chance(0.5)) {
    go({ ...deps, random: reviewer }, reviewer.pick(inReview), reviewer.pick(reviews));
  }
  const merger = random.fork(`merge ${timeline.nowMs()}`);
  if (!merger.chance(0.1)) return;
  go({ ...deps, random: merger }, merger.pick(inReview), merger.pick(merges));
}

function isInReview(state: ForgeState, number: IssueNumber, nowMs: number): boolean {
  return state.at(number, nowMs)?.pullRequest?.state === 'open';
}

function isStrange(state: ForgeState, number: IssueNumber, nowMs: number): boolean {
  const author = state.at(number, nowMs)?.issue.author;
  return author !== undefined && author !== person;
}

function go(
  deps: PeopleDeps,
  number: IssueNumber | undefined,
  steps: readonly PeopleAct[] | undefined,
  paceMs = () => deps.random.between(1_000, 120_000),
): void {
  const { random, timeline } = deps;
  if (number === undefined || steps === undefined) return;
  const goOn = ([step, ...later]: readonly PeopleAct[]) => {
    if (step === undefined || !perform(deps, number, step)) return;
    if (later.length === 0 || !random.chance(0.7)) return;
    timeline.after(paceMs(), () => goOn(later));
  };
  goOn(steps);
}

/** False: there is nothing to do it to. */
function perform(deps: PeopleDeps, number: IssueNumber, what: PeopleAct): boolean {
  const { state, timeline, history } = deps;
  const nowMs = timeline.nowMs();
  const now = state.at(number, nowMs);
  const change = now && changeOf(deps, now, what);
  if (change === undefined) return false;
  state.change(number, nowMs, change);
  history.record({ kind: 'people', number, act: what });
  return true;
}

const said = { by: person, association: 'OWNER', edited: false } as const;

type Change = Partial<Omit<Snapshot, 'atMs'>>;

function changeOf(deps: PeopleDeps, now: Snapshot, what: PeopleAct): Change | undefined {
  const { issue, lock, result, pullRequest, review } = now;
  const inReview = pullRequest?.state === 'open' ? new Set([pullRequest.head]) : undefined;
  const { state, label, bot, isEverybodys, random } = deps;
  const nowMs = deps.timeline.nowMs();
  const byHand = () => state.put(utf8(`a person's commit: ${issue.number} ${random.unit()}`));
  switch (what) {
    case 'assign':
      return { issue: { ...issue, assignees: [...new Set([...issue.assignees, person])] } };
    case 'assign-bot':
      // Only where no claim explains it: else nobody could tell it from bzzz's own doing.
      return lock === null
        ? { issue: { ...issue, assignees: [...new Set([...issue.assignees, bot])] } }
        : undefined;
    case 'unassign':
      return {
        issue: {
          ...issue,
          assignees: issue.assignees.filter((one) => one !== person && one !== bot),
        },
      };
    case 'close':
      return { issue: { ...issue, state: 'closed' } };
    case 'reopen':
      return issue.state === 'closed' ? { issue: { ...issue, state: 'open' } } : undefined;
    case 'unlabel':
      return { issue: { ...issue, labels: issue.labels.filter((one) => one !== label) } };
    case 'label':
      return issue.labels.includes(label) ? { issue } : withLabel(now, label, person, nowMs);
    case 'approve':
      return withLabel(now, label, person, nowMs);
    case 'approve-bot':
      // Of other peers' accounts one that was started anew knows only once it has heard those peers.
      return isEverybodys ? withLabel(now, label, bot, nowMs) : undefined;
    case 'approve-stranger':
      return withLabel(now, label, stranger, nowMs);
    case 'say-retry':
    case 'say-release':
    case 'say-stop':
      return withRemark(now, { ...said, line: `/bzzz ${what.slice(4)}` }, nowMs);
    case 'say-as-stranger': {
      const association = 'NONE';
      return withRemark(now, { ...said, by: stranger, association, line: '/bzzz stop' }, nowMs);
    }
    case 'review':
      return inReview && withReview(now, { ...said, text: 'not like this' }, nowMs);
    case 'review-as-stranger': {
      const by = stranger;
      return inReview && withReview(now, { by, association: 'NONE', text: 'do this' }, nowMs);
    }
    case 'fail-checks':
      return inReview && { review: { ...review, failedAt: review.failedAt.union(inReview) } };
    case 'conflict':
      return inReview && { review: { ...review, conflictAt: review.conflictAt.union(inReview) } };
    case 'say-and-edit':
      return withRemark(now, { ...said, line: '/bzzz stop', edited: true }, nowMs);
    case 'edit':
      return { issue: { ...issue, body: `${issue.body}\n\nedited` } };
    case 'delete-lock':
      return lock === null ? undefined : { lock: null };
    case 'delete-result': {
      if (result === null) return undefined;
      // As on GitHub: a pull request goes with its branch.
      const closed = pullRequest && {
        ...pullRequest,
        state: closedUnlessMerged(pullRequest.state),
      };
      return { result: null, pullRequest: closed };
    }
    case 'push-lock':
      return lock === null ? undefined : { lock: byHand() };
    case 'forge-lock':
      return lock === null ? undefined : { lock: forgedLock(state, lock) };
    case 'push-result':
      return { result: byHand() };
    case 'close-pull-request':
      return pullRequest?.state === 'open'
        ? { pullRequest: { ...pullRequest, state: 'closed' } }
        : undefined;
    case 'merge':
      return pullRequest?.state === 'open'
        ? { pullRequest: { ...pullRequest, state: 'merged' }, issue: { ...issue, state: 'closed' } }
        : undefined;
    case 'merge-only':
      return pullRequest?.state === 'open'
        ? { pullRequest: { ...pullRequest, state: 'merged' } }
        : undefined;
  }
}

/** A commit in the form of bzzz that names the holder, but that nobody signed. */
function forgedLock(state: ForgeState, tip: Oid): Oid {
  const below = state.object(tip);
  if (below === undefined) return tip;
  const repo = RepoName.parse('octo/virtual');
  try {
    const { record } = decodeLockCommit(repo, below);
    const epoch = Epoch.parse(record.epoch + 1);
    const { task, peer, account, former, attempt, leaseMs, nonce, bodySha256 } = record;
    const shared = { task, peer, account, former, attempt, leaseMs, nonce, bodySha256 };
    const statement = { record: { state: 'held' as const, ...shared, epoch }, parent: tip };
    const signature = new Uint8Array(64);
    return state.put(encodeLockCommit({ ...statement, timeSeconds: 0, signature }));
  } catch (error) {
    // On top of a person's commit there is nothing to imitate.
    if (isBzzzError(error, 'lock_malformed')) return tip;
    throw error;
  }
}

function closedUnlessMerged(state: 'open' | 'closed' | 'merged'): 'closed' | 'merged' {
  return state === 'merged' ? 'merged' : 'closed';
}
