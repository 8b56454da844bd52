/**
 * What a peer's last look at an issue told it of what people said there. A poll shows it too, as a hint to
 * whoever works; a look goes by the comments that it reads then, or by those that were read before for the
 * very same state of the issue. Of strangers' issues, where other reads come in between, nothing is concluded.
 */
import { type Issue, type IssueNumber, type PeerId, taskParts } from '@bzzz/protocol';
import type { Remark } from '@bzzz/coordination';
import type { HistoryEvent } from '../history.ts';

interface Look {
  readonly atMs: number;
  readonly issue: Issue;
  /** As they were read last, by whichever read. */
  readonly before: readonly Remark[];
  /** Requests at that very moment: a slow peer may come to its poll in the same. */
  asks: number;
  /** Requests later than that, of the same look or of a poll: nobody can tell here. */
  later: boolean;
  answer: readonly Remark[];
}

export interface Heard {
  take(event: HistoryEvent): void;
  /** None, where the look did not come to tell anything. */
  last(peer: PeerId, number: IssueNumber): readonly Remark[];
}

export function trackHeard(nowMs: () => number): Heard {
  const read = new Map<string, readonly Remark[]>();
  const looks = new Map<string, Look>();
  /** Claims that people were shown, and that have not ended. */
  const shown = new Set<string>();
  const keyOf = (peer: PeerId, number: IssueNumber) => `${peer} ${number}`;
  return {
    take(event) {
      if (event.kind === 'sent' && 'number' in event.what) {
        shown.add(keyOf(event.peer, event.what.number));
      }
      if (event.kind === 'durable' && event.body.kind === 'task.ended') {
        shown.delete(keyOf(event.peer, taskParts(event.body.task).number));
      }
      if (event.kind === 'issue-read') {
        const { issue, peer } = event;
        const key = keyOf(peer, issue.number);
        const before = read.get(key) ?? [];
        looks.set(key, { atMs: nowMs(), issue, before, asks: 0, later: false, answer: [] });
      }
      if (event.kind === 'remarks-asked') {
        const look = looks.get(keyOf(event.peer, event.number));
        if (look === undefined) return;
        // Before it shows its claim it reads the base branch in between.
        const isOfLook = look.atMs === nowMs() || !shown.has(keyOf(event.peer, event.number));
        if (isOfLook) look.asks += 1;
        else look.later = true;
      }
      if (event.kind === 'remarks-read') {
        const key = keyOf(event.peer, event.number);
        const look = looks.get(key);
        read.set(key, event.remarks);
        if (look !== undefined && event.askedAtMs >= look.atMs && !look.later) {
          look.answer = event.remarks;
        }
      }
    },
    last(peer, number) {
      const look = looks.get(keyOf(peer, number));
      if (look === undefined || look.issue.comments === 0) return [];
      if (look.issue.association !== 'OWNER') return [];
      if (look.asks === 1) return look.answer;
      return look.asks === 0 && !look.later ? look.before : [];
    },
  };
}
