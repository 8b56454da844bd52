/** What is counted of a running peer and told nowhere else, for whoever draws curves of it. */
import type { Clock, Coordinator } from '@bzzz/coordination';
import type { GithubStats } from '@bzzz/github';
import type { MeshStats } from '@bzzz/mesh';
import type { NotifierState } from '@bzzz/webhook';
import { isBzzzError, type TaskId } from '@bzzz/protocol';
import type { CountedRuns } from './counted-runs.ts';
import { countEntries, type EntryCounts } from './entry-counts.ts';
import { createTaskAges } from './task-ages.ts';
import type { TimedJournal } from './timed-journal.ts';

export interface Figures {
  readonly entries: EntryCounts;
  readonly commands: CountedRuns['ends'];
  readonly networkRefusals: number;
  readonly appends: TimedJournal['appends'];
  /** By state, of what is in it longest. */
  readonly tasksOldestMs: Readonly<Record<string, number>>;
  /** Tasks that this peer holds, by state. */
  readonly tasksHeld: ReadonlyMap<string, number>;
  readonly mesh: MeshStats;
  readonly github: GithubStats;
  /** Null: nobody outside is told anything. */
  readonly notifier: NotifierState | null;
}

export interface FiguresDeps {
  readonly clock: Clock;
  readonly coordinator: Pick<Coordinator, 'onEntry' | 'view'>;
  readonly runs: Pick<CountedRuns, 'ends' | 'networkRefusals'>;
  readonly appends: TimedJournal['appends'];
  readonly mesh: { stats(): MeshStats };
  readonly github: { stats(): GithubStats };
  readonly notifier: () => NotifierState | null;
}

/** How exactly the ages of tasks are known. */
const lookMs = 5_000;

/** Call it before the coordinator starts: what it recovers counts too. */
export function startFigures(deps: FiguresDeps) {
  const { clock, coordinator, runs, appends, mesh, github, notifier } = deps;
  const counter = countEntries();
  const ages = createTaskAges();
  const silence = coordinator.onEntry(({ entry }) => counter.add(entry.body, isTaken));
  let cancel: (() => void) | undefined;

  function isTaken(task: TaskId): boolean {
    try {
      const { self, tasks } = coordinator.view();
      const holder = tasks.find((one) => one.task === task)?.holder ?? null;
      return holder !== null && holder !== self.peer;
    } catch (error) {
      // What it goes on with while it starts was its own before.
      if (isBzzzError(error, 'stopped')) return false;
      throw error;
    }
  }

  function look(): void {
    ages.look(coordinator.view().tasks, clock.monotonicMs());
    cancel = clock.after(lookMs, look);
  }

  return {
    /** Once the coordinator runs: before, it shows nothing. */
    watch: look,
    now(): Figures {
      const { self, tasks } = coordinator.view();
      const nowMs = clock.monotonicMs();
      ages.look(tasks, nowMs);
      const tasksHeld = new Map<string, number>();
      for (const { holder, state } of tasks) {
        if (holder === self.peer) tasksHeld.set(state, (tasksHeld.get(state) ?? 0) + 1);
      }
      return {
        entries: counter.counts,
        commands: runs.ends,
        networkRefusals: runs.networkRefusals(),
        appends,
        tasksOldestMs: ages.oldestMs(nowMs),
        tasksHeld,
        mesh: mesh.stats(),
        github: github.stats(),
        notifier: notifier(),
      };
    },
    stop() {
      silence();
      cancel?.();
    },
  };
}
