/**
 * Who should take a task: the same order for every peer that knows the same capabilities. It only
 * decides who tries first; the fence decides who owns.
 */
import type { Capabilities, Needs, PeerId, TaskId, TaskKind } from '@bzzz/protocol';
import { taskParts } from '@bzzz/protocol';
import { hash53 } from './rendezvous.ts';

/** Why a peer cannot take a task now, or null when it can. */
export function obstacle(peer: Capabilities, task: TaskId, needs: Needs): string | null {
  if (!peer.repositories.includes(taskParts(task).repo)) return 'does not work on this repository';
  if (!peer.executors.includes(needs.executor)) return `has no executor "${needs.executor}"`;
  const tool = needs.tools.find((name) => !peer.tools.includes(name));
  if (tool !== undefined) return `has no ${tool}`;
  if (peer.running >= peer.slots) return `all ${peer.slots} slots are taken`;
  return null;
}

/** Able and free peers, best first. Rendezvous weight breaks ties, so equal peers share the tasks. */
export function rank(
  peers: readonly Capabilities[],
  task: TaskId,
  needs: Needs,
  kind?: TaskKind,
): PeerId[] {
  return peers
    .filter((peer) => obstacle(peer, task, needs) === null)
    .map((peer) => ({
      peer: peer.peer,
      score: score(peer, kind),
      weight: hash53(`${task}\n${peer.peer}`),
    }))
    .sort((a, b) => b.score - a.score || b.weight - a.weight)
    .map(({ peer }) => peer);
}

/**
 * Free capacity 0..4, quiet of the machine 0..2, success 0..4. Each in coarse steps of its own, so
 * that small differences in what peers have heard do not change the order; part of the wire
 * (docs/PROTOCOL.md).
 */
function score(peer: Capabilities, kind: TaskKind | undefined): number {
  const free = (peer.slots - peer.running) / peer.slots;
  const idle = 1 - Math.min(1, peer.load);
  return 2 * Math.round(2 * free) + 2 * Math.round(idle) + Math.round(4 * successAt(peer, kind));
}

/** Of a kind that a peer has not tried lately, its success at everything says most. */
function successAt({ successOf, success }: Capabilities, kind: TaskKind | undefined): number {
  const measured = successOf !== undefined && kind !== undefined && Object.hasOwn(successOf, kind);
  return (measured ? successOf[kind] : undefined) ?? success;
}
