/** What all peers said, in one report: first what matters, and in one sentence what follows. Pure. */
import type { PeerId, TaskId, WhyIdle, WhyReason } from '@bzzz/protocol';
import { untoldReason } from '../task/state.ts';
import type { Asked, Silence } from './ask.ts';

export interface PeerReason {
  readonly peer: PeerId;
  readonly name: string;
  readonly self: boolean;
  /** Null: it gave none, or one of a kind that this version does not know; the text says which. */
  readonly reason: WhyReason | null;
  /** Why there is no answer; null: there is one. */
  readonly silence: Silence['why'] | null;
  readonly text: string;
}

export interface TaskReport {
  readonly task: TaskId;
  readonly title: string;
  /** What follows from it all, in a sentence. */
  readonly text: string;
  readonly peers: readonly PeerReason[];
}

export interface PeerReport {
  readonly peer: PeerId;
  readonly name: string;
  readonly self: boolean;
  readonly text: string;
  readonly silence: Silence['why'] | null;
  /** Null: it does not answer. */
  readonly idle: WhyIdle | null;
}

/** By how much a reason says of what becomes of the task. */
const order: readonly WhyReason['kind'][] = [
  'working',
  'bidding',
  'done',
  'failed',
  'held',
  'idle',
  'turn',
  'blocked',
  'waiting',
  'unwanted',
  'backing-off',
  'busy',
  'no-account',
  'no-sandbox',
  'no-slots',
  'paused',
  'spent',
  'unable',
  'forge',
  'unseen',
  'stopping',
  'elsewhere',
];

export function taskReport(
  { task, title }: { readonly task: TaskId; readonly title: string },
  asked: readonly Asked[],
): TaskReport {
  const peers = asked.map(reasonOfPeer).sort(byWeight);
  return { task, title, text: conclusion(peers), peers };
}

export function peerReport({ peer, name, self, answer }: Asked): PeerReport {
  const who = { peer, name, self };
  if (answer.about === 'peer') return { ...who, text: answer.text, silence: null, idle: answer };
  const silence = answer.about === 'silence' ? answer.why : 'silent';
  return { ...who, text: answer.text, silence, idle: null };
}

function reasonOfPeer({ peer, name, self, answer }: Asked): PeerReason {
  const who = { peer, name, self, text: answer.text };
  if (answer.about === 'task') return { ...who, reason: answer.reason, silence: null };
  // An answer to another question is none.
  return { ...who, reason: null, silence: answer.about === 'silence' ? answer.why : 'silent' };
}

function byWeight(a: PeerReason, b: PeerReason): number {
  const turn = (one: PeerReason) => (one.reason?.kind === 'turn' ? one.reason.inMs : 0);
  return (
    weight(a) - weight(b) ||
    turn(a) - turn(b) ||
    // Whoever only heard of a failure cannot say why it failed.
    Number(isUntold(a)) - Number(isUntold(b)) ||
    Number(b.self) - Number(a.self) ||
    a.name.localeCompare(b.name, 'en', { numeric: true })
  );
}

function isUntold({ reason }: PeerReason): boolean {
  return reason?.kind === 'failed' && reason.reason === untoldReason;
}

function weight({ reason, silence }: PeerReason): number {
  if (reason !== null) return order.indexOf(reason.kind);
  return silence === null ? order.length : order.length + 1;
}

function conclusion(peers: readonly PeerReason[]): string {
  const [first] = peers;
  const reason = first?.reason;
  if (first === undefined || reason === null || reason === undefined) return 'Nobody can tell.';
  switch (reason.kind) {
    case 'working':
    case 'bidding':
      return `${first.name} ${first.text}.`;
    case 'turn':
      return `${first.name} claims it in ${reason.inMs} ms.`;
    case 'idle':
      return `${first.name} ${first.text}.`;
    case 'held':
      return `${reason.holderName ?? reason.holder} holds it under epoch ${reason.epoch}.`;
    case 'done':
    case 'failed':
    case 'blocked':
    case 'waiting':
    case 'unwanted':
      return `${first.text.charAt(0).toUpperCase()}${first.text.slice(1)}.`;
    case 'backing-off':
      return `Nobody is free to take it; ${first.name} ${first.text}.`;
    case 'busy':
      return 'Everybody who could take it is busy.';
    case 'unseen':
      return 'Nobody has seen it asked for: there is no such issue, it does not bear the label, or it is not read yet.';
    case 'forge':
      return 'Nobody has seen it.';
    case 'no-account':
    case 'stopping':
    case 'no-sandbox':
    case 'no-slots':
    case 'paused':
    case 'spent':
    case 'unable':
    case 'elsewhere':
      return 'Nobody can take it.';
  }
}
