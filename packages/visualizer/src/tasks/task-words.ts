/** What the page of a task says of it beside its story. Pure. */
import { taskPlace } from '@bzzz/protocol/api';
import type { TaskRow } from '../live/page-view.ts';
import { isLeftAlone } from './columns.ts';

export interface TaskWords {
  /** In place of the state where that would be misleading. */
  readonly badge: { readonly state: string; readonly text: string };
  /** Why it stands as it does, said whole; null: there is nothing to say. */
  readonly why: string | null;
  /** What a story without a claim says. */
  readonly unclaimed: { readonly title: string; readonly text: string };
  /** Whether a peer may take it or has: otherwise how far it is says nothing. */
  readonly concernsPeers: boolean;
}

type Row = Pick<TaskRow, 'state' | 'wanted' | 'epoch' | 'reason'>;

/** `row`: null where only entries tell of the task. */
export function taskWords(row: Row | null): TaskWords {
  const known = row ?? { state: 'open', wanted: true, epoch: 0, reason: null };
  const { reason } = known;
  const place = taskPlace(known);
  if (isLeftAlone(known)) {
    return {
      badge: { state: 'open', text: 'left alone' },
      why: `bzzz leaves this issue alone: ${reason ?? 'nobody asks for it'}.`,
      unclaimed: {
        title: 'No peer takes it',
        text: 'As soon as nothing keeps them from it any more, the peers that can do it take it up by themselves.',
      },
      concernsPeers: false,
    };
  }
  if (place === 'open' && reason !== null) {
    return {
      badge: { state: place, text: place },
      why: `No peer takes it: ${reason}.`,
      unclaimed: { title: 'Nobody has claimed it', text: 'What keeps them from it stands above.' },
      concernsPeers: true,
    };
  }
  return {
    badge: { state: place, text: place },
    why: reason,
    unclaimed: {
      title: 'Nobody has claimed it yet',
      text: 'The peers that can do it rank themselves; the best one claims it first.',
    },
    concernsPeers: true,
  };
}
