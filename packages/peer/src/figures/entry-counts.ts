/**
 * What a peer has done since it started, counted by what its journal tells. Labels have few values each: kinds and
 * outcomes of the schemas, names of executors, codes of the registry.
 */
import type { EntryBody, FenceOutcome, TaskId } from '@bzzz/protocol';

/** A claim of an issue that nobody holds, one over another peer's claim, and one over a published result. */
type ClaimKind = 'claim' | 'takeover' | 'rework';

/** Counts by the values of their labels, in the order of their names. */
type Counts = ReadonlyMap<string, number>;

export interface EntryCounts {
  /** By kind and outcome, as `takeover won`. */
  readonly claims: Counts;
  /** By executor. */
  readonly attemptsStarted: Counts;
  /** By outcome. */
  readonly attemptsEnded: Counts;
  /** How long these took. */
  readonly attemptMs: Counts;
  /** By the code of what cut them short. */
  readonly attemptsCut: Counts;
  /** By how they ended here. */
  readonly tasksEnded: Counts;
  /** By outcome. */
  readonly verdictsGiven: Counts;
  readonly verdictsHeard: Counts;
  readonly helpEnded: Counts;
  readonly helpWorked: Counts;
  /** `suspected`, `dead`. */
  readonly members: Counts;
  /** By code. */
  readonly troubles: Counts;
  /** `read`, `written`. */
  readonly tokens: Counts;
  readonly costUsd: number;
}

export interface EntryCounter {
  /** `isTaken`: somebody else holds that task now, as far as is known. */
  add(body: EntryBody, isTaken: (task: TaskId) => boolean): void;
  readonly counts: EntryCounts;
}

/** Claims whose outcome is awaited; more than a peer ever has under way. */
const awaitedMax = 1_000;

export function countEntries(): EntryCounter {
  const claims = new Map<string, number>();
  const attemptsStarted = new Map<string, number>();
  const attemptsEnded = new Map<string, number>();
  const attemptMs = new Map<string, number>();
  const attemptsCut = new Map<string, number>();
  const tasksEnded = new Map<string, number>();
  const verdictsGiven = new Map<string, number>();
  const verdictsHeard = new Map<string, number>();
  const helpEnded = new Map<string, number>();
  const helpWorked = new Map<string, number>();
  const members = new Map<string, number>();
  const troubles = new Map<string, number>();
  const tokens = new Map<string, number>();
  let costUsd = 0;
  /** Commits that claim, until it is known what became of them. */
  const awaited = new Map<string, ClaimKind>();
  /** The epoch in which a task was claimed here last: a further commit in it only renews. */
  const epochs = new Map<TaskId, number>();

  function intended(
    { intent }: Extract<EntryBody, { kind: 'fence.intended' }>,
    isTaken: (task: TaskId) => boolean,
  ): void {
    const { record, oid } = intent;
    if (record.state !== 'held' || epochs.get(record.task) === record.epoch) return;
    keep(epochs, record.task, record.epoch);
    const over = isTaken(record.task) ? 'takeover' : 'claim';
    keep(awaited, oid, record.rework === undefined ? over : 'rework');
  }

  /** `unknown` is pushed again, so only what comes of it in the end is counted. */
  function settled(oid: string, outcome: FenceOutcome): void {
    const kind = awaited.get(oid);
    if (kind === undefined || outcome === 'unknown') return;
    awaited.delete(oid);
    bump(claims, `${kind} ${outcome}`);
  }

  function spent(body: EntryBody): void {
    // The steps of an attempt are parts of what its end tells.
    if (!('spent' in body) || body.spent === undefined || body.kind === 'attempt.step') return;
    bump(tokens, 'read', body.spent.tokensRead ?? 0);
    bump(tokens, 'written', body.spent.tokensWritten ?? 0);
    costUsd += body.spent.costUsd ?? 0;
  }

  function add(body: EntryBody, isTaken: (task: TaskId) => boolean): void {
    spent(body);
    switch (body.kind) {
      case 'fence.intended':
        return intended(body, isTaken);
      case 'fence.settled':
        return settled(body.oid, body.outcome);
      case 'attempt.started':
        return bump(attemptsStarted, body.executor);
      case 'attempt.ended':
        bump(attemptsEnded, body.outcome);
        bump(attemptMs, body.outcome, body.elapsedMs);
        if (body.code !== undefined) bump(attemptsCut, body.code);
        return;
      case 'task.ended':
        return bump(tasksEnded, body.state);
      case 'verdict.given':
        return bump(verdictsGiven, body.verdict.statement.outcome);
      case 'verdict.heard':
        return bump(verdictsHeard, body.outcome);
      case 'help.ended':
        return bump(helpEnded, body.outcome);
      case 'help.worked':
        return bump(helpWorked, body.outcome);
      case 'member.suspected':
        return bump(members, 'suspected');
      case 'member.dead':
        // Whoever is stopped is not lost.
        return body.leaving === true ? undefined : bump(members, 'dead');
      case 'trouble':
        return bump(troubles, body.code);
      // Of what these tell, how it stands is shown, or nobody draws a curve.
      case 'attempt.step':
      case 'effect.intended':
      case 'effect.settled':
      case 'health.alert':
      case 'health.healed':
      case 'help.asked':
      case 'help.begun':
      case 'help.returned':
      case 'help.sent':
      case 'help.taken':
      case 'member.joined':
      case 'attempt.paused':
      case 'operator.acted':
      case 'pause.set':
      case 'peer.quarantined':
      case 'peer.started':
      case 'peer.stopped':
      case 'quarantine.lifted':
      case 'task.seen':
      case 'tidy.intended':
      case 'tidy.settled':
    }
  }

  return {
    add,
    counts: {
      claims,
      attemptsStarted,
      attemptsEnded,
      attemptMs,
      attemptsCut,
      tasksEnded,
      verdictsGiven,
      verdictsHeard,
      helpEnded,
      helpWorked,
      members,
      troubles,
      tokens,
      get costUsd() {
        return costUsd;
      },
    },
  };
}

function bump(counts: Map<string, number>, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** Of the newest only so many. */
function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > awaitedMax && oldest !== undefined) map.delete(oldest);
}
