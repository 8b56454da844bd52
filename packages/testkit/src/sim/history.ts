/**
 * What happened in a run, as somebody outside saw it: the checkers look at nothing else. Each event
 * is also a line of the trace, and the hash of all lines names the run.
 */
import type { Branches, FencePush, FenceRead, Remark } from '@bzzz/coordination';
import type {
  Account,
  EntryBody,
  Epoch,
  Issue,
  IssueNumber,
  Oid,
  PeerId,
  TaskId,
  VisibleEffect,
} from '@bzzz/protocol';
import type { PeopleAct } from './people-acts.ts';
import type { Made } from './virtual-commits.ts';

export interface Effect {
  readonly number: IssueNumber;
  readonly effect: VisibleEffect;
}

export type HistoryEvent =
  | {
      readonly kind: 'push';
      readonly peer: PeerId;
      readonly push: FencePush;
      readonly accepted: boolean;
    }
  /** A peer deleted the branches of a task, or tried to. */
  | {
      readonly kind: 'tidied';
      readonly peer: PeerId;
      readonly branches: Branches;
      readonly accepted: boolean;
    }
  | {
      readonly kind: 'write';
      readonly peer: PeerId;
      readonly number: IssueNumber;
      readonly effect: VisibleEffect;
      readonly opened: boolean;
    }
  /** A request left the peer; it may be lost, late, or answered. */
  | {
      readonly kind: 'sent';
      readonly peer: PeerId;
      readonly what: { readonly oid: Oid } | Effect;
    }
  /** A request on its way to the forge, by what it costs there. */
  | {
      readonly kind: 'request';
      readonly peer: PeerId;
      readonly account: Account;
      readonly what: 'read' | 'write' | 'git';
    }
  /** The forge told the peer to send nothing before that time. */
  | { readonly kind: 'told-to-wait'; readonly peer: PeerId; readonly untilMs: number }
  /** A person did something to an issue or its branches. */
  | { readonly kind: 'people'; readonly number: IssueNumber; readonly act: PeopleAct }
  | { readonly kind: 'issue-read'; readonly peer: PeerId; readonly issue: Issue }
  | {
      readonly kind: 'fence-read';
      readonly peer: PeerId;
      readonly number: IssueNumber;
      readonly fence: FenceRead;
    }
  /** It asks what was said of an issue. */
  | { readonly kind: 'remarks-asked'; readonly peer: PeerId; readonly number: IssueNumber }
  | {
      readonly kind: 'remarks-read';
      readonly askedAtMs: number;
      readonly peer: PeerId;
      readonly number: IssueNumber;
      readonly remarks: readonly Remark[];
    }
  | {
      readonly kind: 'durable';
      readonly peer: PeerId;
      readonly seq: number;
      readonly body: EntryBody;
    }
  /** A peer keeps so much more of another's journal, from that position on. */
  | {
      readonly kind: 'copied';
      readonly peer: PeerId;
      readonly writer: PeerId;
      readonly from: number;
      /** Null: of a kind that only later releases know. */
      readonly bodies: readonly (EntryBody | null)[];
    }
  | {
      readonly kind: 'work';
      readonly peer: PeerId;
      readonly number: IssueNumber;
      readonly epoch: Epoch;
      readonly step: 'started';
      readonly base: Oid;
      /** Unfinished work that it goes on from. */
      readonly from: Oid | null;
    }
  | {
      readonly kind: 'work';
      readonly peer: PeerId;
      readonly number: IssueNumber;
      readonly epoch: Epoch;
      readonly step: 'ended';
    }
  /** A commit of what was worked, on this base. */
  | ({
      readonly kind: 'made';
      readonly peer: PeerId;
      readonly number: IssueNumber;
      readonly result: Oid;
    } & Omit<Made, 'task'>)
  /** The acceptance of a result began, over this base. */
  | {
      readonly kind: 'judged';
      readonly peer: PeerId;
      readonly number: IssueNumber;
      readonly result: Oid;
      readonly base: Oid;
    }
  /** The acceptance of a result ended so on the machine of a peer. */
  | {
      readonly kind: 'found';
      readonly peer: PeerId;
      readonly number: IssueNumber;
      readonly result: Oid;
      readonly passed: boolean;
    }
  /** A peer asked another whether it reaches the target. */
  | { readonly kind: 'asked'; readonly peer: PeerId; readonly target: PeerId }
  /** A connection to a peer that this one knows opened or closed. */
  | {
      readonly kind: 'link';
      readonly peer: PeerId;
      readonly other: PeerId;
      readonly open: boolean;
      /** When it last heard a heartbeat of it. */
      readonly heardAtMs: number | null;
    }
  /** A peer told the mesh that it suspects another. */
  | { readonly kind: 'rumour'; readonly peer: PeerId; readonly target: PeerId }
  /** A peer told the mesh, for the first time, who holds a task in an epoch. */
  | {
      readonly kind: 'told-holder';
      readonly peer: PeerId;
      readonly task: TaskId;
      readonly holder: PeerId;
      readonly epoch: number;
    }
  /** The peer has heard that it is suspected, and whether it has said since that it lives. */
  | { readonly kind: 'told-suspected'; readonly peer: PeerId; readonly refuted: boolean }
  /** The peer has stood still for long; these knew it, run, and could have noticed. */
  | {
      readonly kind: 'hung';
      readonly peer: PeerId;
      readonly sinceMs: number;
      readonly watchers: readonly PeerId[];
    }
  /** The peer is dead, and will be for long. */
  | { readonly kind: 'gone'; readonly peer: PeerId }
  | { readonly kind: 'world'; readonly what: string };

export interface History {
  record(event: HistoryEvent): void;
  onEvent(listener: (event: HistoryEvent) => void): void;
  /** Hash of the whole trace so far. */
  hash(): string;
  lines(): readonly string[];
}

export interface HistoryOptions {
  readonly nowMs: () => number;
  readonly nameOf: (peer: PeerId) => string;
  /** Keeps the lines; the hash needs only the last. */
  readonly keep: boolean;
}

export function createHistory(options: HistoryOptions): History {
  const listeners: ((event: HistoryEvent) => void)[] = [];
  const kept: string[] = [];
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  return {
    record(event) {
      const line = `${(options.nowMs() / 1000).toFixed(3)} ${describe(event, options.nameOf)}`;
      for (let index = 0; index < line.length; index += 1) {
        low = Math.imul(low ^ line.charCodeAt(index), 0x01000193);
        high = Math.imul(high ^ line.charCodeAt(index), 0x5bd1e995) + low;
      }
      if (options.keep) kept.push(line);
      for (const listener of listeners) listener(event);
    },
    onEvent: (listener) => listeners.push(listener),
    hash: () => [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join(''),
    lines: () => kept,
  };
}

function describe(event: HistoryEvent, nameOf: (peer: PeerId) => string): string {
  switch (event.kind) {
    case 'push': {
      const { number, lock, result } = event.push;
      const pair = result === undefined ? '' : ` + result ${result.oid.slice(0, 8)}`;
      const verdict = event.accepted ? 'accepted' : 'rejected';
      return `${nameOf(event.peer)} push #${number} ${lock.expected?.slice(0, 8) ?? '-'} -> ${lock.oid.slice(0, 8)}${pair}: ${verdict}`;
    }
    case 'tidied': {
      const { number, lock } = event.branches;
      const verdict = event.accepted ? 'accepted' : 'rejected';
      return `${nameOf(event.peer)} tidies #${number} ${lock?.slice(0, 8) ?? '-'}: ${verdict}`;
    }
    case 'write':
      return `${nameOf(event.peer)} ${event.effect} #${event.number}${event.opened ? ' (new)' : ''}`;
    case 'sent': {
      const { what } = event;
      const about = 'oid' in what ? what.oid.slice(0, 8) : `${what.effect} #${what.number}`;
      return `${nameOf(event.peer)} sends ${about}`;
    }
    case 'request':
      return `${nameOf(event.peer)} requests ${event.what}`;
    case 'told-to-wait':
      return `${nameOf(event.peer)} is told to wait until ${(event.untilMs / 1000).toFixed(1)}`;
    case 'people':
      return `people ${event.act} #${event.number}`;
    case 'issue-read':
      return `${nameOf(event.peer)} read #${event.issue.number}`;
    case 'fence-read':
      return `${nameOf(event.peer)} read the lock of #${event.number}: ${event.fence.lock?.oid.slice(0, 8) ?? '-'}`;
    case 'remarks-asked':
      return `${nameOf(event.peer)} asks what was said of #${event.number}`;
    case 'remarks-read':
      return `${nameOf(event.peer)} read what was said of #${event.number}`;
    case 'durable':
      return `${nameOf(event.peer)} journal ${describeEntry(event.body, nameOf)}`;
    case 'copied':
      return `${nameOf(event.peer)} holds ${event.from + event.bodies.length} entries of ${nameOf(event.writer)}`;
    case 'work':
      return `${nameOf(event.peer)} work #${event.number} ${event.step}`;
    case 'made':
      return `${nameOf(event.peer)} made ${event.result.slice(0, 8)} for #${event.number} on ${event.base.slice(0, 8)}`;
    case 'judged':
      return `${nameOf(event.peer)} judges #${event.number} on ${event.base.slice(0, 8)}`;
    case 'found':
      return `${nameOf(event.peer)} finds that ${event.result.slice(0, 8)} ${event.passed ? 'passes' : 'fails'}`;
    case 'asked':
      return `${nameOf(event.peer)} asks for ${nameOf(event.target)}`;
    case 'link':
      return `${nameOf(event.peer)} ${event.open ? 'is connected with' : 'has lost'} ${nameOf(event.other)}`;
    case 'rumour':
      return `${nameOf(event.peer)} tells that it suspects ${nameOf(event.target)}`;
    case 'told-holder':
      return `${nameOf(event.peer)} tells that ${nameOf(event.holder)} holds ${event.task} in epoch ${event.epoch}`;
    case 'told-suspected':
      return `${nameOf(event.peer)} hears that it is suspected${event.refuted ? '' : ', and is silent'}`;
    case 'hung':
      return `${nameOf(event.peer)} has hung for long; ${event.watchers.length} could have noticed`;
    case 'gone':
      return `${nameOf(event.peer)} is gone for long`;
    case 'world':
      return event.what;
  }
}

function describeEntry(body: EntryBody, nameOf: (peer: PeerId) => string): string {
  switch (body.kind) {
    case 'fence.intended':
      return `intends ${body.intent.record.state} ${body.intent.task} epoch ${body.intent.record.epoch}`;
    case 'fence.settled':
      return `settled ${body.task} ${body.outcome} ${body.reason}`;
    case 'task.ended':
      return `ended ${body.task} ${body.state} ${body.reason}`;
    case 'tidy.intended':
      return `${body.kind} ${body.task} epoch ${body.epoch}`;
    case 'tidy.settled':
      return `${body.kind} ${body.task} ${body.outcome}`;
    case 'trouble':
      return `trouble ${body.code} ${body.reason}`;
    case 'effect.intended':
    case 'effect.settled':
      return `${body.kind} ${body.task} ${body.effect}`;
    case 'verdict.given':
      return `${body.kind} ${body.task} ${body.verdict.statement.outcome}`;
    case 'verdict.heard':
      return `${body.kind} ${body.task} ${nameOf(body.peer)} ${body.outcome}`;
    case 'help.asked':
    case 'help.begun':
      return `${body.kind} ${body.task} ${body.id.slice(0, 8)}`;
    case 'help.sent':
    case 'help.taken':
      return `${body.kind} ${body.task} ${body.id.slice(0, 8)} ${nameOf(body.peer)} hop ${body.hop} budget ${body.budget}`;
    case 'help.worked':
    case 'help.returned':
    case 'help.ended':
      return `${body.kind} ${body.task} ${body.id.slice(0, 8)} ${body.outcome} ${body.reason}`;
    case 'attempt.step':
      return `${body.kind} ${body.task} ${body.step} ${body.role} ${body.outcome}`;
    case 'attempt.ended':
      return `attempt ended ${body.task} ${body.outcome}`;
    case 'member.joined':
    case 'member.suspected':
    case 'member.dead':
    case 'peer.quarantined':
    case 'quarantine.lifted':
      return `${body.kind} ${nameOf(body.peer)}`;
    case 'attempt.paused':
    case 'operator.acted':
    case 'health.alert':
    case 'health.healed':
    case 'pause.set':
    case 'peer.started':
    case 'peer.stopped':
    case 'task.seen':
    case 'attempt.started':
      return body.kind;
  }
}
