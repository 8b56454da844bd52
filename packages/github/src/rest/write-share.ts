import type { Clock } from '@bzzz/coordination';

/**
 * Our share of the REST writes that the forge allows an account. GitHub counts content-creating requests
 * a minute and an hour, for all who use the account together; a 403 or 429 stays the arbiter.
 */
export interface WriteShare {
  /** So many peers write as this account now, ourselves counted. */
  setPeers(peers: number): void;
  /** How long until one more write is within our share; 0: it is. */
  waitMs(): number;
  /** One was sent. */
  wrote(): void;
}

/** Of the whole account. */
export interface WriteShareOptions {
  readonly writesPerMinuteMax: number;
  readonly writesPerHourMax: number;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

export function createWriteShare(clock: Clock, options: WriteShareOptions): WriteShare {
  const sentAtMs: number[] = [];
  let peers = 1;

  /**
   * Until the oldest of the newest `most` is out of the window. Everybody may write now and then: where there are
   * more peers than writes in a window, once in as many windows as all need.
   */
  function windowWaitMs(accountMax: number, windowMs: number, nowMs: number): number {
    const most = Math.max(1, Math.floor(accountMax / peers));
    const windows = Math.max(1, peers / accountMax);
    const oldest = sentAtMs.at(-most);
    return oldest === undefined ? 0 : Math.max(0, oldest + windows * windowMs - nowMs);
  }

  return {
    setPeers(count) {
      peers = Math.max(1, count);
    },
    waitMs() {
      const nowMs = clock.monotonicMs();
      return Math.max(
        windowWaitMs(options.writesPerMinuteMax, minuteMs, nowMs),
        windowWaitMs(options.writesPerHourMax, hourMs, nowMs),
      );
    },
    wrote() {
      const nowMs = clock.monotonicMs();
      sentAtMs.push(nowMs);
      const kept = sentAtMs.findIndex((atMs) => atMs > nowMs - hourMs);
      sentAtMs.splice(0, Math.max(0, kept));
    },
  };
}
