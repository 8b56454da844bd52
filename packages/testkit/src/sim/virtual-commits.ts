/** The commits that executors of this world made, as the mirrors of all peers hold them. */
import { Oid, type TaskId } from '@bzzz/protocol';
import type { SeededRandom } from './random.ts';

/** Whether it adds a test, and whether that one fails without the rest of it (`prove`) or passes (`idle`). */
export type AddedTests = 'none' | 'prove' | 'idle';

export interface Made {
  readonly task: TaskId;
  /** The commit of the base branch that it stands on. */
  readonly base: Oid;
  /** A commit beneath its tip touches what the policy protects, though the net change does not. */
  readonly trespasses: boolean;
  readonly tests: AddedTests;
  /** A commit beneath its tip holds a secret, which its tip takes away again. */
  readonly secret: boolean;
}

export interface VirtualCommits {
  make(random: SeededRandom, made: Made): Oid;
  /** Undefined: a person made it. */
  get(oid: Oid): Made | undefined;
}

export function createVirtualCommits(): VirtualCommits {
  const commits = new Map<Oid, Made>();
  return {
    make(random, made) {
      const digits = Array.from(random.bytes(20), (byte) => byte.toString(16).padStart(2, '0'));
      const oid = Oid.parse(digits.join(''));
      commits.set(oid, made);
      return oid;
    },
    get: (oid) => commits.get(oid),
  };
}
