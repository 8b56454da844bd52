/** What went from one peer to another a moment ago, as entries tell it. */
import type { StoryEntry } from '@bzzz/protocol/api';
import { fieldsOf, textOf } from '../live/fields.ts';

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly kind: 'help' | 'verdict' | 'claim' | 'mesh';
}

const flowsMax = 200;

/** Flows of the last `windowMs` before `nowMs`, the newest first. */
export function flowsOf(entries: readonly StoryEntry[], nowMs: number, windowMs: number): Flow[] {
  const flows: Flow[] = [];
  for (let at = entries.length - 1; at >= 0 && flows.length < flowsMax; at -= 1) {
    const entry = entries[at];
    if (entry === undefined || entry.entry.at.wallMs < nowMs - windowMs) break;
    const flow = flowOf(entry);
    if (flow !== null) flows.push(flow);
  }
  return flows;
}

function flowOf({ peer: writer, entry: { body } }: StoryEntry): Flow | null {
  if (writer === null) return null;
  const other = textOf(body, 'peer');
  switch (body.kind) {
    case 'help.sent':
      return other === null ? null : { from: writer, to: other, kind: 'help' };
    case 'help.returned':
      return other === null ? null : { from: other, to: writer, kind: 'help' };
    case 'verdict.heard':
      return other === null ? null : { from: other, to: writer, kind: 'verdict' };
    case 'member.joined':
      return other === null ? null : { from: other, to: writer, kind: 'mesh' };
    case 'fence.settled': {
      const holder = textOf(fieldsOf(body, 'holder'), 'peer');
      return holder === null ? null : { from: holder, to: writer, kind: 'claim' };
    }
    default:
      return null;
  }
}
