/** What was seen of a mesh from outside while a drill went on: all that its judgement is made of. */
import type { FenceLink, FenceTips } from '@bzzz/peer';
import type { PeerId } from '@bzzz/protocol';
import type { PeerAnswer, QuarantineAnswer, TaskAnswer } from '@bzzz/protocol/api';
import type { Move } from './moves.ts';

export interface Evidence {
  readonly peers: readonly PeerEvidence[];
  /** Tasks that were under way when the drill began, and those of which the fence or a journal moved since. */
  readonly tasks: readonly TaskEvidence[];
  /** Why the fence itself could not be looked at; null: it was. */
  readonly fenceUnseen: string | null;
  /** What the fault was seen to do; null: nobody saw it do anything. */
  readonly effect: string | null;
}

/** One peer of this machine. */
export interface PeerEvidence {
  readonly id: PeerId;
  readonly name: string;
  readonly journal: {
    readonly keyBefore: string;
    /** Null: it does not answer. */
    readonly key: string | null;
    /** Digest by position of every entry that it told us at any time: these it had acknowledged. */
    readonly heard: ReadonlyMap<number, string>;
    /** The same of what stands there now. */
    readonly kept: ReadonlyMap<number, string>;
    /** So many entries it had when the drill began. */
    readonly heardBefore: number;
    /** Its position after the last entry now. */
    readonly length: number;
    readonly moves: readonly Move[];
  };
  /** Members that it held alive before; of each the name. */
  readonly aliveBefore: ReadonlyMap<string, string>;
  readonly asideBefore: ReadonlySet<string>;
  /** What it says now; null: it does not answer. */
  readonly now: {
    readonly members: readonly PeerAnswer[];
    readonly tasks: readonly TaskAnswer[];
    readonly aside: QuarantineAnswer['quarantined'];
  } | null;
}

export interface TaskEvidence {
  readonly task: string;
  /** Of the lock and the result; null where the fence was not looked at. */
  readonly fence: {
    readonly before: FenceTips;
    readonly now: FenceTips;
    /** The commit that the lock stood at before; null: there was no lock. */
    readonly stood: FenceLink | null;
    /** What was put on top of that since, oldest first. */
    readonly grown: readonly FenceLink[];
    /** Why the rest cannot be told. */
    readonly broken: string | null;
    readonly pulls: readonly number[];
  } | null;
}
