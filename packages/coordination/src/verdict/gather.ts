/**
 * Asks other peers for their verdicts on a result of ours until enough have passed it, everybody was
 * asked, or time is up. As many are asked at a time as are still missing; who declines, disagrees or
 * goes away is replaced by the next.
 */
import {
  BzzzError,
  type Capabilities,
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
import type { Quarantine } from '../quarantine/quarantine.ts';
import { pause } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import { hasPassed, isParty, isQuorum, objectionTo, type Publication } from './certificate.ts';

export interface GatherDeps {
  readonly clock: Clock;
  readonly mesh: Pick<Mesh, 'peer' | 'request'>;
  readonly membership: Pick<Membership, 'all' | 'live' | 'isDead' | 'missing' | 'unheard'>;
  readonly signer: Pick<Signer, 'verify'>;
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly trouble: Trouble;
  /** Its peers are not asked, and what they said before does not count any more. */
  readonly quarantine: Pick<Quarantine, 'has'>;
}

export interface Gathered {
  readonly verdicts: readonly Verdict[];
  /** Who gave none, and why. */
  readonly declined: readonly Declined[];
  /** Who was at it when the others were enough; absent: nobody. */
  readonly underWay?: readonly PeerId[];
}

interface Declined {
  readonly peer: PeerId;
  readonly reason: string;
}

type Found =
  | { readonly kind: 'found'; readonly verdict: Verdict }
  | { readonly kind: 'declined' | 'gone'; readonly reason: string };

/** Between two questions to the same peer: the first pause, and the longest. */
const askAgainMs = 250;
const askAgainMsMax = 5_000;
/** Questions in a row that got no answer, after which a peer counts as gone; and until it is asked again. */
const missesMax = 6;
const awayMs = 10_000;
/**
 * So long nobody is given up who is connected and cannot judge, as far as it was heard: a peer that has just
 * started looks for its sandbox first.
 */
const startingMs = 10_000;
/** Between two looks at who else there is. */
const lookMs = 1_000;
/** Who has not answered for so long does not keep others from being asked. */
const patienceMs = 60_000;

/** Returns what was found by the time that `signal` fires; never throws for what others do. */
export async function gatherVerdicts(
  deps: GatherDeps,
  publication: Publication,
  signal: AbortSignal,
): Promise<Gathered> {
  const { clock, membership } = deps;
  const { record } = publication;
  const verdicts: Verdict[] = [];
  const declined: Declined[] = [];
  /** Everybody who is asked, has answered, or has gone away lately. */
  const asked = new Set<PeerId>();
  const asking = new Map<PeerId, { readonly sinceMs: number; readonly over: Promise<void> }>();
  const enough = new AbortController();
  const until = AbortSignal.any([signal, enough.signal]);
  const startedAtMs = clock.monotonicMs();
  let wentAway = 0;

  async function askFor(peer: PeerId): Promise<void> {
    const found = await ask(deps, publication, peer, until);
    if (found === undefined) return;
    await journal(deps, publication, peer, found);
    if (found.kind === 'found') verdicts.push(found.verdict);
    if (found.kind === 'declined') declined.push({ peer, reason: found.reason });
    if (found.kind !== 'gone') return;
    // It may be back in a moment, as after a restart: it is asked again then.
    wentAway += 1;
    void forgetLater(peer);
  }

  async function forgetLater(peer: PeerId): Promise<void> {
    await pause(deps.clock, awayMs, until);
    asked.delete(peer);
    wentAway -= 1;
  }

  function counting(): Verdict[] {
    return verdicts.filter(({ statement }) => !deps.quarantine.has(statement.peer));
  }

  /** How many more to ask: who takes long counts as one that may never answer. */
  function wanted(): number {
    const missing = record.verdicts - counting().filter(hasPassed).length;
    const room = limits.verdictsMax - verdicts.length - asking.size;
    const prompt = [...asking.values()].filter(
      ({ sinceMs }) => clock.monotonicMs() - sinceMs < patienceMs,
    );
    return Math.min(room, missing - prompt.length);
  }

  /** Those that may still become somebody to ask. */
  function expected(): number {
    // Members of an earlier run that were not heard yet come one by one, too.
    const others = wentAway + membership.missing().length;
    const isStarting = clock.monotonicMs() - startedAtMs < startingMs;
    return isStarting ? others + undecided(deps, publication, asked) : others;
  }

  while (!isQuorum(record, counting().filter(hasPassed)) && !signal.aborted) {
    for (const peer of candidates(deps, publication, asked).slice(0, Math.max(0, wanted()))) {
      asked.add(peer);
      const over = askFor(peer).finally(() => asking.delete(peer));
      asking.set(peer, { sinceMs: clock.monotonicMs(), over });
    }
    const waiting = [...asking.values()].map(({ over }) => over);
    if (waiting.length + expected() === 0) break;
    await Promise.race([...waiting, pause(deps.clock, lookMs, until)]);
  }
  const isEnough = !signal.aborted && asking.size > 0;
  const left = [...asking.keys()];
  enough.abort();
  await Promise.all([...asking.values()].map(({ over }) => over));
  if (!isEnough) return { verdicts: counting(), declined };
  const settled = [...verdicts.map(({ statement }) => statement), ...declined];
  const answered = new Set(settled.map(({ peer }) => peer));
  const underWay = left.filter((peer) => !answered.has(peer));
  return { verdicts: counting(), declined, underWay };
}

/** What one peer found, journalled; undefined: nothing that counts, or `signal` fired first. */
export async function verdictOf(
  deps: GatherDeps,
  publication: Publication,
  peer: PeerId,
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  const found = await ask(deps, publication, peer, signal);
  if (found === undefined) return undefined;
  await journal(deps, publication, peer, found);
  return found.kind === 'found' ? found.verdict : undefined;
}

/** Those that could judge, in an order of their own for each result, so that not everybody asks the same. */
function candidates(
  deps: GatherDeps,
  publication: Publication,
  asked: ReadonlySet<PeerId>,
): PeerId[] {
  const able = deps.membership
    .live()
    .filter((one) => isAble(one) && mayBeAsked(deps, publication, one) && !asked.has(one.peer))
    .map(({ peer }) => peer);
  return rendezvous(publication.record.result, able);
}

/** How many are connected that could be asked, had they said that they are able. */
function undecided(deps: GatherDeps, publication: Publication, asked: ReadonlySet<PeerId>): number {
  const { membership } = deps;
  const unable = membership
    .all()
    .filter(({ connected, capabilities }) => connected && !isAble(capabilities))
    .filter(({ capabilities }) => mayBeAsked(deps, publication, capabilities))
    .filter(({ capabilities: { peer } }) => !asked.has(peer));
  return unable.length + membership.unheard().length;
}

function isAble({ sandbox, slots }: Capabilities): boolean {
  return slots > 0 && sandbox !== 'none';
}

function mayBeAsked(
  { mesh, quarantine }: GatherDeps,
  { record }: Publication,
  { peer, repositories }: Capabilities,
): boolean {
  const { repo } = taskParts(record.task);
  const isOther = peer !== mesh.peer && !isParty(record, peer);
  return isOther && repositories.includes(repo) && !quarantine.has(peer);
}

/** Undefined: time was up first. */
async function ask(
  deps: GatherDeps,
  { oid: lock, record }: Publication,
  peer: PeerId,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const request = { task: record.task, lock, commit: record.result };
  let misses = 0;
  for (let asks = 0; !signal.aborted; asks += 1) {
    if (deps.quarantine.has(peer)) return { kind: 'declined', reason: 'it is in quarantine' };
    try {
      const response = await deps.mesh.request(verifyProtocol, peer, request, { signal });
      misses = 0;
      const settled = await settledBy(deps, { oid: lock, record }, peer, response);
      if (settled !== undefined) return settled;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!isBzzzError(error)) throw error;
      misses += 1;
      if (deps.membership.isDead(peer)) return { kind: 'gone', reason: 'it died' };
      if (misses === missesMax) return { kind: 'gone', reason: error.reason };
    }
    await pause(deps.clock, Math.min(askAgainMsMax, askAgainMs * 2 ** asks), signal);
  }
  return undefined;
}

/** Undefined: it is at it. */
async function settledBy(
  deps: GatherDeps,
  publication: Pick<Publication, 'oid' | 'record'>,
  peer: PeerId,
  response: VerifyResponse,
): Promise<Found | undefined> {
  switch (response.kind) {
    case 'working':
      return undefined;
    case 'declined':
      return { kind: 'declined', reason: response.reason };
    case 'verdict': {
      const { verdict } = response;
      const objection =
        verdict.statement.peer === peer
          ? await objectionTo(deps.signer, verdict, publication)
          : `${peer} handed on the verdict of another`;
      if (objection === undefined) return { kind: 'found', verdict };
      deps.trouble.tell(new BzzzError('certificate_invalid', objection), publication.record.task);
      return { kind: 'declined', reason: objection };
    }
  }
}

async function journal(
  { chronicle }: GatherDeps,
  { record: { task, epoch } }: Publication,
  peer: PeerId,
  found: Found,
): Promise<void> {
  const { outcome, reason } =
    found.kind === 'found'
      ? found.verdict.statement
      : { outcome: 'declined' as const, reason: found.reason };
  const said = reasonOf(reason).slice(0, limits.reasonCharsMax).toWellFormed();
  await chronicle.record({ kind: 'verdict.heard', task, epoch, peer, outcome, reason: said });
}
