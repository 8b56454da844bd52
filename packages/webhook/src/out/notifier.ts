/**
 * Tells somebody outside what happened to tasks. The journal is the queue: what became durable there is told in its
 * order, one after the other, and a cursor on disk says how far. So nothing waits in memory, a receiver that is away for
 * hours misses nothing, and a crash costs at most one delivery twice, under the same id.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Random, StoredEntry } from '@bzzz/coordination';
import { BzzzError, isBzzzError, type JournalKey, type NewsKind, reasonOf } from '@bzzz/protocol';
import { readSecret } from '../secret.ts';
import { cursorIn, type Place } from './cursor.ts';
import { type News, newsOf, type Teller } from './news.ts';
import { signedHeaders } from './sign.ts';

export interface NotifierDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: {
    readonly key: JournalKey;
    length(): number;
    /** Entries from there on, then those to come, until the signal. */
    follow(options: { from: number; signal: AbortSignal }): AsyncIterable<StoredEntry>;
  };
  /** Told when a delivery begins to fail. */
  readonly onTrouble: (error: BzzzError) => void;
  /** A message is lost: it was not taken for too long. */
  readonly onGivenUp: (error: BzzzError, news: News) => void;
}

export interface NotifierOptions extends Teller {
  readonly url: string;
  readonly secretFile: string;
  readonly kinds: readonly NewsKind[];
  /** Where the cursor is kept. */
  readonly file: string;
  /** First pause after a failure, doubled up to ten minutes. Default 2 s. */
  readonly retryMs?: number;
  /** What could not be told in so long is not told any more. Default one day. */
  readonly giveUpMs?: number;
  /**
   * The same for what is refused for itself (4xx, but not 408, 425 and 429): another try hardly helps, and later ones wait.
   * Long enough to turn a receiver on or give it the right secret. Default 15 minutes.
   */
  readonly refusedMs?: number;
  /** For an answer. Default 10 s. */
  readonly requestMs?: number;
}

export interface NotifierState {
  readonly delivered: number;
  /** Deliveries that failed and were tried again. */
  readonly retried: number;
  readonly givenUp: number;
  /** Why the one that waits is not delivered; null: none waits. */
  readonly trouble: BzzzError | null;
  /** The last one that was given up; null: none, or one was delivered since. */
  readonly lost: BzzzError | null;
}

export interface Notifier {
  state(): NotifierState;
  /** Idempotent. What is under way is cut off, and told after the next start. */
  stop(): Promise<void>;
}

const retryMsMax = 600_000;
/** So many entries that tell nothing may be read again after a start. */
const idleEntriesMax = 500;

export async function startNotifier(
  deps: NotifierDeps,
  options: NotifierOptions,
): Promise<Notifier> {
  const { clock, journal, onTrouble } = deps;
  const { retryMs = 2_000 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const counts = { delivered: 0, retried: 0, givenUp: 0 };
  let trouble: BzzzError | null = null;
  let lost: BzzzError | null = null;

  const cursor = cursorIn(options.file, journal.key);
  // Who begins to listen wants no news of last year.
  let written: Place = (await cursor.read()) ?? { next: journal.length() };
  await cursor.write(written);

  async function moveTo(place: Place): Promise<void> {
    await cursor.write(place);
    written = place;
  }

  async function deliver(news: News, seq: number): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        await post(deps, options, news, signal);
        counts.delivered += 1;
        trouble = null;
        lost = null;
        return;
      } catch (error) {
        signal.throwIfAborted();
        const failed = undelivered(error);
        if (trouble === null) onTrouble(failed);
        trouble = failed;
        const leftMs = await leftToTryMs(seq, isOfItself(error));
        if (leftMs <= 0) return giveUp(news, failed);
        counts.retried += 1;
        await pause(clock, Math.min(leftMs, pauseMs(failures, failed)), signal);
      }
    }
  }

  /** Negative: it has failed for long enough. By the wall clock, and on disk, so that no start begins the time anew. */
  async function leftToTryMs(seq: number, isRefused: boolean): Promise<number> {
    const nowMs = clock.wallMs();
    const before: Place = written.next === seq ? written : { next: seq };
    const failedSinceMs = Math.min(nowMs, before.failedSinceMs ?? nowMs);
    const refusedSinceMs = Math.min(nowMs, before.refusedSinceMs ?? nowMs);
    const place = { next: seq, failedSinceMs, ...(isRefused ? { refusedSinceMs } : {}) };
    if (!isDeepStrictEqual(place, written)) await moveTo(place);
    const { giveUpMs = 86_400_000, refusedMs = 900_000 } = options;
    const lastMs = isRefused ? refusedSinceMs + refusedMs : Number.POSITIVE_INFINITY;
    return Math.min(failedSinceMs + giveUpMs, lastMs) - nowMs;
  }

  function giveUp(news: News, { reason }: BzzzError): void {
    counts.givenUp += 1;
    trouble = null;
    lost = new BzzzError('notify_undelivered', `${news.id} is given up: ${reason}`);
    deps.onGivenUp(lost, news);
  }

  function pauseMs(failures: number, { retryAfterMs = 0 }: BzzzError): number {
    const ceiling = Math.min(retryMsMax, retryMs * 2 ** Math.min(failures, 30));
    const own = ceiling / 2 + (ceiling / 2) * deps.random.unit();
    // It may ask to wait, but not until doomsday.
    return Math.max(own, Math.min(retryAfterMs, retryMsMax));
  }

  /** Begins anew where something fails that is not the receiver, such as a full disk: nothing is told meanwhile. */
  async function run(): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        await tellAll();
        return;
      } catch (error) {
        signal.throwIfAborted();
        trouble = undelivered(error);
        onTrouble(trouble);
        await pause(clock, pauseMs(failures, trouble), signal);
      }
    }
  }

  async function tellAll(): Promise<void> {
    for await (const stored of journal.follow({ from: written.next, signal })) {
      const news = newsOf(stored, options);
      const isWanted = news !== null && options.kinds.includes(news.kind);
      if (isWanted) await deliver(news, stored.seq);
      const next = stored.seq + 1;
      if (!isWanted && next - written.next < idleEntriesMax) continue;
      await moveTo({ next });
    }
  }

  const running = run().catch((error: unknown) => {
    if (!signal.aborted) onTrouble(undelivered(error));
  });
  return {
    state: () => ({ ...counts, trouble, lost }),
    stop() {
      stopping.abort(new BzzzError('stopped', 'the peer is stopping'));
      return running;
    },
  };
}

/** Throws `notify_undelivered`, `webhook_secret_unusable`, what fetch throws. */
async function post(
  { clock }: Pick<NotifierDeps, 'clock'>,
  { url, secretFile, requestMs = 10_000 }: NotifierOptions,
  { id, body }: News,
  signal: AbortSignal,
): Promise<void> {
  const secret = await readSecret(secretFile);
  const text = JSON.stringify(body);
  const timestampS = Math.floor(clock.wallMs() / 1000);
  const tooLong = new AbortController();
  const cancel = clock.after(requestMs, () => tooLong.abort(new Error('no answer in time')));
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'bzzz',
        ...signedHeaders({ id, timestampS, body: text }, secret),
      },
      body: text,
      redirect: 'error',
      signal: AbortSignal.any([signal, tooLong.signal]),
    });
    await response.body?.cancel();
    if (response.ok) return;
    const seconds = Number(response.headers.get('retry-after') ?? 'none');
    const wait = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {};
    // Of the address only the host: the rest is often what lets one write there.
    const { status } = response;
    const reason = `${new URL(url).host} answered ${status}`;
    const cause = isRefusal(status) ? new Refused(reason) : undefined;
    throw new BzzzError('notify_undelivered', reason, { ...wait, cause });
  } finally {
    cancel();
  }
}

/** Cause of a `notify_undelivered` where the receiver does not want what it got. */
class Refused extends Error {
  override readonly name = 'Refused';
}

/** Too slow, too early and too many are no refusals. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

function isOfItself(error: unknown): boolean {
  return error instanceof BzzzError && error.cause instanceof Refused;
}

function undelivered(error: unknown): BzzzError {
  if (isBzzzError(error, 'notify_undelivered')) return error;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return new BzzzError('notify_undelivered', reasonOf(cause), { cause: error });
}

function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => {
    cancel();
    reject(signal.reason);
  };
  const cancel = clock.after(delayMs, () => {
    signal.removeEventListener('abort', onAbort);
    resolve();
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return promise;
}
