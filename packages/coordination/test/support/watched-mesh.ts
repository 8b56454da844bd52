import { heartbeatChannel, type PeerId } from '@bzzz/protocol';
import type { Mesh } from '../../src/index.ts';
import { watchLiveness } from '../../src/membership/liveness.ts';
import { createMembership } from '../../src/membership/membership.ts';
import { peerOf } from './identity.ts';
import { createMemoryHub } from './memory-mesh.ts';
import { capabilitiesOf, createStand } from './stand.ts';

export const [pingMs, silenceMs, probeMs, suspicionMs] = [500, 2_000, 200, 3_000] as const;
export const absentMs = 20_000;

/** One real peer in a mesh of others that only stand there. */
export function meshOf(others: number, remembered: readonly PeerId[] = []) {
  const stand = createStand(1);
  const hub = createMemoryHub();
  const mesh = hub.join(stand.peer);
  const peers = Array.from({ length: others }, (_, index) => peerOf(index + 2));
  const meshes = new Map<PeerId, Mesh>(peers.map((peer) => [peer, hub.join(peer)]));
  const membership = createMembership(stand.peer);
  for (const peer of [stand.peer, ...peers]) membership.heard(capabilitiesOf(peer), 0);
  membership.remember(remembered);
  const suspected: number[] = [];
  const asked: PeerId[] = [];
  let pausedMs = 0;
  const monotonicMs = () => stand.clock.monotonicMs() + pausedMs;
  const deps = { ...stand, clock: { ...stand.clock, monotonicMs }, mesh, membership };
  const { stop, isConfirmedDead } = watchLiveness(deps, {
    pingMs,
    silenceMs,
    probeMs,
    suspicionMs,
    absentMs,
    incarnation: () => 1,
    onChange: () => undefined,
    onSuspected: (incarnation) => suspected.push(incarnation),
  });
  /** Those who are connected and say nothing any more, as a process that was stopped. */
  const hanging = new Set<PeerId>();
  /** What the others say when they are asked for a peer. */
  let reached = false;
  const answer = (next: boolean) => {
    reached = next;
  };
  const pinged: { readonly peer: PeerId; readonly suspected: number | undefined }[] = [];
  for (const [peer, other] of meshes) {
    other.receive(heartbeatChannel, (from, message) => {
      const { kind, seq } = message;
      if (kind === 'ping') pinged.push({ peer, suspected: message.suspected });
      if (kind === 'ask') asked.push(peer);
      if (hanging.has(peer)) return;
      if (kind === 'ping') other.send(heartbeatChannel, from, { kind: 'ack', seq, incarnation: 1 });
      if (kind !== 'ask') return;
      const { target } = message;
      other.send(heartbeatChannel, from, { kind: 'answer', seq, target, reached });
    });
  }
  for (const peer of peers) hub.link(stand.peer, peer);
  // All have said something, as after the first heartbeat.
  for (const peer of peers) {
    meshes.get(peer)?.send(heartbeatChannel, stand.peer, { kind: 'ack', seq: 0, incarnation: 1 });
  }
  /** Time passes that the process does not see, until its next timer runs late. */
  const pause = (ms: number) => {
    pausedMs += ms;
  };
  const kill = (peer: PeerId) => hub.cut(stand.peer, peer);
  const told = { suspected, asked, pinged };
  const acts = { answer, kill, pause, stop, isConfirmedDead };
  return { ...stand, ...told, ...acts, hub, mesh, peers, membership, meshes, hanging };
}
