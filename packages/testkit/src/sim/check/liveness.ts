/**
 * DESIGN.md 4.3: who goes silent is suspected though its connection stands, others are asked before
 * anybody is declared dead, and a suspicion is refuted by the peer that it is about.
 */
import type { PeerId } from '@bzzz/protocol';
import type { Check, CheckContext } from './violation.ts';

/** A verdict on a peer this long ago may be about the same silence. */
const freshMs = 60_000;

export function checkLiveness({ broken, nowMs }: CheckContext): Check {
  /** When a peer last asked others for a peer, and when its journal last said that it misses it. */
  const asked = new Map<string, number>();
  const missed = new Map<string, number>();

  function isFresh(times: ReadonlyMap<string, number>, pair: string, sinceMs: number): boolean {
    const atMs = times.get(pair);
    return atMs !== undefined && atMs >= sinceMs;
  }

  return {
    onEvent(event) {
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
      missed.set(pair, nowMs());
      if (body.kind === 'member.dead' && !isFresh(asked, pair, nowMs() - freshMs)) {
        broken('4.3-probe', 'a peer was declared dead by who had asked nobody for it');
      }
    },
  };
}

function pairOf(peer: PeerId, other: PeerId): string {
  return `${peer} ${other}`;
}
