/**
 * How far tasks of other peers are, and why they ended. Of these a peer hears by hints, which tell of claims and ends
 * alone; their holders' journals, of which it holds copies, tell the rest.
 */
import { type PeerView, type TaskView, untoldReason } from '@bzzz/coordination';
import { isBzzzError, type TaskId } from '@bzzz/protocol';
import type { StoryEntry } from '@bzzz/protocol/api';
import type { History } from './history.ts';

export interface ToldTasks {
  /** Has the next tasks told by what the journals say now. Throws `aborted`. */
  refresh(signal: AbortSignal): Promise<void>;
  /** These tasks as the journals here tell them, where they tell more than this peer knows. Asks no other peer. */
  of(view: Pick<PeerView, 'self' | 'tasks'>): TaskView[];
}

/** What a holder's journal tells of its work, the newest last. */
const workKinds = ['attempt.started', 'attempt.ended', 'help.asked', 'help.ended'];
/** Of one claim: attempts and requests for help are few. */
const entriesMax = 50;

export function createToldTasks(
  history: Pick<History, 'known' | 'position' | 'refresh'>,
): ToldTasks {
  let at = '';
  const told = new Map<TaskId, { readonly of: string; readonly to: Partial<TaskView> }>();

  function look({ task, state, holder, epoch }: TaskView): Partial<TaskView> {
    const find = (kinds: readonly string[]) =>
      history.known({ task, kinds, limit: entriesMax }).filter(({ peer, entry: { body } }) => {
        return peer === holder && body['epoch'] === epoch;
      });
    if (state === 'claimed') return workOf(find(workKinds));
    return endOf(find(['task.ended']), state);
  }

  function toldOf(view: TaskView): TaskView {
    const { task, state, holder, epoch } = view;
    const of = `${state} ${holder} ${epoch}`;
    const known = told.get(task);
    const to = known?.of === of ? known.to : look(view);
    told.set(task, { of, to });
    return { ...view, ...to };
  }

  return {
    refresh: (signal) => orWithout(() => history.refresh(signal)),
    of({ self, tasks }) {
      const isUntold = ({ holder, state, reason }: TaskView) =>
        holder !== null && holder !== self.peer && (state === 'claimed' || reason === untoldReason);
      try {
        // As long as nothing came to be known here, the journals say the same.
        const position = history.position();
        if (at !== position) told.clear();
        at = position;
        return tasks.map((task) => (isUntold(task) ? toldOf(task) : task));
      } catch (error) {
        if (!isWithoutIndex(error)) throw error;
        return [...tasks];
      }
    },
  };
}

/** Then what this peer knows itself is still true; that there is no index is said where entries are asked for. */
function isWithoutIndex(error: unknown): boolean {
  return isBzzzError(error, 'index_failed') || isBzzzError(error, 'stopped');
}

async function orWithout(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isWithoutIndex(error)) throw error;
  }
}

function workOf(entries: readonly StoryEntry[]): Partial<TaskView> {
  const body = entries.at(-1)?.entry.body;
  switch (body?.kind) {
    case 'attempt.started':
    case 'help.ended':
      return { state: 'running' };
    case 'help.asked':
      return { state: 'helping' };
    case 'attempt.ended':
      return body['outcome'] === 'accepted' ? { state: 'publishing' } : {};
    default:
      return {};
  }
}

function endOf(entries: readonly StoryEntry[], state: string): Partial<TaskView> {
  const body = entries.findLast(({ entry }) => entry.body['state'] === state)?.entry.body;
  const reason = body?.['reason'];
  return typeof reason === 'string' && reason !== '' ? { reason } : {};
}
