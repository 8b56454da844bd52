/**
 * From a closed connection, or a connection on which nothing comes, to "dead": the peer is suspected,
 * the suspicion is gossiped, others are asked whether they still reach it, and it may refute. Only a
 * peer that sees a majority declares anybody dead. A wrong verdict wastes work and cannot break safety:
 * the fence decides. After SWIM (Das, Gupta, Motivala 2002), sections 3.2 and 4.2.
 */
import { type HealthNote, type Liveness, type PeerId, topics } from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import { rendezvous } from '../contest/rendezvous.ts';
import type { Clock, Mesh } from '../ports/index.ts';
import { sleep } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { Membership } from './membership.ts';
import { createRollCall } from './roll-call.ts';
import { createSilence } from './silence.ts';

export interface LivenessDeps {
  readonly clock: Clock;
  readonly mesh: Mesh;
  readonly chronicle: Chronicle;
  readonly membership: Membership;
  readonly trouble: Trouble;
}

export interface LivenessOptions extends Liveness {
  /** A member without a connection that was not heard for so long is asked for. */
  readonly absentMs: number;
  readonly incarnation: () => number;
  /** Somebody's liveness changed. */
  readonly onChange: () => void;
  /** Somebody suspects us: say again that we live, with a higher incarnation. */
  readonly onSuspected: (incarnation: number) => void;
}

/** Peers that each peer pings, so that the cost does not grow with the mesh. */
const watchedMax = 8;
/** Peers asked to confirm a suspicion. */
const helpersMax = 3;
/**
 * After so many rounds in which neither we nor those whom we asked reached a suspect that we may not bury, we give its
 * connection up. Behind a router that is gone nobody closes it, and TCP tries it ever more seldom: mended after a
 * minute, it is silent for another one. A new one is dialled every few seconds.
 */
const roundsMax = 3;
/** So often in a row only others reach a peer before we give our connection to it up and dial anew. */
const detoursMax = 3;
/** So many suspicions long a member of an earlier run may take to be heard, before it is asked for. */
const missingSuspicions = 10;

export interface LivenessWatch {
  /**
   * Whether it is dead and we still see a majority, asked anew: whoever does not goes back to suspecting it, since
   * a minority must not take over what it held (DESIGN.md 4.3).
   */
  isConfirmedDead(peer: PeerId): Promise<boolean>;
  stop(): void;
}

export function watchLiveness(deps: LivenessDeps, options: LivenessOptions): LivenessWatch {
  const { mesh, membership, chronicle, clock, trouble } = deps;
  const { pingMs, probeMs, suspicionMs } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const silence = createSilence(options);
  /** Connected peers about which something is being found out, before or while they are suspected. */
  const asking = new Set<PeerId>();
  const confirming = new Set<PeerId>();
  /** Of the suspected, those whose connection closed since: that must not go unnoticed. */
  const closedMeanwhile = new Set<PeerId>();
  /** Rounds in a row in which others reached a silent peer and we did not. */
  const detours = new Map<PeerId, number>();
  /** Those whom we ping. */
  let watched: readonly PeerId[] = [];
  /**
   * Those who ping us. Each peer pings some of its own choice, which need not cover everybody: so whoever falls
   * silent is missed by those whom it pinged, and that costs no packet.
   */
  const pinging = new Set<PeerId>();

  const heartbeat = startHeartbeat(deps, {
    probeMs,
    incarnation: options.incarnation,
    onSuspected: options.onSuspected,
    suspected(peer) {
      return isSuspected(peer) ? membership.get(peer)?.capabilities.incarnation : undefined;
    },
    onHeard,
    onPing(peer) {
      if (isConnected(peer)) pinging.add(peer);
    },
  });

  const rollCall = createRollCall({ clock, self: mesh.peer, membership, heartbeat }, options);

  function onHeard(peer: PeerId): void {
    rollCall.heard(peer);
    silence.heard(peer, clock.monotonicMs());
    detours.delete(peer);
    if (isSuspected(peer)) revive(peer);
  }

  function revive(peer: PeerId): void {
    membership.clear(peer, clock.monotonicMs());
    options.onChange();
  }

  async function beat(): Promise<void> {
    for (;;) {
      await sleep(clock, pingMs, signal);
      const nowMs = clock.monotonicMs();
      silence.tick(nowMs);
      for (const peer of watched) heartbeat.ping(peer);
      for (const peer of new Set([...watched, ...pinging])) {
        if (silence.isOverdue(peer, nowMs)) findOut(peer, () => investigate(peer));
      }
      for (const peer of absent(nowMs)) findOut(peer, () => lookFor(peer));
    }
  }

  /**
   * Last words may come when their connection has closed and been looked into: then whoever said them counts
   * as there, and no connection of theirs can close any more.
   */
  function absent(nowMs: number): PeerId[] {
    return membership
      .all()
      .filter(({ liveness, connected, heardAtMs }) => {
        return liveness === 'alive' && !connected && nowMs - heardAtMs > options.absentMs;
      })
      .map(({ capabilities }) => capabilities.peer)
      .filter((peer) => peer !== mesh.peer);
  }

  async function lookFor(peer: PeerId): Promise<void> {
    const others = await askOthers(peer);
    if (!isAlive(peer) || isConnected(peer)) return;
    if (others === 'reached') revive(peer);
    if (others === 'unreached') await confirm(peer);
  }

  /** Somebody suspects it. Most answer at once, so the others are only asked a moment later. */
  async function check(peer: PeerId): Promise<void> {
    if (!(await heartbeat.reach(peer, probeMs / 4))) await investigate(peer);
  }

  /** The peer is connected and says nothing. */
  async function investigate(peer: PeerId): Promise<void> {
    if (!isAlive(peer)) return;
    const [answers, others] = await Promise.all([heartbeat.reach(peer), askOthers(peer)]);
    // It lives and pings others by now. Should it ping us, it is missed again.
    if (answers) pinging.delete(peer);
    // Its connection may have closed meanwhile, and that is being looked into.
    if (answers || !isAlive(peer)) return;
    if (others !== 'reached') return confirm(peer);
    if (!isConnected(peer)) return;
    const rounds = (detours.get(peer) ?? 0) + 1;
    detours.set(peer, rounds);
    silence.heard(peer, clock.monotonicMs());
    if (rounds < detoursMax) return;
    // It lives, and our connection to it does not.
    detours.delete(peer);
    mesh.disconnect(peer);
  }

  async function confirm(peer: PeerId): Promise<void> {
    confirming.add(peer);
    try {
      await suspectUntilKnown(peer);
    } finally {
      confirming.delete(peer);
      if (closedMeanwhile.delete(peer) && !isConnected(peer) && !signal.aborted) onClosed(peer);
    }
  }

  async function suspectUntilKnown(peer: PeerId): Promise<void> {
    membership.suspect(peer);
    options.onChange();
    await chronicle.record({ kind: 'member.suspected', peer });
    const incarnation = membership.get(peer)?.capabilities.incarnation ?? 0;
    await mesh.publish(topics.health, { kind: 'suspected', peer, incarnation });
    let rounds = 0;
    while (isSuspected(peer)) {
      const sinceMs = clock.monotonicMs();
      const [others] = await Promise.all([
        askMajority(peer),
        heartbeat.reach(peer), // an answer is heard like everything else
        sleep(clock, suspicionMs, signal),
      ]);
      if (!isSuspected(peer)) return;
      if (overslept(sinceMs, suspicionMs) && others !== 'reached') continue;
      if (others === 'reached') revive(peer);
      else if (others === 'unreached') await bury(peer);
      rounds += 1;
      if (rounds % roundsMax === 0 && isSuspected(peer)) mesh.disconnect(peer);
    }
  }

  /**
   * Members that an earlier run left behind have no connection that could close. Who is gone for good
   * must not count against every majority for ever; who lives is heard long before.
   */
  async function buryMissing(): Promise<void> {
    const pauseMs = missingSuspicions * suspicionMs;
    while (membership.missing().length > 0) {
      const sleptSinceMs = clock.monotonicMs();
      await sleep(clock, pauseMs, signal);
      if (overslept(sleptSinceMs, pauseMs)) continue;
      for (const peer of membership.missing()) {
        const sinceMs = clock.monotonicMs();
        const others = await askMajority(peer);
        if (others !== 'unreached' || overslept(sinceMs, 0)) continue;
        if (!membership.missing().includes(peer)) continue;
        await bury(peer);
      }
    }
  }

  /** Whether this process stood still meanwhile: then what it knows is old, and it asks anew. */
  function overslept(sinceMs: number, pauseMs: number): boolean {
    const slackMs = suspicionMs + 4 * probeMs;
    return clock.monotonicMs() - sinceMs > pauseMs + slackMs;
  }

  /**
   * Nobody is unreached for who sees no majority as he asks: what he hears then is old when he sees one again, and who
   * is heard first must not bury who is heard a moment later.
   */
  async function askMajority(target: PeerId): ReturnType<typeof askOthers> {
    const [others, sees] = await Promise.all([askOthers(target), seesMajorityWithout(target)]);
    return others === 'unreached' && !sees ? 'nobody-asked' : others;
  }

  /** Asks a few connected peers that speak the heartbeat, the same few for the same suspect. */
  async function askOthers(target: PeerId): Promise<'reached' | 'unreached' | 'nobody-asked'> {
    const others = mesh.connected().filter((peer) => peer !== target && silence.knows(peer));
    const helpers = rendezvous(target, others).slice(0, helpersMax);
    const answers = await Promise.all(helpers.map((helper) => heartbeat.ask(helper, target)));
    if (answers.length === 0) return 'nobody-asked';
    return answers.includes(true) ? 'reached' : 'unreached';
  }

  /** Whoever stood still while it asked knows nothing of now. */
  async function seesMajorityWithout(peer: PeerId): Promise<boolean> {
    const sinceMs = clock.monotonicMs();
    return (await rollCall.seesMajorityWithout(peer)) && !overslept(sinceMs, 0);
  }

  /** A minority goes on suspecting; the lease decides about what the peer holds. */
  async function bury(peer: PeerId): Promise<void> {
    if (!(await seesMajorityWithout(peer))) return;
    if (!isSuspected(peer) && !membership.missing().includes(peer)) return;
    membership.bury(peer);
    silence.buried(peer);
    const reason = 'it does not answer, nobody asked reaches it, and we see a majority';
    await chronicle.record({ kind: 'member.dead', peer, reason });
    // One that hangs keeps its connections, and whatever we send into them. It may dial anew.
    mesh.disconnect(peer);
    options.onChange();
  }

  function isConnected(peer: PeerId): boolean {
    return mesh.connected().includes(peer);
  }

  function isAlive(peer: PeerId): boolean {
    return membership.get(peer)?.liveness === 'alive';
  }

  function isSuspected(peer: PeerId): boolean {
    return membership.get(peer)?.liveness === 'suspected';
  }

  /** What it said before it was suspected may come late, and refutes nothing. */
  function isNews({ peer, incarnation }: HealthNote): boolean {
    return incarnation > (membership.get(peer)?.capabilities.incarnation ?? 0);
  }

  /** One inquiry about a peer at a time. */
  function findOut(peer: PeerId, inquiry: () => Promise<void>): void {
    if (asking.has(peer) || confirming.has(peer)) return;
    asking.add(peer);
    background(inquiry().finally(() => asking.delete(peer)));
  }

  function background(job: Promise<void>): void {
    job.catch((error: unknown) => {
      if (!signal.aborted) trouble.tell(error);
    });
  }

  /** Tells more than silence does: who is being asked for is suspected without waiting for answers. */
  function onClosed(peer: PeerId): void {
    if (confirming.has(peer)) closedMeanwhile.add(peer);
    else if (isAlive(peer)) background(confirm(peer));
  }

  function onHealth(from: PeerId, note: HealthNote): void {
    const { peer } = note;
    if (peer === mesh.peer) {
      if (note.kind === 'suspected') options.onSuspected(note.incarnation);
      return;
    }
    if (note.kind === 'alive' && from === peer && isNews(note)) return revive(peer);
    // Whom somebody suspects we ask ourselves, at once; most peers are watched by a few only.
    if (note.kind !== 'suspected') return;
    if (!isConnected(peer)) onClosed(peer);
    else if (silence.knows(peer)) findOut(peer, () => check(peer));
  }

  function watchNearest(): void {
    watched = rendezvous(mesh.peer, mesh.connected()).slice(0, watchedMax);
  }

  const ends = [
    mesh.onConnection(({ peer, open: isOpen }) => {
      membership.connection(peer, isOpen);
      watchNearest();
      silence.renew(peer, clock.monotonicMs());
      if (!isOpen) pinging.delete(peer);
      if (!isOpen) onClosed(peer);
      options.onChange();
    }),
    mesh.subscribe(topics.health, onHealth),
    () => heartbeat.stop(),
    () => stopping.abort(),
  ];
  for (const peer of mesh.connected()) membership.connection(peer, true);
  watchNearest();
  background(beat());
  background(buryMissing());
  return {
    async isConfirmedDead(peer) {
      if (!membership.isDead(peer)) return false;
      const isMajority = await seesMajorityWithout(peer);
      if (!membership.isDead(peer)) return false;
      if (!isMajority) {
        membership.unbury(peer);
        // Whoever buried it a moment ago may be at it yet, and then goes on by himself. Some stay dead all the same.
        if (isSuspected(peer) && !confirming.has(peer)) background(confirm(peer));
      }
      return isMajority;
    },
    stop() {
      for (const end of ends) end();
    },
  };
}
