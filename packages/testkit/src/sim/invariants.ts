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
import type { Effect, History, HistoryEvent } from './history.ts';

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
  const intents = new Map<PeerId, Map<string, LockRecord>>();
  const effects = new Map<PeerId, Map<string, Effect>>();
  const holders = new Map<string, PeerId>();
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
        if (event.intent !== null) note(intents, event.peer, event.intent.oid, event.intent.record);
        if (event.effect !== null) note(effects, event.peer, effectKey(event.effect), event.effect);
        if (event.settled?.outcome === 'won') checkHolder(event.peer, event.settled.oid);
        return;
      case 'sent':
        checkIntended(event.peer, event.what);
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
        return;
      case 'push':
        if (event.accepted) checkPush(event.peer, event.push);
        return;
      case 'world':
        return;
    }
  }

  /** What leaves a peer must be on its disk already. */
  function checkIntended(peer: PeerId, what: { oid: Oid } | Effect): void {
    if ('oid' in what) {
      if (intents.get(peer)?.has(what.oid) !== true) {
        broken(7, `push of ${what.oid} without its intent on disk`);
      }
    } else if (effects.get(peer)?.has(effectKey(what)) !== true) {
      broken(7, `${what.effect} on #${what.number} without its intent on disk`);
    }
  }

  /** Of all the peers that were told that they hold an epoch, there is one. */
  function checkHolder(peer: PeerId, oid: Oid): void {
    const record = intents.get(peer)?.get(oid);
    if (record === undefined) return;
    const key = `${record.task} ${record.epoch}`;
    const holder = holders.get(key) ?? peer;
    holders.set(key, holder);
    if (holder !== peer) broken(1, `two peers were told that they hold ${key}`);
  }

  function checkPush(peer: PeerId, push: FencePush): void {
    const { number, lock, result } = push;
    const chain = chains.get(number);
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
    if (record.state === 'result' && state.at(number, nowMs())?.result !== record.result) {
      broken(1, `the lock of #${number} names a result that does not stand`);
    }
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

function note<T>(known: Map<PeerId, Map<string, T>>, peer: PeerId, key: string, value: T): void {
  known.set(peer, (known.get(peer) ?? new Map<string, T>()).set(key, value));
}

function effectKey({ number, effect }: Effect): string {
  return `${number} ${effect}`;
}
