/** What the own journal tells of peers that were set aside, and of what people decided. */
import type { EntryBody, ForkEvidence, JournalKey, PeerId, SettledHistory } from '@bzzz/protocol';
import { placesMax } from './places.ts';
import type { Quarantined, QuarantineMemory } from './quarantine.ts';

export interface QuarantineFold {
  take(body: EntryBody, wallMs: number): void;
  memory(): QuarantineMemory;
}

export function foldQuarantine(): QuarantineFold {
  const quarantined = new Map<PeerId, Quarantined>();
  const settled = new Map<PeerId, readonly SettledHistory[]>();
  const members = new Set<PeerId>();
  return {
    take(body, wallMs) {
      if (body.kind === 'member.joined') members.add(body.peer);
      if (body.kind === 'member.dead') members.delete(body.peer);
      if (body.kind === 'peer.quarantined') {
        const { peer, reason, evidence } = body;
        const key = journalIn(evidence);
        quarantined.set(peer, { peer, key, reason, evidence, sinceWallMs: wallMs });
        const all = [...quarantined.keys()];
        const leaving = all.find((one) => !members.has(one)) ?? all[0];
        if (all.length > placesMax && leaving !== undefined) quarantined.delete(leaving);
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
