import type { Journal, StoredEntry } from '@bzzz/coordination';
import type { JournalKey, TreeWitness } from '@bzzz/protocol';
import type { MessageStream } from './message-stream.ts';

/** What a writer signed last, as Hypercore counts: in blocks, each of which holds many entries. */
export interface Head {
  /** Blocks. */
  readonly length: number;
  /** Rises when a writer rewrites its log, which ours never does. */
  readonly fork: number;
  /** Root of the Merkle tree over all blocks, 64 hex digits. Two of one length and fork that
   *  differ prove that the writer signed two histories. */
  readonly treeHash: string;
  /** Over the hashes of its roots alone, 64 hex digits. */
  readonly rootsHash: string;
}

/** What a reader could not use: written by a newer release, or garbage of a hostile writer. */
export interface Skipped {
  /** Whole blocks: not a block, over the limits, or out of place. */
  readonly blocks: number;
  /** Single entries of readable blocks, counted when a read comes to them first. */
  readonly entries: number;
}

export interface ReadOptions {
  /** Position of the first entry that is wanted. Default 0. */
  readonly from?: number;
  /** Ends the iteration with `aborted`. */
  readonly signal?: AbortSignal;
}

export interface OwnJournal extends Journal {
  /** The newest head whose blocks are all durable. */
  head(): Head;
  skipped(): Skipped;
  /** Like `read`, then waits for what is appended later. Ends when the journals are closed. */
  follow(options?: ReadOptions): AsyncIterable<StoredEntry>;
}

/** Another peer's log, as far as it has arrived here. Everything in it is verified, none trusted. */
export interface Replica {
  readonly key: JournalKey;
  /** Position after the last entry that is here, without a gap before it since `start()`. */
  length(): number;
  /** Position of the first entry that is here: what stood before was let go, or could not be had. */
  start(): number;
  /** The newest head known of the writer; its blocks may still be on their way. */
  head(): Head;
  /** Whether the writer was seen to sign two histories. Then nothing is read any more, and reads
   *  throw `journal_corrupt`. */
  forked(): boolean;
  skipped(): Skipped;
  /** Lets go of what is too old, which nobody notices otherwise. Throws `stopped`, `journal_corrupt`. */
  trim(): Promise<void>;
  /**
   * Where nothing is here because nobody has the beginning any more, goes on with what others have: at the second
   * call between which nothing came. Throws `stopped`, `journal_corrupt`.
   */
  skipMissing(): Promise<void>;
  /**
   * The tree that its writer signed last, as far as it has come here, with its roots at a length, by default
   * its own: whatever the writer signs of that length must agree. Null: the log does not go so far here, or the
   * journals are closed. Throws `journal_corrupt` when the store cannot be read.
   */
  witness(length?: number): Promise<TreeWitness | null>;
  /** What is here from `from` on, oldest first. Never waits for the network. Throws `aborted`,
   *  `stopped` when the journals are closed, `journal_corrupt` when the store cannot be read. */
  read(options?: ReadOptions): AsyncIterable<StoredEntry>;
  /** Like `read`, then waits for what arrives later. Ends when the journals are closed. */
  follow(options?: ReadOptions): AsyncIterable<StoredEntry>;
}

export interface ReplicateOptions {
  /** True on the side that opened the stream. */
  readonly initiator: boolean;
  /** Ends the replication. */
  readonly signal?: AbortSignal;
}

/** Why a replication ended; null when this side or the other one just closed it. */
export interface ReplicationEnd {
  readonly reason: string | null;
}

/** The own journal and replicas of others', in one store. */
export interface Journals {
  readonly own: OwnJournal;
  /** Opens or makes the replica of a log and downloads all of it from whoever has it. */
  replica(key: JournalKey): Replica;
  /** Every replica in the store that was not let go. */
  replicas(): readonly Replica[];
  /**
   * Gives up the replica of a log: its blocks are cleared from the store, of which only its head stays. It is not among
   * `replicas()` any more, also after a restart, until `replica` asks for it anew. Nothing happens to one whose
   * writer was seen to sign two histories. Throws `stopped`, and what the store throws.
   */
  letGo(key: JournalKey): Promise<void>;
  /**
   * Exchanges logs over a libp2p stream until it ends; listens before it returns. The other side
   * gets every log in the store whose key it knows, so ask only members in. Resolves with the
   * reason, whatever the other side sends. Aborts the stream and throws `stopped` after `close`, and
   * `journal_write_failed` when the own journal failed, since nobody may learn what is not on disk.
   */
  replicate(stream: MessageStream, options: ReplicateOptions): Promise<ReplicationEnd>;
  /** Waits for appends that run, ends replications, closes the store. Idempotent. */
  close(): Promise<void>;
}
