/** Tells the mesh who we are and what we can do; hears the same of others. */
import { type Capabilities, type MeshPause, type PeerId, topics } from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Clock, Mesh } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import { createWaker } from '../support/waker.ts';
import type { Membership } from './membership.ts';

export interface PresenceDeps {
  readonly clock: Clock;
  readonly mesh: Mesh;
  readonly chronicle: Chronicle;
  readonly membership: Membership;
  readonly trouble: Trouble;
}

export interface PresenceOptions {
  readonly announceMs: number;
  /** What we are right now. */
  readonly describe: () => Omit<Capabilities, 'peer' | 'incarnation' | 'revision'>;
  /** Rises with every start of the process. */
  readonly incarnation: number;
  /** A peer that was not known, or was thought dead, is there. */
  readonly onJoin: (peer: PeerId) => void;
  /** What somebody told about the mesh; undefined: nothing yet. */
  readonly onMeshPause: (told: MeshPause | undefined) => void;
  readonly onChange: () => void;
}

export interface Presence {
  /** Something changed: say it now. */
  announce(): void;
  /** Somebody suspects our incarnation: say that we live under a higher one. */
  refute(incarnation: number): void;
  self(): Capabilities;
  /**
   * The last word: who stops well must not count against every majority until the others have found out. Nothing is
   * announced after it.
   */
  leave(): Promise<void>;
  stop(): void;
}

/**
 * Who has just come, or was just connected, may not hear what is said at once: it may listen only a moment later. So it is
 * said again after this time, after twice as long, and so on until the usual pause.
 */
const settleMs = 1_000;

export function startPresence(deps: PresenceDeps, options: PresenceOptions): Presence {
  const { clock, mesh, chronicle, membership, trouble } = deps;
  const stopping = new AbortController();
  const waker = createWaker(clock);
  let { incarnation } = options;
  let revision = 0;
  let pauseMs = firstPauseMs();
  let current = describe();

  function firstPauseMs(): number {
    return Math.min(options.announceMs, settleMs);
  }

  /** Somebody is there who may not know us. */
  function introduce(): void {
    pauseMs = firstPauseMs();
    waker.wake();
  }

  function describe(): Capabilities {
    revision += 1;
    const next = { ...options.describe(), peer: mesh.peer, incarnation, revision };
    membership.heard(next, clock.monotonicMs());
    return next;
  }

  async function run(): Promise<void> {
    for (;;) {
      current = describe();
      await mesh.publish(topics.capabilities, current).catch(trouble.tell);
      const restMs = pauseMs;
      pauseMs = Math.min(options.announceMs, 2 * pauseMs);
      await waker.wait(restMs, stopping.signal);
    }
  }

  function onCapabilities(from: PeerId, capabilities: Capabilities): void {
    if (capabilities.peer !== from) return;
    const known = membership.get(from);
    if (!membership.heard(capabilities, clock.monotonicMs())) return;
    if (capabilities.leaving === true) {
      if (known !== undefined && known.liveness !== 'dead') left(from);
    } else if (known === undefined) {
      joined(capabilities);
      introduce();
    }
    options.onMeshPause(capabilities.meshPause);
    options.onChange();
  }

  /** The journal tells the next run who the last known membership was: who came back is one of it. */
  function joined({ peer, name }: Capabilities): void {
    chronicle.record({ kind: 'member.joined', peer, name }).catch(trouble.tell);
    options.onJoin(peer);
  }

  /** So that the next run does not look for it either. */
  function left(peer: PeerId): void {
    const reason = 'it said that it stops';
    chronicle.record({ kind: 'member.dead', peer, reason, leaving: true }).catch(trouble.tell);
  }

  const offReturn = membership.onReturn(joined);
  function stop(): void {
    stopping.abort();
    unsubscribe();
    offConnection();
    offReturn();
  }

  const unsubscribe = mesh.subscribe(topics.capabilities, onCapabilities);
  const offConnection = mesh.onConnection(({ open }) => {
    if (open) introduce();
  });
  run().catch((error: unknown) => {
    if (!stopping.signal.aborted) trouble.tell(error);
  });
  return {
    announce() {
      current = describe();
      waker.wake();
    },
    refute(suspected) {
      if (suspected < incarnation || stopping.signal.aborted) return;
      incarnation = suspected + 1;
      revision = 0;
      current = describe();
      mesh
        .publish(topics.health, { kind: 'alive', peer: mesh.peer, incarnation })
        .catch(trouble.tell);
      waker.wake();
    },
    self: () => current,
    async leave() {
      stop();
      revision += 1;
      const lastWord = { ...current, revision, leaving: true };
      await mesh.publish(topics.capabilities, lastWord).catch(trouble.tell);
    },
    stop,
  };
}
