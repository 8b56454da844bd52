/** What a peer is made of, and how it is to behave. */
import type {
  BzzzError,
  Capabilities,
  Liveness,
  Machine,
  PeerId,
  RepoName,
  SpendCaps,
  TaskId,
  Timing,
} from '@bzzz/protocol';
import type { Mask } from '../output/mask.ts';
import type { Printed } from '../output/printed.ts';
import type { WitnessOf } from '../quarantine/watch-heads.ts';
import type {
  Clock,
  Executors,
  Forge,
  Journal,
  JournalLog,
  Mesh,
  Random,
  Signer,
  Workspaces,
} from '../ports/index.ts';

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly mesh: Mesh;
  readonly journal: Journal;
  /** Other peers' journals, as far as they have arrived here. */
  readonly replicas: () => readonly JournalLog[];
  /** What is held of a journal, to compare signed heads of its writer with. */
  readonly witness: WitnessOf;
  readonly forge: Forge;
  readonly workspaces: Workspaces;
  readonly executors: Executors;
  /** Told what attempts print. Absent: nobody can watch them. */
  readonly printed?: Pick<Printed, 'begin'>;
  /** For what programs and models said. Absent: everybody may read that as it is. */
  readonly mask?: Mask;
  /**
   * Told that people have merged the result of a task, or taken the task away: what is kept for a further attempt
   * is not needed. Perhaps more than once; absent: nothing is kept.
   */
  readonly onOver?: (task: TaskId) => void;
}

/** What a machine has to offer just now. */
export interface Offer {
  /** Attempts at a time. */
  readonly slots: number;
  readonly tools: readonly string[];
  readonly sandbox: Capabilities['sandbox'];
  /** Cores, memory, graphics cards; absent: nobody looked. */
  readonly machine?: Machine;
  /** Why this machine may not execute anything, for people; null or absent: it may. */
  readonly unable?: string | null;
  /** Why executors that are not offered now are not, by name, for people; absent: nobody knows more. */
  readonly unready?: Readonly<Record<string, string>>;
}

export interface CoordinatorOptions {
  readonly name: string;
  readonly version: string;
  readonly repositories: readonly RepoName[];
  /** Asked whenever it matters: machines change while a peer runs. `offerChanged` tells the mesh at once. */
  readonly offer: () => Offer;
  /** What this machine is, as its verdicts say it: `linux x64`. */
  readonly platform: string;
  /** Absent: models may cost what they cost. */
  readonly spend?: SpendCaps;
  readonly wire: Capabilities['wire'];
  readonly timing: Timing;
  readonly liveness: Liveness;
  /** CPU load of the machine a core. */
  readonly load: () => number;
  /** How the machine is, as others are told; undefined: nobody has looked. */
  readonly health?: () => Capabilities['health'];
  /** Whether the operator of the mesh admitted a peer; absent: it has none, and whoever is heard is a member. */
  readonly isMember?: (peer: PeerId) => boolean;
  /** Serial of the list of members that it goes by; absent: the mesh has no operator. */
  readonly memberList?: () => number;
  /** The journal cannot be written: the process must end, since nothing may be done without it. */
  readonly onFatal: (error: BzzzError) => void;
}
