/** What the journals say about the mesh at one moment. */
import type { StoryEntry } from '@bzzz/protocol/api';

/** `unknown`: others named it, and nothing was heard of it. `stopped`: it said so, as somebody wanted it. */
export type Life = 'unknown' | 'up' | 'stopped' | 'suspected' | 'dead';

/** What a peer does for a task. */
export type Duty = 'works' | 'helps';

export interface PeerWorld {
  readonly id: string;
  readonly name: string | null;
  readonly version: string | null;
  readonly life: Life;
  /** When it stopped or was declared dead last; null: it never did. */
  readonly endedMs: number | null;
  /** It begins nothing new. */
  readonly paused: boolean;
  /** What it had begun stands still, and it begins nothing new. */
  readonly attemptsPaused: boolean;
  readonly duties: ReadonlyMap<string, Duty>;
  /** Members that it met and did not declare dead. */
  readonly met: ReadonlySet<string>;
  readonly lastMs: number;
}

interface AttemptWorld {
  readonly peer: string | null;
  readonly attempt: number;
  readonly executor: string;
  readonly startedMs: number;
  /** Role of the last step that ended; null: none did. */
  readonly role: string | null;
}

export interface TaskWorld {
  readonly task: string;
  readonly title: string | null;
  readonly state: string;
  readonly holder: string | null;
  readonly epoch: number;
  readonly pullRequest: number | null;
  readonly reason: string | null;
  /** Whoever had it let go of it until people say otherwise. */
  readonly withPeople: boolean;
  readonly attempt: AttemptWorld | null;
  /** It stands still on the word of an operator, as its peer wrote. */
  readonly resting: boolean;
  /** Who found that the result passes, and who that it does not. */
  readonly passed: readonly string[];
  readonly refused: readonly string[];
  /** When state, holder, epoch, attempt or pull request changed last. */
  readonly changedMs: number;
}

export interface ClaimWorld {
  readonly task: string;
  readonly epoch: number;
  readonly state: string;
  /** Of a holder that only says that it still holds. */
  readonly renewal: boolean;
}

/** What a machine was short of, by its own word. */
export interface AlertWorld {
  readonly peer: string;
  readonly sinceMs: number;
  readonly text: string;
}

/** Somebody whose journal tells two stories, in the eyes of one who has the proof. */
export interface AsideWorld {
  readonly by: string;
  readonly peer: string;
  readonly sinceMs: number;
  readonly reason: string;
}

export interface World {
  readonly peers: ReadonlyMap<string, PeerWorld>;
  readonly tasks: ReadonlyMap<string, TaskWorld>;
  /** What the newest pushes of the fence were to do, by the commit that was pushed. */
  readonly claims: ReadonlyMap<string, ClaimWorld>;
  readonly meshPaused: boolean;
  /** Those that stand, by peer and measure. */
  readonly alerts: ReadonlyMap<string, AlertWorld>;
  /** By who set aside, and whom. */
  readonly setAside: ReadonlyMap<string, AsideWorld>;
  /** What was tried for machines; the newest last. */
  readonly healings: readonly StoryEntry[];
  /** The newest last. */
  readonly troubles: readonly StoryEntry[];
  readonly lastMs: number;
}

export const emptyWorld: World = {
  peers: new Map(),
  tasks: new Map(),
  claims: new Map(),
  meshPaused: false,
  alerts: new Map(),
  setAside: new Map(),
  healings: [],
  troubles: [],
  lastMs: 0,
};

/** A page stays open for weeks: what is oldest gives way. */
export const worldMax = {
  peers: 5_000,
  tasks: 10_000,
  claims: 2_000,
  alerts: 1_000,
  setAside: 1_000,
  healings: 100,
  troubles: 100,
};
