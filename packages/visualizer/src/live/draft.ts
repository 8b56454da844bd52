/** What the parts of the fold share: a world while one batch of entries changes it. */
import type { StoryEntry } from '@bzzz/protocol/api';
import { type Fields, fieldsOf, numberOf, textOf } from './fields.ts';
import type { AlertWorld, AsideWorld, ClaimWorld, PeerWorld, TaskWorld } from './world.ts';

/** Copies of a world's collections, changed in place while one batch is folded. */
export interface Draft {
  readonly peers: Map<string, PeerWorld>;
  readonly tasks: Map<string, TaskWorld>;
  readonly claims: Map<string, ClaimWorld>;
  readonly alerts: Map<string, AlertWorld>;
  readonly setAside: Map<string, AsideWorld>;
  meshPaused: boolean;
  healings: readonly StoryEntry[];
  troubles: readonly StoryEntry[];
  lastMs: number;
}

/** One entry as the parts of the fold take it. */
export interface Told {
  readonly writer: string | null;
  readonly atMs: number;
  readonly kind: string;
  readonly body: Fields;
}

export function changePeer(draft: Draft, id: string, change: Partial<PeerWorld>): void {
  const before = draft.peers.get(id) ?? unheard(id);
  draft.peers.set(id, { ...before, ...change });
}

function unheard(id: string): PeerWorld {
  return {
    id,
    name: null,
    version: null,
    life: 'unknown',
    endedMs: null,
    paused: false,
    attemptsPaused: false,
    duties: new Map(),
    met: new Set(),
    lastMs: 0,
  };
}

/** Which task an entry is about; of an intent it stands in its record. */
export function taskIn(body: Fields): string | null {
  return textOf(body, 'task') ?? textOf(fieldsOf(body, 'intent'), 'task');
}

export function epochIn(body: Fields): number {
  return numberOf(body, 'epoch') ?? 0;
}
