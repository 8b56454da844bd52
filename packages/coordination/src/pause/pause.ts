/**
 * Whether this peer begins new work: its operator may pause it, and any operator the whole mesh. What is
 * under way goes on, unless its operator lets the attempts rest too, all of them or that at one task, each where it
 * is; results are published, judged and helped with.
 *
 * What holds for the mesh is a register that the last writer wins: every peer tells it with its
 * capabilities, so whoever was away, or joins later, learns it without anybody repeating it.
 */
import {
  BzzzError,
  type Capabilities,
  type Epoch,
  hlcCompare,
  hlcTick,
  hlcZero,
  type MeshPause,
  type PeerId,
  type TaskId,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Clock, Rest } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Book } from '../task/book.ts';
import { holdOf, open } from '../task/state.ts';

export interface PauseDeps {
  readonly self: PeerId;
  readonly clock: Clock;
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly trouble: Pick<Trouble, 'tell'>;
  /** Of the tasks that this peer works on. */
  readonly book: Pick<Book, 'get' | 'update'>;
  readonly onChange: () => void;
}

/** What an earlier run was told last. */
export interface PauseMemory {
  readonly self: boolean;
  /** Those under way rest. */
  readonly attempts: boolean;
  /** Of which the attempts rest whatever the others do. */
  readonly tasks: readonly TaskId[];
  readonly mesh: MeshPause | null;
}

/** `attempts`: those of this peer that are under way, and nothing new is begun either; a task: that at it alone. */
type PauseScope = 'self' | 'mesh' | 'attempts' | { readonly task: TaskId };

export interface Pause {
  /** Whether this peer begins nothing new, and who wants it so. */
  current(): 'self' | 'mesh' | null;
  /** What holds for the mesh, as it is told to others; null: nobody ever said anything. */
  mesh(): MeshPause | null;
  /** An operator's word. Resolves when it is in the journal. Throws `task_not_here` where no attempt at that task is ours. */
  set(scope: PauseScope, paused: boolean): Promise<void>;
  readonly rest: Rests;
  /** Another peer's word about the mesh. Who has not heard the last one is told at once. */
  hear(told: MeshPause | undefined): void;
  remember(memory: PauseMemory): void;
}

/** Of the attempts of this peer: of all of them, and of that at one task. */
export interface Rests {
  readonly all: Pick<Rest, 'wanted'>;
  of(task: TaskId): Rest;
  /** This peer does not work on it any more, so a later attempt begins as any other. */
  forget(task: TaskId): void;
}

/** A time so far ahead of our clock is a mistake, or meant to stand for ever. */
const aheadMsMax = 60_000;

export function createPause(deps: PauseDeps): Pause {
  const { clock, chronicle } = deps;
  let own = false;
  let resting = false;
  const tasks = new Set<TaskId>();
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
    tellAll();
  }

  function letTaskRest(task: TaskId, wanted: boolean): void {
    if (tasks.has(task) === wanted) return;
    if (wanted) tasks.add(task);
    else tasks.delete(task);
    deps.book.update(task, { resting: wanted });
    tellAll();
  }

  async function setTask(task: TaskId, paused: boolean): Promise<void> {
    const epoch = workedOnAt(task);
    if (epoch === undefined) {
      throw new BzzzError('task_not_here', `this peer has no attempt at ${task} under way`);
    }
    await chronicle.record({ kind: 'attempt.paused', task, epoch, paused });
    // It may have ended meanwhile, and then nothing is to begin at rest.
    letTaskRest(task, paused && workedOnAt(task) === epoch);
  }

  function leave(task: TaskId): void {
    const { state = open } = deps.book.get(task) ?? {};
    const hold = tasks.has(task) ? holdOf(state) : undefined;
    letTaskRest(task, false);
    // Else its end is in the journal, which says it all: only a defect has none.
    if (hold?.peer !== deps.self) return;
    chronicle
      .record({ kind: 'attempt.paused', task, epoch: hold.epoch, paused: false })
      .catch((error: unknown) => deps.trouble.tell(error, task));
  }

  function workedOnAt(task: TaskId): Epoch | undefined {
    const { state } = deps.book.get(task) ?? {};
    const isAtIt =
      state?.state === 'claimed' || state?.state === 'running' || state?.state === 'helping';
    return isAtIt && state.hold.peer === deps.self ? state.hold.epoch : undefined;
  }

  /** What was not changed for one of them it hears as it was. */
  function tellAll(): void {
    for (const tell of resters) tell();
  }

  return {
    rest: {
      all: { wanted: () => resting },
      of: (task) => ({
        wanted: () => resting || tasks.has(task),
        onChange(listener) {
          resters.add(listener);
          return () => resters.delete(listener);
        },
      }),
      forget: leave,
    },
    current() {
      if (own || resting) return 'self';
      return mesh?.paused === true ? 'mesh' : null;
    },
    mesh: () => mesh,
    async set(scope, paused) {
      if (typeof scope === 'object') {
        await setTask(scope.task, paused);
      } else if (scope !== 'mesh') {
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
      for (const task of memory.tasks) letTaskRest(task, true);
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
