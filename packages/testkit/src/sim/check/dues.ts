/** What a peer owes at once: its own next doings show whether it has paid. */
import type { PeerId } from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';
import type { CheckContext, Violation } from './violation.ts';

interface Due {
  readonly byMs: number;
  readonly rule: Violation['invariant'];
  readonly what: string;
}

export interface Dues {
  /** Only of a process that nothing slows down or stops is it known when it comes to something. */
  owe(peer: PeerId, key: string, due: Due): void;
  /** Paid, or no longer to be paid. */
  paid(peer: PeerId, key: string): void;
  /** Looks whether this event comes from a peer that has let a debt pass. */
  take(event: HistoryEvent): void;
}

export function createDues({ broken, nowMs, prompt }: CheckContext): Dues {
  const open = new Map<PeerId, Map<string, Due>>();

  function onDoing(peer: PeerId): void {
    const dues = open.get(peer);
    if (dues === undefined) return;
    for (const [key, { byMs, rule, what }] of dues) {
      if (nowMs() <= byMs) continue;
      dues.delete(key);
      broken(rule, what);
    }
    if (dues.size === 0) open.delete(peer);
  }

  return {
    owe(peer, key, due) {
      if (!prompt(peer)) return;
      const dues = open.get(peer) ?? new Map<string, Due>();
      open.set(peer, dues.set(key, due));
    },
    paid: (peer, key) => open.get(peer)?.delete(key),
    take(event) {
      // What the process itself does: a push or a write is told of where it arrives, perhaps much later.
      switch (event.kind) {
        case 'durable':
          // An earlier run took its debts with it.
          if (event.body.kind === 'peer.started') open.delete(event.peer);
          return onDoing(event.peer);
        case 'sent':
        case 'request':
        case 'asked':
        case 'issue-read':
        case 'fence-read':
        case 'remarks-asked':
        case 'remarks-read':
        case 'told-holder':
        case 'rumour':
          return onDoing(event.peer);
        case 'push':
        case 'copied':
        case 'tidied':
        case 'write':
        case 'told-to-wait':
        case 'people':
        case 'work':
        case 'made':
        case 'judged':
        case 'found':
        case 'link':
        case 'told-suspected':
        case 'hung':
        case 'gone':
        case 'world':
          return;
      }
    },
  };
}
