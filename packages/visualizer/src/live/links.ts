/** Who is connected to whom, and whether that holds the mesh together. */
import type { PeerAnswer } from '@bzzz/protocol/api';
import { remembered } from './remembered.ts';
import type { World } from './world.ts';

export interface Link {
  /** The lesser id first: one link, whoever tells of it. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

/** By the peers' own word; of the past (`peers` is null) by whom they met. */
export function linksOf(peers: readonly PeerAnswer[] | null, world: World): readonly Link[] {
  if (peers === null) return metLinks(world);
  const { links, silent } = toldLinks(peers);
  const met = silent.filter(({ id }) => (world.peers.get(id)?.met.size ?? 0) > 0);
  // Mostly all of them tell: then this is the same list as long as they say the same.
  if (met.length === 0) return links;
  const more = gathering(links);
  const living = new Set(peers.filter(isThere).map(({ id }) => id));
  for (const { id } of met) {
    for (const other of world.peers.get(id)?.met ?? []) if (living.has(other)) more.add(id, other);
  }
  return more.links();
}

function metLinks(world: World): Link[] {
  const all = gathering([]);
  const up = (id: string) => world.peers.get(id)?.life === 'up';
  for (const { id, met } of world.peers.values()) {
    if (up(id)) for (const other of met) if (up(other)) all.add(id, other);
  }
  return all.links();
}

/** And who says nothing of its connections, but has told its journal whom it met. */
const toldLinks = remembered((peers: readonly PeerAnswer[]) => {
  const all = gathering([]);
  const there = peers.filter(isThere);
  const known = new Set(there.map(({ id }) => id));
  const self = peers.find((peer) => peer.self);
  for (const peer of there) {
    // What a suspected one said of its connections is about the past, too.
    if (peer.liveness === 'alive')
      for (const other of peer.links) if (known.has(other)) all.add(peer.id, other);
    if (self !== undefined && peer.connected) all.add(self.id, peer.id);
  }
  return { links: all.links(), silent: there.filter(({ links }) => links.length === 0) };
});

/** A dead peer's last word about its connections is about the past. */
function isThere({ liveness }: PeerAnswer): boolean {
  return liveness !== 'dead';
}

/** Each once, whoever tells of it. */
function gathering(begun: readonly Link[]) {
  const links = new Map(begun.map((link) => [link.key, link]));
  return {
    add(one: string, other: string) {
      if (one === other) return;
      const [from, to] = one < other ? [one, other] : [other, one];
      const key = `${from} ${to}`;
      if (!links.has(key)) links.set(key, { key, from, to });
    },
    links: () => [...links.values()],
  };
}

/** Connected groups, the largest first. */
export function componentsOf(ids: readonly string[], links: readonly Link[]): string[][] {
  const near = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of links) {
    if (!near.has(from) || !near.has(to)) continue;
    near.get(from)?.push(to);
    near.get(to)?.push(from);
  }
  const seen = new Set<string>();
  const groups: string[][] = [];
  for (const id of ids) {
    if (seen.has(id)) continue;
    seen.add(id);
    const group = [id];
    for (const one of group) {
      for (const other of near.get(one) ?? []) {
        if (seen.has(other)) continue;
        seen.add(other);
        group.push(other);
      }
    }
    groups.push(group);
  }
  return groups.sort((one, other) => other.length - one.length);
}
