/**
 * Who should take a task: the same order for every peer that knows the same capabilities. It only
 * decides who tries first; the fence decides who owns.
 */
import type { Capabilities, Needs, PeerId, TaskId } from '@bzzz/protocol';
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
export function rank(peers: readonly Capabilities[], task: TaskId, needs: Needs): PeerId[] {
  return peers
    .filter((peer) => obstacle(peer, task, needs) === null)
    .map((peer) => ({
      peer: peer.peer,
      score: score(peer),
      weight: hash53(`${task}\n${peer.peer}`),
    }))
    .sort((a, b) => b.score - a.score || b.weight - a.weight)
    .map(({ peer }) => peer);
}

/** Coarse steps, so that small differences in what peers have heard do not change the order. */
function score(peer: Capabilities): number {
  const free = (peer.slots - peer.running) / peer.slots;
  const idle = 1 - Math.min(1, peer.load);
  return Math.round(2 * free + idle + 2 * peer.success);
}
