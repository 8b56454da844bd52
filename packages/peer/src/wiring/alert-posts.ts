/**
 * Posts alerts to the address that the operator named, in order, each until it is taken: the receiver may be
 * down just when the machine is in need. One at a time, so that an end never comes before its beginning.
 */
import { alertText, type AlertNews, type Clock } from '@bzzz/coordination';
import { reasonOf } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';
import { openWaitingPosts, type Post } from './waiting-posts.ts';

export interface AlertPosts {
  put(news: AlertNews): void;
  /** What was not taken by then is posted by the next run of the peer. */
  stop(): Promise<void>;
}

export interface AlertPostsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Alerts come seldom; so many wait only after days of an outage. Then the oldest is news no more. */
const waitingMax = 50;
const postMsMax = 10_000;
const againMsFirst = 1_000;
const againMsMax = 60_000;

export async function openAlertPosts(
  { clock, logger }: AlertPostsDeps,
  { url, peer, file }: { readonly url: string; readonly peer: string; readonly file: string },
): Promise<AlertPosts> {
  const waiting = await openWaitingPosts(file, logger);
  const stopping = new AbortController();
  let failures = 0;
  let busy = false;

  async function postFirst(): Promise<void> {
    const first = waiting.first();
    if (busy || first === undefined || stopping.signal.aborted) return;
    busy = true;
    const outcome = await post(url, first, stopping.signal);
    busy = false;
    if (stopping.signal.aborted) return;
    if (outcome === 'taken') {
      failures = 0;
      if (waiting.first() === first) waiting.drop();
      return postFirst();
    }
    // The first time is enough: an outage is one event, however long it lasts.
    const log = failures === 0 ? logger.warn : logger.debug;
    log('an alert could not be posted, and is tried again', { reason: outcome.reason });
    const pauseMs = Math.min(againMsMax, againMsFirst * 2 ** Math.min(failures, 10));
    failures += 1;
    const cancel = clock.after(pauseMs, () => {
      stopping.signal.removeEventListener('abort', cancel);
      void postFirst();
    });
    stopping.signal.addEventListener('abort', cancel, { once: true });
  }

  void postFirst();
  return {
    put({ kind, alert }) {
      const { measure, value } = alert;
      const at = new Date(clock.wallMs()).toISOString();
      waiting.add({ peer, alert: measure, state: kind, value, text: alertText(alert), at });
      if (waiting.count() > waitingMax) {
        waiting.drop();
        logger.warn('an alert was never posted: too many wait', { waiting: waitingMax });
      }
      // During an outage the pause goes on; who comes meanwhile waits behind the others.
      if (waiting.count() === 1) void postFirst();
    },
    async stop() {
      stopping.abort();
      await waiting.flush();
    },
  };
}

async function post(
  url: string,
  news: Post,
  stopped: AbortSignal,
): Promise<'taken' | { readonly reason: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(news),
      signal: AbortSignal.any([stopped, AbortSignal.timeout(postMsMax)]),
      redirect: 'error',
    });
    await response.body?.cancel();
    // Of the address only the host: the rest is often what lets one write there.
    if (!response.ok) return { reason: `${new URL(url).host} answered ${response.status}` };
    return 'taken';
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
