/**
 * The invariants of DESIGN.md 5, checked from the history alone. Nothing here looks into a peer.
 * Present: 1 (one publisher), 2 (fencing), 3 (nothing lost), 4 (people win), 7 (journal first).
 */
import {
  type Account,
  decodeLockCommit,
  type Issue,
  type IssueNumber,
  type LockRecord,
  type Oid,
  type PeerId,
  type RepoName,
} from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import type { ForgeState } from './forge-state.ts';
import type { History, HistoryEvent } from './history.ts';

export interface Violation {
  readonly invariant: 1 | 2 | 3 | 4 | 7;
  readonly what: string;
}

export interface Checker {
  readonly violations: readonly Violation[];
  /** The last check, when faults have been off long enough. */
  atEnd(): void;
  /** Whether every task has come to its end. */
  allEnded(): boolean;
}

export interface CheckerOptions {
  readonly repo: RepoName;
  readonly label: string;
  readonly accounts: readonly Account[];
}

interface Chain {
  readonly tip: Oid;
  readonly record: LockRecord;
  readonly epochsPublished: ReadonlySet<number>;
}

export function createChecker(
  deps: { history: History; state: ForgeState; nowMs: () => number },
  options: CheckerOptions,
): Checker {
  const { history, state, nowMs } = deps;
  const violations: Violation[] = [];
  const chains = new Map<IssueNumber, Chain>();
  const intents = new Map<PeerId, Set<string>>();
  const effects = new Map<PeerId, Set<string>>();
  const reads = new Map<string, { issue: Issue; order: number }>();
  const worked = new Map<string, number>();
  const told = new Set<IssueNumber>();
  let order = 0;

  function broken(invariant: Violation['invariant'], what: string): void {
    violations.push({ invariant, what });
    history.record({ kind: 'world', what: `INVARIANT ${invariant}: ${what}` });
  }

  function check(event: HistoryEvent): void {
    order += 1;
    switch (event.kind) {
      case 'durable':
        if (event.intent !== null) note(intents, event.peer, event.intent.oid);
        if (event.effect !== null) note(effects, event.peer, effectKey(event.effect));
        return;
      case 'issue-read':
        reads.set(`${event.peer} ${event.issue.number}`, { issue: event.issue, order });
        return;
      case 'work':
        worked.set(`${event.peer} ${event.number}`, order);
        return;
      case 'write':
        // A write that the forge takes late may replace the text again; that it was told counts.
        if (state.at(event.number, nowMs())?.comment?.includes('needs a person') === true) {
          told.add(event.number);
        }
        if (!effects.get(event.peer)?.has(effectKey(event))) {
          broken(7, `${event.effect} on #${event.number} without its intent on disk`);
        }
        return;
      case 'push':
        if (event.accepted) checkPush(event.peer, event.push);
        return;
      case 'world':
        return;
    }
  }

  function checkPush(peer: PeerId, push: FencePush): void {
    const { number, lock, result } = push;
    const chain = chains.get(number);
    if (!intents.get(peer)?.has(lock.oid)) {
      broken(7, `push of ${lock.oid} on #${number} without its intent on disk`);
    }
    if (chain?.tip === lock.oid) {
      if (result !== undefined && chain.record.state !== 'result') {
        broken(1, `a result of #${number} was pushed without its fence`);
      }
      return;
    }
    const { record, parent } = decodeLockCommit(options.repo, lock.commit);
    if (record.peer !== peer) broken(2, `somebody else's commit was pushed on #${number}`);
    if (parent !== (chain?.tip ?? null)) broken(2, `the lock of #${number} was overwritten`);
    if (chain !== undefined) checkSuccession(number, chain.record, record);
    const published = new Set(chain?.epochsPublished);
    if (result !== undefined) {
      checkPublication(peer, number, chain, record, result.oid);
      if (published.has(record.epoch)) broken(1, `two results of #${number} in one epoch`);
      published.add(record.epoch);
    }
    chains.set(number, { tip: lock.oid, record, epochsPublished: published });
  }

  function checkSuccession(number: IssueNumber, before: LockRecord, after: LockRecord): void {
    const raised = after.epoch > before.epoch;
    const same = after.epoch === before.epoch && after.peer === before.peer;
    if (!raised && !same) {
      broken(2, `epoch ${after.epoch} was accepted on #${number} over epoch ${before.epoch}`);
    }
    if (same && before.state !== 'held') broken(2, `an ended claim of #${number} was moved on`);
    if (raised && before.state === 'result' && after.state !== 'result') {
      broken(1, `work on #${number} began again over its result`);
    }
  }

  function checkPublication(
    peer: PeerId,
    number: IssueNumber,
    chain: Chain | undefined,
    record: LockRecord,
    oid: Oid,
  ): void {
    if (chain?.record.peer !== peer || chain.record.epoch !== record.epoch) {
      broken(1, `a result of #${number} was pushed by a peer that did not hold it`);
    }
    if (record.state !== 'result' || record.result !== oid) {
      broken(1, `a result of #${number} was pushed that its lock does not name`);
    }
    const read = reads.get(`${peer} ${number}`);
    const ended = worked.get(`${peer} ${number}`) ?? 0;
    if (read === undefined || read.order < ended) {
      broken(4, `#${number} was published without another look at the issue`);
    } else if (!isWanted(read.issue)) {
      broken(4, `#${number} was published though its publisher had read that people object`);
    }
  }

  function isWanted(issue: Issue): boolean {
    const people = issue.assignees.filter((login) => !options.accounts.includes(login));
    return issue.state === 'open' && issue.labels.includes(options.label) && people.length === 0;
  }

  /** Why a task has not come to its end, if it has not. */
  function unfinished(number: IssueNumber): string | undefined {
    const now = state.at(number, nowMs());
    if (now === undefined) return 'gone';
    const lock = chains.get(number)?.record;
    if (!isWanted(now.issue)) return lock?.state === 'held' ? 'still held' : undefined;
    if (lock === undefined) return 'never claimed';
    if (lock.state === 'held' || lock.state === 'released') return lock.state;
    if (lock.state === 'result') return now.pullRequest === null ? 'no pull request' : undefined;
    return told.has(number) ? undefined : 'failed without a comment';
  }

  history.onEvent(check);
  return {
    violations,
    allEnded: () => state.numbers().every((number) => unfinished(number) === undefined),
    atEnd() {
      for (const number of state.numbers()) {
        const why = unfinished(number);
        if (why !== undefined) broken(3, `#${number}: ${why}`);
      }
    },
  };
}

function note(known: Map<PeerId, Set<string>>, peer: PeerId, item: string): void {
  known.set(peer, (known.get(peer) ?? new Set()).add(item));
}

function effectKey({ number, effect }: { number: IssueNumber; effect: string }): string {
  return `${number} ${effect}`;
}
