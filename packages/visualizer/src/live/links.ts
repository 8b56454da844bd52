/** Who is connected to whom, and whether that holds the mesh together. */
import type { PeerAnswer } from '@bzzz/protocol/api';
import type { World } from './world.ts';

export interface Link {
  /** The lesser id first: one link, whoever tells of it. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

/** By the peers' own word; of the past (`peers` is null) by whom they met. */
export function linksOf(peers: readonly PeerAnswer[] | null, world: World): Link[] {
  const links = new Map<string, Link>();
  const add = (one: string, other: string) => {
    if (one === other) return;
    const [from, to] = one < other ? [one, other] : [other, one];
    const key = `${from} ${to}`;
    links.set(key, { key, from, to });
  };
  if (peers === null) {
    const up = (id: string) => world.peers.get(id)?.life === 'up';
    for (const { id, met } of world.peers.values()) {
      if (up(id)) for (const other of met) if (up(other)) add(id, other);
    }
    return [...links.values()];
  }
  const known = new Map(peers.map((peer) => [peer.id, peer]));
  const self = peers.find((peer) => peer.self);
  for (const peer of peers) {
    // A dead peer's last word about its connections is about the past.
    if (peer.liveness === 'dead') continue;
    // One that says nothing of its connections has told its journal whom it met.
    const others = peer.links.length > 0 ? peer.links : (world.peers.get(peer.id)?.met ?? []);
    for (const other of others) {
      const reached = known.get(other);
      if (reached !== undefined && reached.liveness !== 'dead') add(peer.id, other);
    }
    if (self !== undefined && peer.connected) add(self.id, peer.id);
  }
  return [...links.values()];
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
