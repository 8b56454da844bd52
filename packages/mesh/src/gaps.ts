/**
 * Counts the messages that others published and we never heard. An envelope says where its messages
 * stand among all that its author published to the topic, so a jump is a gap. Gossip has several ways
 * and brings some messages late: a gap stays open, and closes when what is missing comes. It counts as
 * lost when it has been open for longer than any way takes, or when too many later ones are open.
 *
 * The first position that is heard of an author is where counting begins: who joins late has lost
 * nothing. An author that starts again counts from 0 under another run, and so do we with it.
 */
import type { EnvelopePosition, PeerId } from '@bzzz/protocol';

/** gossipsub offers a message to others for 5 s; twice that, for those who must ask for it. */
const LATE_MS = 10_000;
/** Open gaps of one author and topic; beyond them the oldest is lost for good. */
const GAPS_MAX = 64;
/** As many authors as penalties are kept for, on three topics. */
const SEQUENCES_MAX = 3 * 1_024;
/** A longer jump is no loss but a mistake of the author, or we were away for days. */
const JUMP_MAX = 1_000_000;

export interface Gaps {
  heard(of: SequenceName, at: EnvelopePosition, messages: number): void;
  /** Messages that are lost as of now. */
  lost(): number;
  /** We were away: what is heard from now on is where counting begins. */
  startAnew(): void;
}

interface SequenceName {
  readonly author: PeerId;
  readonly topic: string;
}

/** Messages `from` to before `to` are missing. */
interface Gap {
  readonly from: number;
  readonly to: number;
  readonly sinceMs: number;
}

interface Sequence {
  readonly run: number;
  /** The run before, of which an envelope may still be on its way. */
  readonly formerRun: number | undefined;
  next: number;
  /** Oldest first. */
  gaps: readonly Gap[];
}

export function createGaps(nowMs: () => number = () => performance.now()): Gaps {
  const sequences = new Map<string, Sequence>();
  /** Of gaps that are no longer kept. */
  let lostForGood = 0;

  function settle(gaps: readonly Gap[]): void {
    for (const { from, to } of gaps) lostForGood += to - from;
  }

  /** Last heard last: what falls out is the longest silent. */
  function keep(key: string, sequence: Sequence): void {
    sequences.delete(key);
    sequences.set(key, sequence);
    const [oldest] = sequences;
    if (sequences.size <= SEQUENCES_MAX || oldest === undefined) return;
    settle(oldest[1].gaps);
    sequences.delete(oldest[0]);
  }

  function take(sequence: Sequence, first: number, end: number): void {
    if (first > sequence.next && first - sequence.next <= JUMP_MAX) {
      const gap = { from: sequence.next, to: first, sinceMs: nowMs() };
      const gaps = [...sequence.gaps, gap];
      settle(gaps.slice(0, -GAPS_MAX));
      sequence.gaps = gaps.slice(-GAPS_MAX);
    } else if (first < sequence.next) {
      sequence.gaps = sequence.gaps.flatMap((gap) => without(gap, first, end));
    }
    sequence.next = Math.max(sequence.next, end);
  }

  return {
    heard({ author, topic }, { run, first }, messages) {
      const key = `${author} ${topic}`;
      const known = sequences.get(key);
      const end = first + messages;
      if (known?.run === run) {
        take(known, first, end);
        keep(key, known);
      } else if (known?.formerRun !== run || known === undefined) {
        settle(known?.gaps ?? []);
        keep(key, { run, formerRun: known?.run, next: end, gaps: [] });
      }
    },
    lost() {
      const beforeMs = nowMs() - LATE_MS;
      let lost = lostForGood;
      for (const { gaps } of sequences.values()) {
        for (const { from, to, sinceMs } of gaps) if (sinceMs <= beforeMs) lost += to - from;
      }
      return lost;
    },
    startAnew() {
      for (const { gaps } of sequences.values()) settle(gaps);
      sequences.clear();
    },
  };
}

/** What is left of a gap when messages `first` to before `end` have come. */
function without(gap: Gap, first: number, end: number): Gap[] {
  const { from, to, sinceMs } = gap;
  const parts = [
    { from, to: Math.min(to, first), sinceMs },
    { from: Math.max(from, end), to, sinceMs },
  ];
  return first >= to || end <= from ? [gap] : parts.filter((part) => part.from < part.to);
}
