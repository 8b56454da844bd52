/** A reason as one sentence for people, to stand behind the name of the peer that gives it. */
import { limits, type WhyReason } from '@bzzz/protocol';

export interface Told {
  readonly text: string;
  readonly reason: WhyReason | null;
}

export function tell(reason: WhyReason): Told {
  return { text: fit(sentenceOf(reason)), reason };
}

/** Cut to what one answer takes of a text. */
export function fit(text: string, charsMax: number = limits.whyTextCharsMax): string {
  return text.slice(0, charsMax).toWellFormed();
}

function sentenceOf(reason: WhyReason): string {
  switch (reason.kind) {
    case 'working':
      return `works on it: ${reason.step}, epoch ${reason.epoch}`;
    case 'bidding':
      return 'is claiming it';
    case 'turn':
      return `waits for its turn: place ${reason.place} of ${reason.of}, in ${span(reason.inMs)}`;
    case 'idle':
      return 'is able and free, and does nothing: a defect of bzzz, please report it';
    case 'backing-off':
      return `tries again in ${span(reason.forMs)}: ${reason.reason || 'its last try came to nothing'}`;
    case 'busy': {
      const slots = reason.slots === 1 ? 'its slot is' : `its ${reason.slots} slots are`;
      return `${slots} taken: ${reason.tasks.join(', ')}`;
    }
    case 'no-account':
      return reason.reason === ''
        ? 'does not know yet whose its token is'
        : `does not know whose its token is: ${reason.reason}`;
    case 'unable':
      return lackOf(reason);
    case 'no-sandbox':
      return `executes nothing: ${reason.reason}`;
    case 'no-slots':
      return 'only watches: it has no slots';
    case 'spent':
      return `asks no model now: ${reason.reason}`;
    case 'paused':
      return `begins nothing new: ${pausedBy(reason.scope)}`;
    case 'elsewhere':
      return 'does not work on this repository';
    case 'stopping':
      return 'is stopping';
    case 'held':
      return `leaves it to ${reason.holderName ?? reason.holder}, who holds it under epoch ${reason.epoch}`;
    case 'done':
      return `it is done: pull request #${reason.pullRequest}; once that is merged, more work is another issue`;
    case 'failed':
      return `it failed and needs a person: ${reason.reason}`;
    case 'waiting':
      return `it ${reason.reason}`;
    case 'unwanted':
      return `it is left alone: ${reason.reason}`;
    case 'blocked':
      return `it needs a person first: ${reason.reason}`;
    case 'unseen':
      return 'has not seen it';
    case 'forge':
      return `has not seen it; the forge: ${reason.reason}`;
  }
}

export function pausedBy(scope: 'self' | 'mesh'): string {
  return scope === 'self' ? 'an operator drained or paused it' : 'an operator drained the mesh';
}

function lackOf({ lacks, name, reason }: Extract<WhyReason, { kind: 'unable' }>): string {
  if (lacks === 'tool') return `has no ${name}`;
  if (lacks === 'model') return `has no model ${name}`;
  return reason === undefined
    ? `has no executor "${name}"`
    : `has no executor "${name}" now: ${reason}`;
}

function span(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`;
}
