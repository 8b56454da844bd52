/**
 * Asks other peers for their verdicts on a result of ours until enough have passed it, everybody was
 * asked, or time is up. As many are asked at a time as are still missing; who declines, disagrees or
 * goes away is replaced by the next.
 */
import {
  BzzzError,
  isBzzzError,
  limits,
  type PeerId,
  reasonOf,
  taskParts,
  type Verdict,
  verifyProtocol,
  type VerifyResponse,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import { rendezvous } from '../contest/rendezvous.ts';
import type { Membership } from '../membership/membership.ts';
import type { Clock, Mesh, Signer } from '../ports/index.ts';
import { sleep } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import { hasPassed, isQuorum, objectionTo, type Publication } from './certificate.ts';

export interface GatherDeps {
  readonly clock: Clock;
  readonly mesh: Pick<Mesh, 'peer' | 'request'>;
  readonly membership: Pick<Membership, 'live' | 'isDead' | 'missing'>;
  readonly signer: Pick<Signer, 'verify'>;
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly trouble: Trouble;
}

export interface Gathered {
  readonly verdicts: readonly Verdict[];
  /** Who gave none, and why. */
  readonly declined: readonly Declined[];
}

interface Declined {
  readonly peer: PeerId;
  readonly reason: string;
}

/** Between two questions to the same peer: the first pause, and the longest. */
const askAgainMs = 250;
const askAgainMsMax = 5_000;
/** Questions in a row that got no answer, after which a peer counts as gone. */
const missesMax = 6;

/** Returns what was found by the time that `signal` fires; never throws for what others do. */
export async function gatherVerdicts(
  deps: GatherDeps,
  publication: Publication,
  signal: AbortSignal,
): Promise<Gathered> {
  const verdicts: Verdict[] = [];
  const declined: Declined[] = [];
  const asked = new Set<PeerId>();
  const asking = new Map<PeerId, Promise<void>>();
  const { record } = publication;

  async function askFor(peer: PeerId): Promise<void> {
    const found = await ask(deps, publication, peer, signal);
    if (found === undefined) return;
    if ('statement' in found) verdicts.push(found);
    else declined.push({ peer, reason: found.reason });
    await journal(deps, publication, peer, found);
  }

  function missing(): number {
    const room = limits.verdictsMax - verdicts.length;
    return Math.min(room, record.verdicts - verdicts.filter(hasPassed).length);
  }

  while (!isQuorum(record, verdicts.filter(hasPassed)) && !signal.aborted && missing() > 0) {
    for (const peer of candidates(deps, publication, asked)) {
      if (asking.size >= missing()) break;
      asked.add(peer);
      asking.set(
        peer,
        askFor(peer).finally(() => asking.delete(peer)),
      );
    }
    if (asking.size > 0) await Promise.race(asking.values());
    // Members of an earlier run that were not heard yet: after a restart they come one by one.
    else if (deps.membership.missing().length > 0) await pause(deps, askAgainMsMax, signal);
    else break;
  }
  await Promise.all(asking.values());
  return { verdicts, declined };
}

/** Those that could judge, in an order of their own for each result, so that not everybody asks the same. */
function candidates(
  { mesh, membership }: GatherDeps,
  { record }: Publication,
  asked: ReadonlySet<PeerId>,
): PeerId[] {
  const { repo } = taskParts(record.task);
  const able = membership
    .live()
    .filter(({ peer, repositories, slots }) => {
      return peer !== mesh.peer && slots > 0 && repositories.includes(repo) && !asked.has(peer);
    })
    .map(({ peer }) => peer);
  return rendezvous(record.result, able);
}

/** Undefined: time was up first. */
async function ask(
  deps: GatherDeps,
  { oid: lock, record }: Publication,
  peer: PeerId,
  signal: AbortSignal,
): Promise<Verdict | { readonly reason: string } | undefined> {
  const request = { task: record.task, lock, commit: record.result };
  let misses = 0;
  for (let asks = 0; !signal.aborted; asks += 1) {
    try {
      const response = await deps.mesh.request(verifyProtocol, peer, request, { signal });
      misses = 0;
      const settled = await settledBy(deps, { oid: lock, record }, peer, response);
      if (settled !== undefined) return settled;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!isBzzzError(error)) throw error;
      misses += 1;
      if (deps.membership.isDead(peer)) return { reason: 'it died' };
      if (misses === missesMax) return { reason: error.reason };
    }
    await pause(deps, Math.min(askAgainMsMax, askAgainMs * 2 ** asks), signal);
  }
  return undefined;
}

/** Undefined: it is at it. */
async function settledBy(
  deps: GatherDeps,
  publication: Pick<Publication, 'oid' | 'record'>,
  peer: PeerId,
  response: VerifyResponse,
): Promise<Verdict | { readonly reason: string } | undefined> {
  switch (response.kind) {
    case 'working':
      return undefined;
    case 'declined':
      return { reason: response.reason };
    case 'verdict': {
      const { verdict } = response;
      const objection =
        verdict.statement.peer === peer
          ? await objectionTo(deps.signer, verdict, publication)
          : `${peer} handed on the verdict of another`;
      if (objection === undefined) return verdict;
      deps.trouble.tell(new BzzzError('certificate_invalid', objection), publication.record.task);
      return { reason: objection };
    }
  }
}

async function journal(
  { chronicle }: GatherDeps,
  { record: { task, epoch } }: Publication,
  peer: PeerId,
  found: Verdict | { readonly reason: string },
): Promise<void> {
  const { outcome, reason } =
    'statement' in found ? found.statement : { outcome: 'declined' as const, reason: found.reason };
  const said = reasonOf(reason).slice(0, limits.reasonCharsMax).toWellFormed();
  await chronicle.record({ kind: 'verdict.heard', task, epoch, peer, outcome, reason: said });
}

/** Ends early, without an error, when the signal fires. */
async function pause({ clock }: GatherDeps, delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(clock, delayMs, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
