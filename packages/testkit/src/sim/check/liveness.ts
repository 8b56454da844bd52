/**
 * DESIGN.md 4.3: who goes silent is suspected though its connection stands, and at once where that closes;
 * a suspicion is gossiped, and refuted by the peer that it is about; others are asked before anybody is
 * declared dead.
 */
import type { PeerId } from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';
import { trackDeaths } from './deaths.ts';
import { createDues } from './dues.ts';
import type { Check, CheckContext } from './violation.ts';

/** A verdict on a peer this long ago may be about the same silence. */
const freshMs = 60_000;
/** A closed connection is looked into at once, or when an inquiry about the same peer has ended. */
const closedMs = 10_000;

export function checkLiveness(context: CheckContext): Check {
  const { broken, nowMs } = context;
  const deaths = trackDeaths();
  const dues = createDues(context);
  /** When a peer last asked others for a peer, and when its journal last said that it misses it. */
  const asked = new Map<string, number>();
  const missed = new Map<string, number>();

  function isFresh(times: ReadonlyMap<string, number>, pair: string, sinceMs: number): boolean {
    const atMs = times.get(pair);
    return atMs !== undefined && atMs >= sinceMs;
  }

  function onLink({ peer, other, open, heardAtMs }: Extract<HistoryEvent, { kind: 'link' }>): void {
    if (open) return dues.paid(peer, `closed ${other}`);
    // Whom it suspects already, and has not heard since, is not suspected anew.
    const missedAtMs = missed.get(pairOf(peer, other));
    const isNews = missedAtMs === undefined || (heardAtMs !== null && heardAtMs > missedAtMs);
    if (!isNews || deaths.deadTo(peer).has(other)) return;
    const what = 'a connection closed, and the peer that it led to was not suspected';
    dues.owe(peer, `closed ${other}`, { byMs: nowMs() + closedMs, rule: '4.3-closed', what });
  }

  function onMissed(peer: PeerId, other: PeerId): void {
    missed.set(pairOf(peer, other), nowMs());
    dues.paid(peer, `closed ${other}`);
  }

  return {
    onEvent(event) {
      deaths.take(event);
      if (event.kind === 'link') onLink(event);
      if (event.kind === 'rumour') dues.paid(event.peer, `rumour ${event.target}`);
      dues.take(event);
      if (event.kind === 'asked') asked.set(pairOf(event.peer, event.target), nowMs());
      if (event.kind === 'told-suspected' && !event.refuted) {
        broken('4.3-refute', 'a peer heard that it is suspected, and said nothing');
      }
      if (event.kind === 'hung') {
        for (const watcher of event.watchers) {
          if (isFresh(missed, pairOf(watcher, event.peer), event.sinceMs - freshMs)) continue;
          broken('4.3-silence', 'a peer that hung for long was suspected by nobody');
        }
      }
      if (event.kind !== 'durable') return;
      const { peer, body } = event;
      if (body.kind !== 'member.suspected' && body.kind !== 'member.dead') return;
      const pair = pairOf(peer, body.peer);
      onMissed(peer, body.peer);
      if (body.kind === 'member.suspected') {
        const what = 'a peer suspects another and does not tell';
        dues.owe(peer, `rumour ${body.peer}`, { byMs: nowMs(), rule: '4.3-gossip', what });
      }
      if (body.kind === 'member.dead' && !isFresh(asked, pair, nowMs() - freshMs)) {
        broken('4.3-probe', 'a peer was declared dead by who had asked nobody for it');
      }
    },
  };
}

function pairOf(peer: PeerId, other: PeerId): string {
  return `${peer} ${other}`;
}
