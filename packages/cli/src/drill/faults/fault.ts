/** What a drill does to peers. Its healing is in `undo.ts`, so that it works as well for who comes later. */
import type { Target } from '../targets.ts';

/** Whoever makes one throws `drill_means_missing` and `drill_peer_elsewhere` before anything is done. */
export interface Fault {
  /** What is done, and to whom; it stands in the journals. */
  readonly about: string;
  /** Peers that are harmed themselves. */
  readonly on: readonly Target[];
  /** Resolves when the fault is there. When it throws, whatever it did already is left to `heal`. */
  begin(): Promise<void>;
  /** Looks what it does, in words; null: nothing so far. Before it is healed. */
  effect(signal: AbortSignal): Promise<string | null>;
  /** Idempotent. Throws `drill_not_healed`. */
  heal(): Promise<void>;
}
