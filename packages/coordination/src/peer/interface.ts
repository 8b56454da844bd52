/** What a whole peer can be asked and told by whoever runs it. */
import type { EntryBody, PeerId, RepoName, TaskId } from '@bzzz/protocol';
import type { Pause } from '../pause/pause.ts';
import type { StoredEntry } from '../ports/index.ts';
import type { PeerReport, TaskReport } from '../why/report.ts';
import type { PeerView } from './view.ts';

/** What else than tasks goes into the journal: who told this peer to do what, and how its machine is. */
export type Note = Extract<
  EntryBody,
  { kind: 'operator.acted' | 'health.alert' | 'health.healed' | 'trouble' }
>;

export interface Coordinator {
  /** Recovers from the journal, then joins. Throws what the journal throws. */
  start(): Promise<void>;
  /** Lets go of what is held, as far as the forge answers in time. Idempotent. */
  stop(): Promise<void>;
  /** Looks at a repository now, as after a person filed an issue. */
  lookNow(repo: RepoName): void;
  view(): PeerView;
  /** The tasks of `view`, alone; the same list as long as nothing of it is another. */
  tasks(): PeerView['tasks'];
  /** For every peer its reason to take a task or not, gathered from the mesh. Throws `aborted`. */
  whyTask(task: TaskId, options: { signal: AbortSignal }): Promise<TaskReport>;
  /** Why a peer is idle; undefined: it is not known. Throws `aborted`. */
  whyPeer(peer: PeerId, options: { signal: AbortSignal }): Promise<PeerReport | undefined>;
  /** What `offer` answers is another than before: the mesh hears of it, and work may begin. */
  offerChanged(): void;
  /** The operator's list of members is another. */
  membersChanged(): void;
  /** Stops new work here or in the whole mesh, or attempts too, or one, or lets it go on again. Throws `task_not_here`. */
  pause: Pause['set'];
  /** A person decides that a peer is not set aside any more. Throws `peer_unknown` when it is not. */
  liftQuarantine(peer: PeerId): Promise<void>;
  /** Puts a note into the journal; of an operator's act before it is done. Throws what the journal throws. */
  note(note: Note): Promise<void>;
  /** Entries of our own journal as they become durable. */
  onEntry(listener: (stored: StoredEntry) => void): () => void;
}
