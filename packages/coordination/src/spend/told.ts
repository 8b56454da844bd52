/**
 * What others say that their models have cost, as far as it counts against the caps of a mesh. It is their
 * word and nobody can check it, so one member alone can stop nobody: it counts at most what this peer's
 * operator lets a peer spend, and never more than half of what the mesh may.
 */
import type { DaySpend, PeerId, SpendCaps } from '@bzzz/protocol';
import type { Member } from '../membership/membership.ts';
import { dayMs } from './ledger.ts';

interface Counting {
  readonly self: PeerId;
  /** It tells two stories: what it says counts nothing. */
  readonly isSetAside: (peer: PeerId) => boolean;
  readonly caps: SpendCaps;
  /** Monotonic, so that nobody's wall clock matters. */
  readonly nowMs: number;
}

/** One for each other member whose last word about it is less than a day old: later all of it is over. */
export function toldByOthers(
  members: readonly Member[],
  { self, isSetAside, caps, nowMs }: Counting,
): DaySpend[] {
  const fresh = members.filter(
    ({ capabilities: { peer }, toldAtMs }) =>
      peer !== self && !isSetAside(peer) && nowMs - toldAtMs < dayMs,
  );
  const tokensMax = mostOfOne(caps.tokensPerDay, caps.meshTokensPerDay);
  const usdMax = mostOfOne(caps.usdPerDay, caps.meshUsdPerDay);
  return fresh
    .flatMap(({ capabilities: { spent } }) => spent ?? [])
    .map(({ tokens, costUsd }) => ({
      tokens: Math.min(tokens, tokensMax),
      costUsd: Math.min(costUsd, usdMax),
    }));
}

function mostOfOne(perPeer = Number.POSITIVE_INFINITY, perMesh = Number.POSITIVE_INFINITY): number {
  return Math.min(perPeer, perMesh / 2);
}
