import type { Emulation } from './emulation.ts';
import type { GitHost } from './git/host.ts';
import type { Tables } from './store/rows.ts';

/** What the routes share. Rows change only synchronously, so no two requests interleave in them. */
export interface World {
  readonly tables: Tables;
  readonly emulation: Emulation;
  readonly git: GitHost;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly baseUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** By pull request: the base and head that were last found not to be merged. Spares git calls. */
  readonly notMerged: Map<number, string>;
  /** By repository: the branches with which the rows were last brought in step. */
  readonly synced: Map<number, string>;
}
