/**
 * From a published result with its pull request to the end: other peers run the acceptance themselves;
 * what they found is shown with a certificate, and with a quorum the draft becomes ready for review.
 * Without one it stays a draft, and says so.
 */
import {
  BzzzError,
  isBzzzError,
  type Oid,
  parsePolicy,
  type RepoName,
  taskParts,
  type Verdict,
} from '@bzzz/protocol';
import type { Fence } from '../fence/fence.ts';
import type { LockCommit } from '../fence/commit.ts';
import type { Clock, Forge, Random } from '../ports/index.ts';
import { throwIfAborted } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import { hasPassed, isQuorum, type Publication } from '../verdict/certificate.ts';
import type { Gathered } from '../verdict/gather.ts';
import type { Verdicts } from '../verdict/verdicts.ts';
import { forgeWork } from './insist.ts';
import { verdictsComment } from './texts.ts';
import type { Visible } from './visible.ts';

export interface VerifyDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly forge: Pick<Forge, 'findPullRequests' | 'readBase'>;
  readonly trouble: Trouble;
  readonly fence: Pick<Fence, 'look'>;
  readonly visible: Pick<Visible, 'verdicts' | 'ready'>;
  readonly verdicts: Verdicts;
}

export interface VerifyOptions {
  readonly peerName: string;
  readonly backoffMs: number;
  readonly hooks: {
    readonly onStep: (step: { verifying: number }) => void;
    /** Handed a function that makes us look whether people still want a verdict. */
    readonly onRecheck: (recheck: () => void) => void;
  };
}

/** Where no policy says it. */
const rulesDefault: Rules = { waitMs: 900_000, draft: true };

export interface Verifying {
  readonly tip: LockCommit;
  readonly pullRequest: number;
  /** The commit that the result has replaced, at which a stale list may still show the pull request. */
  readonly before?: Oid | undefined;
}

type Shown = Publication & Pick<Verifying, 'before'>;

/** Returns in a sentence how far the result is verified. Throws only on abort, and what no later try can mend. */
export async function verifyResult(
  deps: VerifyDeps,
  options: VerifyOptions,
  { tip, pullRequest, before }: Verifying,
  signal: AbortSignal,
): Promise<string> {
  const published = publicationOf(tip);
  const publication = published && { ...published, before };
  if (publication === undefined) return 'unverified: the lock names no result any more';
  const { record } = publication;
  if (record.verdicts === 0) {
    await deps.visible.ready(record, pullRequest, signal);
    return 'ready for review; the policy asks no other peer for a verdict';
  }
  options.hooks.onStep({ verifying: pullRequest });
  const { repo } = taskParts(record.task);
  const rules = await forgeWork(deps, options, record, signal, () => rulesOf(deps, repo, signal));
  // What its author could not try nobody sees as ready on a helper's word alone.
  const isDraft = rules.draft || record.prover !== undefined;
  if (!isDraft) await readyAtOnce(deps, options, { ...publication, pullRequest }, signal);
  const gathered = await gatherWhileOpen(deps, options, publication, rules.waitMs, signal);
  throwIfAborted(signal);
  await forgeWork(deps, options, record, signal, () => assertNotFenced(deps, record, signal));
  const objection = await forgeWork(deps, options, record, signal, () =>
    inPeoplesHands(deps, publication, signal),
  );
  if (objection !== undefined) return `unverified: ${objection}`;
  const { verdicts, underWay = [] } = gathered;
  const show = showing(deps, options, publication, pullRequest);
  if (verdicts.length > 0) await show(verdicts, signal);
  const passed = verdicts.filter(hasPassed);
  if (!isQuorum(record, passed))
    return unverified(record.verdicts, gathered, { ...rules, draft: isDraft });
  await deps.visible.ready(record, pullRequest, signal);
  const { waitMs } = rules;
  if (underWay.length > 0) {
    const showAll = async (late: readonly Verdict[], until: AbortSignal) => {
      await forgeWork(deps, options, record, until, () => assertNotFenced(deps, record, until));
      await show([...verdicts, ...late], until);
    };
    deps.verdicts.hearLate({ publication, peers: underWay, waitMs, show: showAll });
  }
  const others = verdicts.length - passed.length;
  const disagree = others === 0 ? '' : `; ${others} disagreed`;
  return `verified: ${passed.length} of ${record.verdicts} other peers ran the acceptance themselves${disagree}`;
}

/** Puts on the pull request what others found, in place of what stood there. */
function showing(
  deps: VerifyDeps,
  { peerName }: VerifyOptions,
  publication: Publication,
  pullRequest: number,
) {
  return async (verdicts: readonly Verdict[], signal: AbortSignal): Promise<void> => {
    const { record } = publication;
    const certificate = await deps.verdicts.certify(publication, verdicts);
    const body = verdictsComment(peerName, record, verdicts, certificate);
    await deps.visible.verdicts(record, pullRequest, body, signal);
  };
}

function publicationOf({ oid, commit, record }: LockCommit): Publication | undefined {
  return record.state === 'result' ? { oid, commit, record } : undefined;
}

/** Where the policy wants no draft; not against somebody who holds the task, or has the pull request in hand. */
async function readyAtOnce(
  deps: VerifyDeps,
  options: VerifyOptions,
  { pullRequest, ...publication }: Shown & { readonly pullRequest: number },
  signal: AbortSignal,
): Promise<void> {
  const { record } = publication;
  await forgeWork(deps, options, record, signal, () => assertNotFenced(deps, record, signal));
  const objection = await forgeWork(deps, options, record, signal, () =>
    inPeoplesHands(deps, publication, signal),
  );
  if (objection === undefined) {
    await deps.visible.ready(record, pullRequest, signal, { verified: false });
  }
}

/** Throws `task_fenced` where somebody else completes it by now: he has his own words. */
async function assertNotFenced(
  { fence }: VerifyDeps,
  { task, epoch }: Publication['record'],
  signal: AbortSignal,
): Promise<void> {
  const { tip } = await fence.look(task, signal);
  if (tip.kind !== 'record' || tip.record.epoch <= epoch) return;
  throw new BzzzError('task_fenced', `${tip.record.peer} holds it in epoch ${tip.record.epoch}`);
}

interface Rules {
  readonly waitMs: number;
  /** Whether it is a draft until it is verified. */
  readonly draft: boolean;
}

async function rulesOf({ forge }: VerifyDeps, repo: RepoName, signal: AbortSignal): Promise<Rules> {
  const { policy } = await forge.readBase(repo, { signal });
  if (policy === null) return rulesDefault;
  try {
    const { draft, limits } = parsePolicy(policy);
    return { draft, waitMs: limits.verdictMs };
  } catch (error) {
    if (isBzzzError(error, 'policy_invalid')) return rulesDefault;
    throw error;
  }
}

/** What people did that makes a verdict needless; undefined: the result still waits for one. */
async function inPeoplesHands(
  { forge }: VerifyDeps,
  { record, before }: Shown,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { repo, number } = taskParts(record.task);
  const [latest] = await forge.findPullRequests(repo, number, { signal });
  // A list that does not show it yet says nothing.
  if (latest === undefined) return undefined;
  if (latest.state !== 'open') return `its pull request was ${latest.state} first`;
  // A verdict is about one commit, and the pull request would be called ready for another.
  const isOurs = latest.head === record.result || latest.head === before;
  return isOurs ? undefined : 'people pushed to its branch';
}

/** Ends early when people close the pull request. */
async function gatherWhileOpen(
  deps: VerifyDeps,
  { hooks }: VerifyOptions,
  publication: Shown,
  waitMs: number,
  signal: AbortSignal,
): Promise<Gathered> {
  const over = new AbortController();
  const end = () => over.abort(new BzzzError('timeout', 'no more verdicts are waited for'));
  const cancel = deps.clock.after(waitMs, end);
  const until = AbortSignal.any([signal, over.signal]);
  const look = async () => {
    if ((await inPeoplesHands(deps, publication, until)) !== undefined) end();
  };
  hooks.onRecheck(() => {
    look().catch((error: unknown) => {
      if (!until.aborted) deps.trouble.tell(error, publication.record.task);
    });
  });
  try {
    return await deps.verdicts.gather(publication, until);
  } finally {
    cancel();
    hooks.onRecheck(() => undefined);
  }
}

function unverified(
  wanted: number,
  { verdicts, declined }: Gathered,
  { waitMs, draft }: Rules,
): string {
  const stays = draft ? ', so it stays a draft' : '';
  const passed = verdicts.filter(hasPassed).length;
  const failed = verdicts.filter((verdict: Verdict) => !hasPassed(verdict)).length;
  if (verdicts.length + declined.length === 0) {
    return `unverified: no other peer that could judge it answered${stays}`;
  }
  const said = [
    ...(failed === 0 ? [] : [`${failed} found that the acceptance fails`]),
    ...(declined.length === 0 ? [] : [`${declined.length} gave none`]),
  ];
  const rest = said.length === 0 ? `within ${Math.round(waitMs / 1000)} s` : said.join(', ');
  return `unverified: ${passed} of ${wanted} verdicts (${rest})${stays}`;
}
