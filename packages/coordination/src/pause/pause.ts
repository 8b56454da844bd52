/**
 * Whether this peer begins new work: its operator may pause it, and any operator the whole mesh. What is
 * under way goes on, unless its operator lets the attempts rest too, each where it is; results are
 * published, judged and helped with.
 *
 * What holds for the mesh is a register that the last writer wins: every peer tells it with its
 * capabilities, so whoever was away, or joins later, learns it without anybody repeating it.
 */
import {
  type Capabilities,
  hlcCompare,
  hlcTick,
  hlcZero,
  type MeshPause,
  type PeerId,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Clock, Rest } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';

export interface PauseDeps {
  readonly self: PeerId;
  readonly clock: Clock;
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly trouble: Pick<Trouble, 'tell'>;
  readonly onChange: () => void;
}

/** What an earlier run was told last. */
export interface PauseMemory {
  readonly self: boolean;
  /** Those under way rest. */
  readonly attempts: boolean;
  readonly mesh: MeshPause | null;
}

/** `attempts`: those of this peer that are under way, and nothing new is begun either. */
type PauseScope = 'self' | 'mesh' | 'attempts';

export interface Pause {
  /** Whether this peer begins nothing new, and who wants it so. */
  current(): 'self' | 'mesh' | null;
  /** What holds for the mesh, as it is told to others; null: nobody ever said anything. */
  mesh(): MeshPause | null;
  /** An operator's word. Resolves when it is in the journal. */
  set(scope: PauseScope, paused: boolean): Promise<void>;
  /** Of the attempts of this peer. */
  readonly rest: Rest;
  /** Another peer's word about the mesh. Who has not heard the last one is told at once. */
  hear(told: MeshPause | undefined): void;
  remember(memory: PauseMemory): void;
}

/** A time so far ahead of our clock is a mistake, or meant to stand for ever. */
const aheadMsMax = 60_000;

export function createPause(deps: PauseDeps): Pause {
  const { clock, chronicle } = deps;
  let own = false;
  let resting = false;
  const resters = new Set<() => void>();
  let mesh: MeshPause | null = null;

  /** Negative: the other one was said later. */
  function order(told: MeshPause | undefined): number {
    if (told === undefined || told.at.wallMs > clock.wallMs() + aheadMsMax) return mesh ? -1 : 0;
    if (mesh === null) return 1;
    return hlcCompare(told.at, mesh.at) || Number(told.by > mesh.by) - Number(told.by < mesh.by);
  }

  function letRest(wanted: boolean): void {
    if (resting === wanted) return;
    resting = wanted;
    for (const tell of resters) tell();
  }

  return {
    rest: {
      wanted: () => resting,
      onChange(listener) {
        resters.add(listener);
        return () => resters.delete(listener);
      },
    },
    current() {
      if (own || resting) return 'self';
      return mesh?.paused === true ? 'mesh' : null;
    },
    mesh: () => mesh,
    async set(scope, paused) {
      if (scope !== 'mesh') {
        await chronicle.record({ kind: 'pause.set', scope, paused });
        if (scope === 'self') own = paused;
        // Whoever begins new work again has nothing rest any more.
        if (scope === 'attempts' || !paused) letRest(paused);
      } else {
        const at = hlcTick(mesh?.at ?? hlcZero, Math.floor(clock.wallMs()));
        const said = { paused, at, by: deps.self };
        await chronicle.record({ kind: 'pause.set', scope, paused, mesh: said });
        mesh = said;
      }
      deps.onChange();
    },
    hear(told) {
      const later = order(told);
      if (later < 0) deps.onChange();
      if (later <= 0 || told === undefined) return;
      mesh = told;
      const { paused } = told;
      chronicle
        .record({ kind: 'pause.set', scope: 'mesh', paused, mesh: told })
        .catch((error: unknown) => deps.trouble.tell(error));
      deps.onChange();
    },
    remember(memory) {
      own = memory.self;
      letRest(memory.attempts);
      mesh = memory.mesh;
    },
  };
}

/** As it stands in the capabilities. */
export function pauseTold(pause: Pause): Pick<Capabilities, 'paused' | 'meshPause'> {
  const meshPause = pause.mesh();
  return {
    ...(pause.current() === null ? {} : { paused: true }),
    ...(meshPause === null ? {} : { meshPause }),
  };
}
