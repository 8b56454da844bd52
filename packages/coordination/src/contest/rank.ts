/**
 * Who should take a task: the same order for every peer that knows the same capabilities. It only
 * decides who tries first; the fence decides who owns.
 */
import type { Capabilities, Needs, PeerId, TaskId, TaskKind } from '@bzzz/protocol';
import { hasLeast, leastText } from '@bzzz/protocol';
import { hash53 } from './rendezvous.ts';

export type Obstacle =
  | { readonly kind: 'repository' }
  | { readonly kind: 'executor' | 'tool' | 'model'; readonly name: string }
  | { readonly kind: 'paused' }
  | { readonly kind: 'slots' };

/** Why a peer cannot take a task now; undefined: it can. */
export function obstacleOf(peer: Capabilities, task: TaskId, needs: Needs): Obstacle | undefined {
  if (!peer.repositories.some((repo) => task.startsWith(`${repo}#`))) return { kind: 'repository' };
  const steps = [needs, ...(needs.also ?? [])];
  const unmet = steps.find(
    ({ executors }) => !executors.some((one) => peer.executors.includes(one)),
  );
  if (unmet !== undefined) return { kind: 'executor', name: unmet.executors.join(' or ') };
  const tool = needs.tools.find((name) => !peer.tools.includes(name));
  if (tool !== undefined) return { kind: 'tool', name: tool };
  const unasked = steps.find((step) => placeOf(peer, step) === -1);
  if (unasked !== undefined) return { kind: 'model', name: modelsText(unasked) };
  if (peer.paused === true) return { kind: 'paused' };
  return peer.running >= peer.slots ? { kind: 'slots' } : undefined;
}

/** Able and free peers, best first. Rendezvous weight breaks ties, so equal peers share the tasks. */
export function rank(
  peers: readonly Capabilities[],
  task: TaskId,
  needs: Needs,
  kind?: TaskKind,
): PeerId[] {
  return peers
    .filter((peer) => obstacleOf(peer, task, needs) === undefined)
    .map((peer) => ({
      peer: peer.peer,
      score: score(peer, placeOf(peer, needs), kind),
      weight: hash53(`${task}\n${peer.peer}`),
    }))
    .sort((a, b) => b.score - a.score || b.weight - a.weight)
    .map(({ peer }) => peer);
}

type Step = Pick<Needs, 'executors' | 'models' | 'least'>;

function modelsText({ models, least = {} }: Step): string {
  return [models.join(' or '), leastText(least)].filter((text) => text !== '').join(' with ');
}

/** Of the best executor that the peer has, among those that would do, counted from 0; -1: it has none. */
function placeOf(peer: Capabilities, { executors, models, least = {} }: Step): number {
  const { modelFacts: facts = [] } = peer;
  const has = (model: (typeof models)[number]) =>
    peer.models.includes(model) &&
    hasLeast(
      model,
      facts.find(({ name }) => name === model),
      least,
    );
  const asked = models.length === 0 || models.some(has);
  return executors.findIndex(
    (name) => peer.executors.includes(name) && (name !== 'ollama' || asked),
  );
}

/**
 * Executor 0..2, free capacity 0..4, quiet of the machine 0..2, success 0..4. Each in coarse steps of its own, so
 * that small differences in what peers have heard do not change the order; part of the wire
 * (docs/PROTOCOL.md).
 */
function score(peer: Capabilities, place: number, kind: TaskKind | undefined): number {
  const free = (peer.slots - peer.running) / peer.slots;
  const idle = 1 - Math.min(1, peer.load);
  const fit = Math.max(0, 2 - place);
  const success = Math.round(4 * successAt(peer, kind));
  return fit + 2 * Math.round(2 * free) + 2 * Math.round(idle) + success;
}

/** Of a kind that a peer has not tried lately, its success at everything says most. */
function successAt({ successOf, success }: Capabilities, kind: TaskKind | undefined): number {
  const measured = successOf !== undefined && kind !== undefined && Object.hasOwn(successOf, kind);
  return (measured ? successOf[kind] : undefined) ?? success;
}
