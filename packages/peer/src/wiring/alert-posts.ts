/**
 * Posts alerts to the address that the operator named, in order, each until it is taken: the receiver may be
 * down just when the machine is in need. One at a time, so that an end never comes before its beginning.
 */
import { alertText, type AlertNews, type Clock } from '@bzzz/coordination';
import { reasonOf } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';

export interface AlertPosts {
  put(news: AlertNews): void;
  /** What was not taken by then is lost; it stands in log and journal. */
  stop(): void;
}

export interface AlertPostsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Post {
  readonly peer: string;
  readonly alert: string;
  readonly state: AlertNews['kind'];
  readonly value: number;
  readonly text: string;
  /** The same however often it is tried, so that who gets one twice can tell. */
  readonly at: string;
}

/** Alerts come seldom; so many wait only after days of an outage. Then the oldest is news no more. */
const waitingMax = 50;
const postMsMax = 10_000;
const againMsFirst = 1_000;
const againMsMax = 60_000;

export function createAlertPosts(
  { clock, logger }: AlertPostsDeps,
  { url, peer }: { readonly url: string; readonly peer: string },
): AlertPosts {
  const waiting: Post[] = [];
  const stopping = new AbortController();
  let failures = 0;
  let busy = false;

  async function postFirst(): Promise<void> {
    const [first] = waiting;
    if (busy || first === undefined || stopping.signal.aborted) return;
    busy = true;
    const outcome = await post(url, first, stopping.signal);
    busy = false;
    if (stopping.signal.aborted) return;
    if (outcome === 'taken') {
      failures = 0;
      if (waiting[0] === first) waiting.shift();
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

  return {
    put({ kind, alert }) {
      const { measure, value } = alert;
      const at = new Date(clock.wallMs()).toISOString();
      waiting.push({ peer, alert: measure, state: kind, value, text: alertText(alert), at });
      if (waiting.length > waitingMax) {
        waiting.shift();
        logger.warn('an alert was never posted: too many wait', { waiting: waitingMax });
      }
      // During an outage the pause goes on; who comes meanwhile waits behind the others.
      if (waiting.length === 1) void postFirst();
    },
    stop: () => stopping.abort(),
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
