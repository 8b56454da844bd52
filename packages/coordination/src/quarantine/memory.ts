/** What the own journal tells of peers that were set aside, and of what people decided. */
import type { EntryBody, ForkEvidence, JournalKey, PeerId, SettledHistory } from '@bzzz/protocol';
import type { Quarantined, QuarantineMemory } from './quarantine.ts';

export interface QuarantineFold {
  take(body: EntryBody, wallMs: number): void;
  memory(): QuarantineMemory;
}

export function foldQuarantine(): QuarantineFold {
  const quarantined = new Map<PeerId, Quarantined>();
  const settled = new Map<PeerId, readonly SettledHistory[]>();
  return {
    take(body, wallMs) {
      if (body.kind === 'peer.quarantined') {
        const { peer, reason, evidence } = body;
        const key = journalIn(evidence);
        quarantined.set(peer, { peer, key, reason, evidence, sinceWallMs: wallMs });
      }
      if (body.kind !== 'quarantine.lifted') return;
      quarantined.delete(body.peer);
      settled.set(body.peer, body.settled);
    },
    memory: () => ({ quarantined: [...quarantined.values()], settled }),
  };
}

function journalIn(evidence: ForkEvidence): JournalKey {
  return evidence.kind === 'heads' ? evidence.first.head.key : evidence.head.head.key;
}
