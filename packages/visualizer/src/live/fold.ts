/**
 * The one way from entries to a world. It is a pure function, and the page at any moment is this fold over
 * the entries until then, so that what is live and what is replayed cannot differ.
 *
 * Entries are claims of those who wrote them: a field that is missing or odd changes nothing.
 */
import type { StoryEntry } from '@bzzz/protocol/api';
import { changePeer, type Draft, type Told } from './draft.ts';
import { foldHealth } from './fold-health.ts';
import { foldMember } from './fold-member.ts';
import { foldTask } from './fold-task.ts';
import { type World, worldMax } from './world.ts';

export function fold(world: World, entries: readonly StoryEntry[]): World {
  if (entries.length === 0) return world;
  const draft: Draft = {
    ...world,
    peers: new Map(world.peers),
    tasks: new Map(world.tasks),
    claims: new Map(world.claims),
    alerts: new Map(world.alerts),
    setAside: new Map(world.setAside),
  };
  for (const entry of entries) foldOne(draft, entry);
  bound(draft.peers, worldMax.peers);
  bound(draft.tasks, worldMax.tasks);
  bound(draft.claims, worldMax.claims);
  bound(draft.alerts, worldMax.alerts);
  bound(draft.setAside, worldMax.setAside);
  return draft;
}

function foldOne(draft: Draft, entry: StoryEntry): void {
  const { at, body } = entry.entry;
  const told: Told = { writer: entry.peer, atMs: at.wallMs, kind: body.kind, body };
  draft.lastMs = Math.max(draft.lastMs, at.wallMs);
  if (told.writer !== null) hearWriter(draft, told.writer, entry.name, told);
  foldMember(draft, told);
  foldTask(draft, told);
  foldHealth(draft, told);
  if (body.kind === 'trouble') draft.troubles = newest(draft.troubles, entry, worldMax.troubles);
  if (body.kind === 'health.healed') {
    draft.healings = newest(draft.healings, entry, worldMax.healings);
  }
}

/** Whoever writes, lives. */
function hearWriter(draft: Draft, id: string, name: string | null, { kind, atMs }: Told): void {
  const before = draft.peers.get(id);
  changePeer(draft, id, {
    name: name ?? before?.name ?? null,
    life: kind === 'peer.stopped' ? 'stopped' : 'up',
    lastMs: Math.max(atMs, before?.lastMs ?? 0),
  });
}

function newest(entries: readonly StoryEntry[], one: StoryEntry, max: number): StoryEntry[] {
  return [...entries.slice(1 - max), one];
}

function bound(map: Map<string, unknown>, max: number): void {
  if (map.size <= max) return;
  for (const key of map.keys()) {
    map.delete(key);
    if (map.size <= max) return;
  }
}
