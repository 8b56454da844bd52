/**
 * Everything that people and programs can ask of a running peer. The control socket and the HTTP gateway say it
 * each in its own way, and decide nothing.
 */
import type {
  AdmitRequest,
  CertificatesAnswer,
  Check,
  EntriesAnswer,
  EventsQuery,
  HealAnswer,
  HealthAnswer,
  HistoryQuery,
  InviteAnswer,
  InviteRequest,
  LogLine,
  LogsQuery,
  MemberAnswer,
  MembersAnswer,
  NetworkKeyAnswer,
  OffersAnswer,
  OffersQuery,
  OrderAnswer,
  OutputAnswer,
  OutputQuery,
  PauseRequest,
  PeerOrderAnswer,
  PeerOrderAsked,
  PeersAnswer,
  QuarantineAnswer,
  StatusAnswer,
  StoryEntry,
  StreamEvent,
  SubmitAnswer,
  SubmitRequest,
  TasksAnswer,
  TaskStoryAnswer,
  VerifiedAnswer,
  WhyPeerAnswer,
  WhyTaskAnswer,
} from '@bzzz/protocol/api';
import type { TaskOrder } from '@bzzz/protocol';
import type { z } from 'zod';
import type { Figures } from '../figures/figures.ts';

/** Who asks for a change; it stands in the journal before the change is made. */
export interface Asker {
  /** Name of a key, or `control socket`. */
  readonly by: string;
  /** Who sits there, where the command says it. */
  readonly user?: string;
  readonly signal: AbortSignal;
}
/** The same, for what does not wait. */
export type Acting = Omit<Asker, 'signal'>;

/** Tasks are named `owner/name#n`, or by number where one repository has it; peers by name, id, or its end. */
export interface Operations {
  status(): StatusAnswer;
  /** What is counted, for curves. */
  figures(): Figures;
  peers(): PeersAnswer;
  /** The same object as long as nothing is another; nobody may change it. */
  tasks(signal: AbortSignal): Promise<TasksAnswer>;
  /** Throws `task_unknown`. */
  task(id: string, signal: AbortSignal): Promise<TaskStoryAnswer>;
  /** Throws `task_unknown`, `aborted`. */
  whyTask(id: string, signal: AbortSignal): Promise<WhyTaskAnswer>;
  /** What its attempt prints, also on another peer, after a position. Throws `task_unknown`, `aborted`. */
  output(
    id: string,
    query: z.output<typeof OutputQuery>,
    signal: AbortSignal,
  ): Promise<OutputAnswer>;
  /** Throws `peer_unknown`, `aborted`. */
  whyPeer(id: string, signal: AbortSignal): Promise<WhyPeerAnswer>;
  /** Of all journals here, the newest that fit, oldest first. Throws `peer_unknown`, `task_unknown`, `index_failed`. */
  entries(query: z.output<typeof HistoryQuery>, signal: AbortSignal): Promise<EntriesAnswer>;
  /** The same, and where the query says so what comes to be here later. */
  history(query: z.output<typeof HistoryQuery>, signal: AbortSignal): AsyncIterable<StoryEntry>;
  /** How things stand, then what happens, until the signal. Whoever is slow gets fewer looks, and every entry. */
  events(query: z.output<typeof EventsQuery>, signal: AbortSignal): AsyncIterable<StreamEvent>;
  /** Of the own journal. */
  log(query: z.output<typeof LogsQuery>, signal: AbortSignal): AsyncIterable<LogLine>;
  /** Of a pull request by `owner/name#n`, or by number. Throws what the forge throws. */
  certificates(id: string, signal: AbortSignal): Promise<CertificatesAnswer>;
  /** Whether members found the same as the certificate of its result says. Throws what the forge throws. */
  verify(id: string, signal: AbortSignal): Promise<VerifiedAnswer>;
  /** How the machine is. */
  health(): HealthAnswer;
  /** Tries all that may help it, and harms nothing. */
  heal(asker: Acting): Promise<HealAnswer>;
  doctor(signal: AbortSignal): Promise<Check[]>;
  /** What stands between this peer and others, those at further multiaddrs among them. */
  doctorNet(addresses: readonly string[], signal: AbortSignal): Promise<Check[]>;
  /** Reads all journals into the index anew; how many entries they have. */
  rebuildIndex(signal: AbortSignal): Promise<number>;
  /** Looks anew for what this machine has to offer. */
  refresh(): Promise<{ readonly executors: readonly string[]; readonly slots: number }>;
  /** Looks at a repository, or at all, now; which ones. Throws `control_request_invalid`. */
  look(repo: string | undefined, asker: Acting): Promise<readonly string[]>;
  /** What may be filed. Throws as reading the forge does, and `policy_invalid`. */
  offers(query: z.output<typeof OffersQuery>, signal: AbortSignal): Promise<OffersAnswer>;
  /**
   * Files an issue. Throws `task_refused` where no peer would ever work on it, `policy_invalid`, and what the forge throws.
   */
  submit(issue: z.output<typeof SubmitRequest>, asker: Asker): Promise<SubmitAnswer>;
  /**
   * Says to all peers what to do with a task, by a comment on its issue. Throws `task_unknown`, `order_unheard`
   * where the policy does not listen to the account of this peer, and what the forge throws.
   */
  order(id: string, order: TaskOrder, asker: Asker): Promise<z.infer<typeof OrderAnswer>>;
  /**
   * Has a peer, or all of them, drain, pause or go on. Throws `peer_unknown`, `peer_order_refused`, `mesh_unreachable`,
   * `timeout`.
   */
  orderPeer(request: PeerOrderAsked, asker: Asker): Promise<PeerOrderAnswer>;
  /**
   * The same in switches; whether this peer begins nothing new now. Throws `task_unknown`, `task_not_here`, and for a task of
   * another peer as `orderPeer` does.
   */
  pause(request: z.output<typeof PauseRequest>, asker: Asker): Promise<boolean>;
  quarantine(): QuarantineAnswer;
  /** A person trusts a peer again; which one. Throws `peer_unknown` when it is not set aside. */
  liftQuarantine(peer: string, asker: Asker): Promise<{ readonly peer: string }>;
  /** A person looked, and it stays set aside; that alone is journalled. Throws `peer_unknown`. */
  keepQuarantine(peer: string, asker: Asker): Promise<{ readonly peer: string }>;
  /** Who belongs to the mesh, by the list of its operator. */
  members(): MembersAnswer;
  /** A code that lets one new peer in. Throws `operator_missing`, `port_taken`, `config_invalid`. */
  invite(
    request: z.output<typeof InviteRequest>,
    asker: Asker,
  ): Promise<z.infer<typeof InviteAnswer>>;
  /** Throws `operator_missing`. */
  admit(
    request: z.output<typeof AdmitRequest>,
    asker: Asker,
  ): Promise<z.infer<typeof MemberAnswer>>;
  /** By name, id, or its end. Throws `operator_missing`, `peer_unknown`. */
  remove(peer: string, asker: Asker): Promise<z.infer<typeof MemberAnswer>>;
  /** Puts another network key in force. Throws `operator_missing`, `config_invalid`. */
  changeNetworkKey(asker: Asker): Promise<z.infer<typeof NetworkKeyAnswer>>;
  /** Puts into the journal what was done over a face of this peer and is none of the above. */
  acted(act: string, about: string, asker: Acting): Promise<void>;
  /** Starts to stop; does not wait for the end. */
  stop(): void;
}
