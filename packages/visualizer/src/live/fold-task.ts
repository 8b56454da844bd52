import { fieldsOf, numberOf, textOf } from './fields.ts';
import { changePeer, type Draft, epochIn, type Told, taskIn } from './draft.ts';
import type { Duty, TaskWorld } from './world.ts';

/** What entries say about tasks. What is of an earlier epoch than the newest known changes no state. */
export function foldTask(draft: Draft, told: Told): void {
  const { writer, kind, body, atMs } = told;
  if (kind === 'fence.intended') return intend(draft, told);
  const task = taskIn(body);
  if (task === null) return;
  const before = draft.tasks.get(task) ?? unseen(task, atMs);
  const stale = epochIn(body) < before.epoch;
  const change = (to: Partial<TaskWorld>) => {
    const after = { ...before, ...to };
    draft.tasks.set(task, hasMoved(before, after) ? { ...after, changedMs: atMs } : after);
  };
  switch (kind) {
    case 'task.seen':
      return change({ title: textOf(body, 'title') ?? before.title });
    case 'fence.settled':
      return settle(draft, told, before, change);
    case 'attempt.started':
      take(draft, writer, task, 'works');
      if (!stale) change({ state: 'running', attempt: attemptOf(told) });
      return;
    case 'attempt.paused':
      return stale ? undefined : change({ resting: body['paused'] === true });
    case 'attempt.step':
      if (before.attempt === null || stale) return;
      return change({ attempt: { ...before.attempt, role: textOf(body, 'role') } });
    case 'attempt.ended':
      drop(draft, writer, task);
      if (stale) return;
      return change({
        state: textOf(body, 'outcome') === 'accepted' ? 'publishing' : before.state,
        attempt: null,
        reason: textOf(body, 'outcome') === 'failed' ? textOf(body, 'reason') : before.reason,
      });
    case 'effect.settled':
      if (textOf(body, 'effect') !== 'pull-request') return;
      return change({ pullRequest: numberOf(body, 'id') ?? before.pullRequest });
    case 'verdict.heard':
      return judge(told, before, change);
    case 'help.asked':
      return stale ? undefined : change({ state: 'helping' });
    case 'help.begun':
      return take(draft, writer, task, 'helps');
    case 'help.worked':
      return drop(draft, writer, task);
    case 'help.ended':
      return stale || before.state !== 'helping' ? undefined : change({ state: 'running' });
    case 'operator.acted':
      return textOf(body, 'act') === 'retry' ? change({ withPeople: false }) : undefined;
    case 'task.ended':
      drop(draft, writer, task);
      if (stale || isAnothersEnd(before.holder, writer, textOf(body, 'state'))) return;
      return change({
        state: textOf(body, 'state') ?? before.state,
        epoch: epochIn(body),
        holder: textOf(body, 'state') === 'released' ? null : (before.holder ?? writer),
        reason: textOf(body, 'state') === 'done' ? null : textOf(body, 'reason'),
        withPeople: isLeftToPeople(textOf(body, 'again')),
        pullRequest: numberOf(body, 'pullRequest') ?? before.pullRequest,
        attempt: null,
        resting: false,
      });
  }
}

/** Whether it stands elsewhere on its way: a title or a verdict that comes later does not make it younger. */
function hasMoved(before: TaskWorld, after: TaskWorld): boolean {
  return (
    before.state !== after.state ||
    before.holder !== after.holder ||
    before.epoch !== after.epoch ||
    before.attempt !== after.attempt ||
    before.pullRequest !== after.pullRequest
  );
}

/**
 * Whether an end that somebody tells of is that of their own part only: who comes back to a task that was taken
 * over ends his, by the epoch that he finds. That it is done is told by anybody who finds its holder lost.
 */
export function isAnothersEnd(holder: string | null, writer: string | null, state: string | null) {
  return state !== 'done' && holder !== null && writer !== null && holder !== writer;
}

/** Null: an end of another kind, or of an earlier version, which does not tell. */
function isLeftToPeople(again: string | null): boolean {
  return again !== null && again !== 'soon';
}

function unseen(task: string, atMs: number): TaskWorld {
  return {
    task,
    title: null,
    state: 'open',
    holder: null,
    epoch: 0,
    pullRequest: null,
    reason: null,
    withPeople: false,
    attempt: null,
    resting: false,
    passed: [],
    refused: [],
    changedMs: atMs,
  };
}

function intend(draft: Draft, { writer, body }: Told): void {
  const intent = fieldsOf(body, 'intent');
  const record = fieldsOf(intent, 'record');
  const oid = textOf(intent, 'oid');
  const task = textOf(record, 'task');
  if (oid === null || task === null) return;
  const state = textOf(record, 'state') ?? 'held';
  const epoch = epochIn(record);
  const before = draft.tasks.get(task);
  const renewal = state === 'held' && before?.holder === writer && before?.epoch === epoch;
  draft.claims.set(oid, { task, epoch, state, renewal });
}

function settle(
  draft: Draft,
  { writer, body }: Told,
  before: TaskWorld,
  change: (to: Partial<TaskWorld>) => void,
): void {
  const oid = textOf(body, 'oid');
  const claim = oid === null ? undefined : draft.claims.get(oid);
  const outcome = textOf(body, 'outcome');
  if (claim === undefined || outcome !== 'won' || claim.epoch < before.epoch) return;
  const { epoch } = claim;
  if (claim.state === 'held') {
    if (claim.renewal) return;
    return change({
      state: 'claimed',
      holder: writer,
      epoch,
      attempt: null,
      reason: null,
      withPeople: false,
      resting: false,
      passed: [],
      refused: [],
    });
  }
  if (claim.state === 'result') return change({ state: 'verifying', holder: writer, epoch });
  change({ state: claim.state, epoch, holder: claim.state === 'released' ? null : writer });
}

function judge({ body }: Told, before: TaskWorld, change: (to: Partial<TaskWorld>) => void): void {
  const peer = textOf(body, 'peer');
  const outcome = textOf(body, 'outcome');
  if (peer === null || epochIn(body) < before.epoch) return;
  if (outcome === 'passed') change({ passed: [...new Set([...before.passed, peer])] });
  if (outcome === 'failed') change({ refused: [...new Set([...before.refused, peer])] });
}

function attemptOf({ writer, body, atMs }: Told): TaskWorld['attempt'] {
  return {
    peer: writer,
    attempt: numberOf(body, 'attempt') ?? 1,
    executor: textOf(body, 'executor') ?? 'unknown',
    startedMs: atMs,
    role: null,
  };
}

function take(draft: Draft, peer: string | null, task: string, duty: Duty): void {
  if (peer === null) return;
  changePeer(draft, peer, { duties: new Map(draft.peers.get(peer)?.duties).set(task, duty) });
}

function drop(draft: Draft, peer: string | null, task: string): void {
  const duties = peer === null ? undefined : draft.peers.get(peer)?.duties;
  if (peer === null || duties?.has(task) !== true) return;
  const left = new Map(duties);
  left.delete(task);
  changePeer(draft, peer, { duties: left });
}
