/** What the forge does to everybody, to one peer or to one account for a while. */
import type { Account, PeerId } from '@bzzz/protocol';

export interface ForgeWeather {
  /** Whether a request of this peer gets there. */
  reaches(peer: PeerId): boolean;
  /** A rule of the forge refuses every push. */
  refuses(): boolean;
  /** How long the forge tells an account to wait, asked now; 0: it answers. */
  toldMs(account: Account, kind: RequestKind): number;
  /** How long the forge was away for a peer in the time since, at least so long at a time. */
  awayMs(peer: PeerId, sinceMs: number, atLeastMs: number): number;

  /** Nobody reaches it until the returned function is called. */
  goAway(): () => void;
  /** These alone do not reach it. */
  cutOff(peers: readonly PeerId[]): () => void;
  refuse(): () => void;
  limit(account: Account, limit: Limit): void;
  clear(): void;
}

export type RequestKind = 'read' | 'write';

export interface Limit {
  /**
   * `primary`: the account's requests of this hour are used up, reads among them, until a time that the
   * forge names. `secondary`: it wrote too fast; its reads go on.
   */
  readonly kind: 'primary' | 'secondary';
  readonly untilMs: number;
  /** False: the forge says "later" without a time, and the adapter waits for as long as GitHub asks for. */
  readonly tells: boolean;
}

/** As in the adapter of production: its wait where none is named, and what it adds to a time in seconds. */
const unnamedWaitMs = 60_000;
const roundingMs = 1_000;

export function createForgeWeather(nowMs: () => number): ForgeWeather {
  const outages = createSpell(nowMs);
  const cuts = new Map<PeerId, Spell>();
  const refusals = createSpell(nowMs);
  const limits = new Map<Account, Map<Limit['kind'], Limit>>();

  function cutOf(peer: PeerId): Spell {
    const spell = cuts.get(peer) ?? createSpell(nowMs);
    cuts.set(peer, spell);
    return spell;
  }

  function waitOf(account: Account, kind: Limit['kind']): number {
    const limit = limits.get(account)?.get(kind);
    const leftMs = limit === undefined ? 0 : limit.untilMs - nowMs();
    if (limit === undefined || leftMs <= 0) return 0;
    if (kind === 'primary') return leftMs + roundingMs;
    return limit.tells ? Math.ceil(leftMs / 1_000) * 1_000 : unnamedWaitMs;
  }

  return {
    reaches: (peer) => !outages.lasts() && cuts.get(peer)?.lasts() !== true,
    refuses: refusals.lasts,
    toldMs(account, kind) {
      const primaryMs = waitOf(account, 'primary');
      return primaryMs > 0 || kind === 'read' ? primaryMs : waitOf(account, 'secondary');
    },
    awayMs(peer, sinceMs, atLeastMs) {
      const spans = [...outages.spans(), ...(cuts.get(peer)?.spans() ?? [])];
      return merged(spans)
        .filter(({ fromMs, toMs }) => toMs - fromMs >= atLeastMs)
        .map(({ fromMs, toMs }) => Math.max(0, toMs - Math.max(fromMs, sinceMs)))
        .reduce((sum, ms) => sum + ms, 0);
    },
    goAway: outages.begin,
    cutOff(peers) {
      const ends = peers.map((peer) => cutOf(peer).begin());
      return () => {
        for (const end of ends) end();
      };
    },
    refuse: refusals.begin,
    limit(account, limit) {
      const ofAccount = limits.get(account) ?? new Map<Limit['kind'], Limit>();
      limits.set(account, ofAccount.set(limit.kind, limit));
    },
    clear() {
      for (const spell of [outages, refusals, ...cuts.values()]) spell.clear();
      limits.clear();
    },
  };
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something that lasts while anybody wants it to. */
interface Spell {
  begin(): () => void;
  lasts(): boolean;
  clear(): void;
  /** When it lasted, until now. */
  spans(): readonly Span[];
}

function createSpell(nowMs: () => number): Spell {
  const reasons = new Set<object>();
  const past: Span[] = [];
  let sinceMs = 0;

  function end(): void {
    past.push({ fromMs: sinceMs, toMs: nowMs() });
  }

  return {
    begin() {
      const reason = {};
      if (reasons.size === 0) sinceMs = nowMs();
      reasons.add(reason);
      return () => {
        if (reasons.delete(reason) && reasons.size === 0) end();
      };
    },
    lasts: () => reasons.size > 0,
    clear() {
      if (reasons.size > 0) end();
      reasons.clear();
    },
    spans: () => (reasons.size === 0 ? past : [...past, { fromMs: sinceMs, toMs: nowMs() }]),
  };
}

/** Spans that overlap are one. */
function merged(spans: readonly Span[]): Span[] {
  const whole: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = whole.at(-1);
    if (last === undefined || span.fromMs > last.toMs) whole.push(span);
    else whole.splice(-1, 1, { ...last, toMs: Math.max(last.toMs, span.toMs) });
  }
  return whole;
}
