/**
 * A token that is lent for a time, or looked up anew from time to time. It is replaced before it expires, so
 * that nobody waits for it. All who ask meanwhile share one exchange with the source. While the source is
 * down, the last token serves until it expires; whoever needs one then is told what was wrong at the last
 * try, and only a timer tries again, ever less often: a source must not be asked as often as we work.
 */
import type { Clock } from '@bzzz/coordination';
import { BzzzError, isBzzzError, reasonOf } from '@bzzz/protocol';
import { assertLive, untilAborted } from '../abort.ts';
import { systemClock } from '../clock.ts';
import { plainToken } from './plain.ts';
import type { TokenOptions, TokenSource, TokenState } from './source.ts';

export interface Obtained {
  readonly token: string;
  /** Null: it does not expire. */
  readonly livesMs: number | null;
  /** When to ask again, at the latest. Default: after two thirds of its life. */
  readonly renewAfterMs?: number | undefined;
  readonly permissions?: Readonly<Record<string, string>> | null;
}

/** What a kind of source has to do; everything else is done here. */
export interface Lender {
  /** As in `TokenState`. */
  readonly from: string;
  /**
   * `anew`: what it lent last is no good any more. Throws coded errors; one with a `retryAfterMs` is not asked
   * again before.
   */
  obtain(options: { readonly anew: boolean; readonly signal: AbortSignal }): Promise<Obtained>;
  giveBack?(): Promise<void>;
}

export interface RenewedDeps {
  readonly lender: Lender;
  /** Default: the machine's own. */
  readonly clock?: Clock | undefined;
  /** Told when the source begins to fail and, with null, when it does no more. */
  readonly onTrouble?: ((error: BzzzError | null) => void) | undefined;
}

/** A timer of Node's ends at once when it is set for longer than 24 days. */
const pauseMsMax = 86_400_000;
const firstRetryMs = 1_000;
const retryMsMax = 60_000;
/** Not asked for anew: a forge may not know it everywhere yet, and the source may have no other. */
const youngMs = 2_000;
/** Sooner than it really expires, it is not handed out any more. */
const marginMs = 5_000;

interface Trouble {
  readonly error: BzzzError;
  readonly sinceMs: number;
  /** Nobody asks before. */
  readonly untilMs: number;
}

interface Held {
  readonly token: string;
  readonly gotAtMs: number;
  readonly expiresAtMs: number;
  readonly permissions: Readonly<Record<string, string>> | null;
}

export function renewedToken(deps: RenewedDeps): Required<TokenSource> {
  const { lender, clock = systemClock, onTrouble } = deps;
  const closing = new AbortController();
  let held: Held | null = null;
  let refusedToken: string | null = null;
  let trouble: Trouble | null = null;
  let failures = 0;
  let asking: { readonly promise: Promise<Held>; readonly anew: boolean } | null = null;
  let cancelTimer = (): void => undefined;

  const usable = (): Held | null =>
    held !== null && held.token !== refusedToken && clock.monotonicMs() < held.expiresAtMs
      ? held
      : null;

  const isYoung = ({ gotAtMs, expiresAtMs }: Held): boolean => {
    const nowMs = clock.monotonicMs();
    return nowMs - gotAtMs < youngMs && nowMs < expiresAtMs;
  };

  /** Returns the pause that it makes. */
  function askAgainIn(pauseMs: number): number {
    cancelTimer();
    const inMs = Math.min(pauseMsMax, Math.max(firstRetryMs, pauseMs));
    // What goes wrong is kept as trouble, and told by whoever is asked next.
    cancelTimer = clock.after(inMs, () => void ask().catch(() => undefined));
    return inMs;
  }

  /** One that failed a moment ago is not asked; how long that lasts is told. */
  function askUnlessInTrouble(): Promise<Held> {
    const leftMs = (trouble?.untilMs ?? 0) - clock.monotonicMs();
    if (asking !== null || trouble === null || leftMs <= 0) return ask();
    const { code, reason } = trouble.error;
    throw new BzzzError(code, reason, { cause: trouble.error, retryAfterMs: leftMs });
  }

  function ask(): Promise<Held> {
    if (asking !== null) return asking.promise;
    const anew = held !== null && held.token === refusedToken;
    const promise = exchange(anew).finally(() => {
      asking = null;
    });
    asking = { promise, anew };
    return promise;
  }

  async function exchange(anew: boolean): Promise<Held> {
    try {
      const obtained = await lender.obtain({ anew, signal: closing.signal });
      closing.signal.throwIfAborted();
      held = heldOf(obtained, clock.monotonicMs());
      askAgainIn(obtained.renewAfterMs ?? (obtained.livesMs ?? pauseMsMax) * (2 / 3));
      failures = 0;
      if (trouble !== null) onTrouble?.(null);
      trouble = null;
      return held;
    } catch (error) {
      if (closing.signal.aborted) throw new BzzzError('aborted', 'the peer stops');
      const told = toldBy(lender, error);
      const backoffMs = Math.min(retryMsMax, firstRetryMs * 2 ** Math.min(failures, 10));
      const pauseMs = askAgainIn(Math.max(backoffMs, told.retryAfterMs ?? 0));
      failures += 1;
      if (trouble === null) onTrouble?.(told);
      const nowMs = clock.monotonicMs();
      trouble = { error: told, sinceMs: trouble?.sinceMs ?? nowMs, untilMs: nowMs + pauseMs };
      throw told;
    }
  }

  async function get(refused: string | undefined): Promise<string> {
    if (closing.signal.aborted) throw new BzzzError('aborted', 'the peer stops');
    if (held !== null && isYoung(held)) return held.token;
    if (refused !== undefined && refused === held?.token) {
      refusedToken = refused;
      // One that had begun before may bring the very same token.
      if (asking?.anew === false) await asking.promise.catch(() => undefined);
    }
    return (usable() ?? (await askUnlessInTrouble())).token;
  }

  return {
    async get({ refused, signal }: TokenOptions = {}) {
      if (signal === undefined) return get(refused);
      assertLive(signal);
      return untilAborted(get(refused), signal);
    },
    state(): TokenState {
      const nowMs = clock.monotonicMs();
      const now = usable();
      const expiresInMs = now === null ? null : now.expiresAtMs - nowMs;
      return {
        from: lender.from,
        usable: now !== null,
        expiresInMs: expiresInMs === Number.POSITIVE_INFINITY ? null : expiresInMs,
        permissions: now?.permissions ?? null,
        trouble: trouble && { error: trouble.error, forMs: nowMs - trouble.sinceMs },
      };
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      cancelTimer();
      await asking?.promise.catch(() => undefined);
      held = null;
      await lender.giveBack?.();
    },
  };
}

function heldOf({ token, livesMs, permissions = null }: Obtained, nowMs: number): Held {
  const expiresAtMs =
    livesMs === null
      ? Number.POSITIVE_INFINITY
      : nowMs + livesMs - Math.min(marginMs, livesMs / 10);
  return { token: plainToken(token, 'what it lent'), gotAtMs: nowMs, expiresAtMs, permissions };
}

/** Every reason names the source, since the forge is another that may be away. */
function toldBy({ from }: Lender, error: unknown): BzzzError {
  const code = isBzzzError(error) ? error.code : 'defect';
  const wait = isBzzzError(error) ? error.retryAfterMs : undefined;
  return new BzzzError(code, `${from}: ${reasonOf(error)}`, {
    cause: error,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}
