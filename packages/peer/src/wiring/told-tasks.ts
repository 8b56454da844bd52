/**
 * How far tasks of other peers are, and why they ended. Of these a peer hears by hints, which tell of claims and ends
 * alone; their holders' journals, of which it holds copies, tell the rest.
 */
import { type TaskView, untoldReason } from '@bzzz/coordination';
import { isBzzzError, type PeerId, type TaskId } from '@bzzz/protocol';
import type { StoryEntry } from '@bzzz/protocol/api';
import type { History } from './history.ts';

export interface ToldTasks {
  /** Has the next tasks told by what the journals say now. Throws `aborted`. */
  refresh(signal: AbortSignal): Promise<void>;
  /**
   * These tasks as the journals here tell them, where they tell more than this peer knows. Asks no other peer. Of the
   * same list the same one, as long as nothing came to be known here.
   */
  of(tasks: readonly TaskView[]): readonly TaskView[];
  one(task: TaskView): TaskView;
}

/** What a holder's journal tells of its work, the newest last. */
const workKinds = ['attempt.started', 'attempt.ended', 'help.asked', 'help.ended'];
/** Of one claim: attempts and requests for help are few. */
const entriesMax = 50;

/** Ends that were found; beyond this all are looked for again. */
const toldMax = 10_000;

interface List {
  readonly at: string;
  readonly of: readonly TaskView[];
  readonly to: readonly TaskView[];
}

export function createToldTasks(
  history: Pick<History, 'known' | 'position' | 'refresh'>,
  options: { readonly self: () => PeerId },
): ToldTasks {
  let self: PeerId | undefined;
  let last: List | undefined;
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

  function isUntold({ holder, state, reason }: TaskView): boolean {
    const isAnothers = holder !== null && holder !== self;
    return isAnothers && (state === 'claimed' || reason === untoldReason);
  }

  /** A claim may be further by now, and an end that was not found may have come; one that was found stays. */
  function forgetOlder(position: string): void {
    if (at === position) return;
    at = position;
    if (told.size > toldMax) told.clear();
    for (const [task, { to }] of told) if (to.reason === undefined) told.delete(task);
  }

  function ofOne(task: TaskView): TaskView {
    self ??= options.self();
    forgetOlder(history.position());
    return isUntold(task) ? toldOf(task) : task;
  }

  function ofAll(tasks: readonly TaskView[]): readonly TaskView[] {
    self ??= options.self();
    const position = history.position();
    if (last?.at === position && last.of === tasks) return last.to;
    forgetOlder(position);
    const to = tasks.some(isUntold)
      ? tasks.map((task) => (isUntold(task) ? toldOf(task) : task))
      : tasks;
    // Something came to be known, and of these tasks it says what was said before.
    const before = last?.of === tasks ? last.to : undefined;
    const isSame = before !== undefined && to.every((task, one) => isAlike(task, before[one]));
    last = { at: position, of: tasks, to: isSame ? before : to };
    return last.to;
  }

  return {
    refresh: (signal) => orWithout(() => history.refresh(signal)),
    of: (tasks) => orAsKnown(tasks, ofAll),
    one: (task) => orAsKnown(task, ofOne),
  };
}

function isAlike(one: TaskView, other: TaskView | undefined): boolean {
  return one === other || (one.state === other?.state && one.reason === other.reason);
}

/** Then what this peer knows itself is still true; that there is no index is said where entries are asked for. */
function isWithoutIndex(error: unknown): boolean {
  return isBzzzError(error, 'index_failed') || isBzzzError(error, 'stopped');
}

function orAsKnown<T>(known: T, tell: (known: T) => T): T {
  try {
    return tell(known);
  } catch (error) {
    if (!isWithoutIndex(error)) throw error;
    return known;
  }
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
  if (body === undefined) return {};
  switch (body.kind) {
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
