/**
 * One branch of a request for help, seen from the peer that opened it: asked, kept alive, dropped, until
 * the other says that it ended or its lease is over for certain. The lease is what makes "nobody works
 * on it" known when a peer dies or is cut off (DESIGN.md 4.5, invariant 6).
 *
 * The other peer counts its lease from an answer of its own that we have heard, by its own clock, so it
 * has stopped before we stop waiting, whatever was lost on the way (Gray and Cheriton 1989).
 */
import {
  type Help,
  type HelpRequest,
  type HelpResponse,
  helpProtocol,
  type HelpTried,
  isBzzzError,
  limits,
  type PeerId,
} from '@bzzz/protocol';
import type { Membership } from '../membership/membership.ts';
import type { Clock, Mesh } from '../ports/index.ts';
import { pause } from '../support/sleep.ts';

export interface BranchDeps {
  readonly clock: Clock;
  readonly mesh: Pick<Mesh, 'request'>;
  readonly membership: Pick<Membership, 'isDead'>;
}

export interface BranchJob {
  readonly peer: PeerId;
  readonly ask: Extract<HelpRequest, { kind: 'ask' }>;
  /** How long a sign of life of ours lets it go on. */
  readonly leaseMs: number;
  /** Until when we ourselves may go on, on our monotonic clock: no branch outlives its parent. */
  readonly untilMs: () => number;
  /** Help is not wanted any more. */
  readonly dropped: AbortSignal;
}

export type BranchEnd =
  | { readonly kind: 'helped'; readonly help: Help }
  | { readonly kind: 'nothing'; readonly tried: readonly HelpTried[] }
  /** Nothing came any more, and what it may have been working on is over. */
  | { readonly kind: 'lost'; readonly reason: string };

/** Between two calls: the first pause, and the longest. */
const callAgainMs = 100;
const callAgainMsMax = 2_000;
/** Calls in a row without an answer, after which a branch that never began is given up. */
const missesMax = 4;

/** Resolves when nobody in the branch works on it any more. */
export async function followBranch(
  deps: BranchDeps,
  job: BranchJob,
  signal: AbortSignal,
): Promise<BranchEnd> {
  const { clock, membership } = deps;
  const lease = createLease(clock, job);
  let misses = 0;
  for (let calls = 0; !signal.aborted; calls += 1) {
    const nothingBegan = lease.heard === null && (job.dropped.aborted || misses >= missesMax);
    if (nothingBegan || lease.isOver()) return { kind: 'lost', reason: reasonOfLoss(job, lease) };
    const response = await call(deps, job, lease.next(), signal);
    if (response?.kind === 'ended') return endOf(response);
    // Who knows nothing of it keeps nothing alive; what he began in an earlier run ends within our lease.
    if (response === undefined || response.kind === 'unknown') misses += 1;
    else {
      misses = 0;
      const isFirst = lease.heard === null;
      lease.hear(response.number);
      // The first `stay` is what lets it begin.
      if (isFirst) continue;
    }
    if (lease.heard === null && membership.isDead(job.peer)) misses = missesMax;
    const until = AbortSignal.any([signal, ...(job.dropped.aborted ? [] : [job.dropped])]);
    await pause(clock, Math.min(callAgainMsMax, callAgainMs * 2 ** calls), until);
  }
  return { kind: 'lost', reason: 'we are stopping' };
}

/** What the other may still be doing for us, by our clock. */
function createLease(clock: Clock, job: BranchJob) {
  let heard: number | null = null;
  let endMs = 0;
  return {
    get heard() {
      return heard;
    },
    isOver: () => heard !== null && clock.monotonicMs() >= endMs,
    hear(number: number) {
      heard = Math.max(heard ?? 0, number);
      // Dropped, it is let go on no longer than it may already.
      if (job.dropped.aborted) return;
      endMs = Math.max(endMs, Math.min(clock.monotonicMs() + job.leaseMs, job.untilMs()));
    },
    next(): HelpRequest {
      const { id } = job.ask.plea;
      if (job.dropped.aborted) return { kind: 'drop', id };
      if (heard === null) return job.ask;
      const leftMs = Math.floor(endMs - clock.monotonicMs());
      const leaseMs = Math.min(limits.helpLeaseMsMax, Math.max(0, leftMs));
      return { kind: 'stay', id, heard, leaseMs };
    },
  };
}

/** Undefined: there was no answer. */
async function call(
  { mesh }: BranchDeps,
  { peer }: BranchJob,
  message: HelpRequest,
  signal: AbortSignal,
): Promise<HelpResponse | undefined> {
  try {
    return await mesh.request(helpProtocol, peer, message, { signal });
  } catch (error) {
    if (isBzzzError(error) || signal.aborted) return undefined;
    throw error;
  }
}

function endOf({ help, tried }: Extract<HelpResponse, { kind: 'ended' }>): BranchEnd {
  return help === undefined ? { kind: 'nothing', tried } : { kind: 'helped', help };
}

function reasonOfLoss({ dropped }: BranchJob, { heard }: { heard: number | null }): string {
  if (dropped.aborted) return 'it was not wanted any more';
  return heard === null ? 'it could not be reached' : 'it was not heard of any more';
}
