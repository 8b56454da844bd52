/**
 * Invariant 9 (quorum): a certificate counts verdicts of distinct peers other than the publisher, over
 * exactly the commit that its lock names, each of which ran the acceptance and found what it says; and
 * nothing is called ready or verified without as many as the lock asks for.
 */
import {
  type Certificate,
  certificateOf,
  certificateSigningBytes,
  commitOid,
  type EntryBody,
  type IssueNumber,
  type LockRecord,
  type Oid,
  type PeerId,
  taskParts,
  type Verdict,
  verdictSigningBytes,
} from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import { isMarked } from '../virtual-signer.ts';
import type { Chains } from './chains.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

/** A write that was sent before may arrive so late. */
const lateMsMax = 120_000;

type ResultRecord = Extract<LockRecord, { state: 'result' }>;

export function checkQuorum(context: CheckContext, chains: Chains): Check {
  const { broken, repo, state, nowMs } = context;
  /** Lock commits that came to stand. */
  const stood = new Set<Oid>();
  /** What came of acceptances, by peer and commit. */
  const found = new Map<string, Set<boolean>>();
  const helped = new Map<IssueNumber, Set<PeerId>>();
  /** Results with a quorum, by task. */
  const verified = new Set<string>();
  const lastReadyMs = new Map<IssueNumber, number>();
  /** Who made a commit, whoever published it. */
  const makers = new Map<Oid, PeerId>();

  function onCertificate(number: IssueNumber): void {
    const text = state.at(number, nowMs())?.verdicts ?? '';
    const certificate = certificateOf(text);
    const { lock, signature, verdicts, ...rest } = certificate;
    const { record } = lockOf(repo, lock);
    if (record.state !== 'result' || !stood.has(commitOid(lock))) {
      return broken(9, `the certificate of #${number} is about what was never published`);
    }
    const signed = certificateSigningBytes({ lock, verdicts, ...rest });
    if (!isMarked(record.peer, signed, signature)) {
      broken(9, `the certificate of #${number} is not signed by its publisher`);
    }
    const judges = new Set<PeerId>();
    for (const verdict of verdicts) judges.add(onVerdict(number, certificate, record, verdict));
    if (judges.size < verdicts.length) broken(9, `a verdict on #${number} is counted twice`);
    const passed = verdicts.filter(({ statement }) => statement.outcome === 'passed');
    if (passed.length >= record.verdicts) verified.add(`${number} ${record.result}`);
  }

  function onVerdict(
    number: IssueNumber,
    { lock }: Certificate,
    record: ResultRecord,
    { statement, signature }: Verdict,
  ): PeerId {
    const { peer, commit, epoch, outcome } = statement;
    const isIt = commit === record.result && epoch === record.epoch;
    if (!isIt || statement.lock !== commitOid(lock)) {
      broken(9, `a verdict on #${number} is about something else`);
    }
    if (peer === record.peer || peer === record.prover || peer === makers.get(commit)) {
      broken(9, `who made the result of #${number} judges it`);
    }
    if (helped.get(number)?.has(peer) === true) broken(9, `who helped with #${number} judges it`);
    if (!isMarked(peer, verdictSigningBytes(statement), signature)) {
      broken(9, `a verdict on #${number} is not signed by its judge`);
    }
    if (found.get(`${peer} ${commit}`)?.has(outcome === 'passed') !== true) {
      broken(9, `a verdict on #${number} says ${outcome}, which its judge never found`);
    }
    return peer;
  }

  function onHelp(peer: PeerId, { task, outcome }: Extract<EntryBody, { kind: 'help.worked' }>) {
    if (outcome !== 'helped') return;
    const { number } = taskParts(task);
    helped.set(number, (helped.get(number) ?? new Set()).add(peer));
  }

  /** Who replaces a result has taken back first that it is ready; a write of before may be late. */
  function onReplaced({ number, lock }: FencePush): void {
    const { record } = lockOf(repo, lock.commit);
    const now = state.at(number, nowMs());
    if (record.state !== 'result' || record.verdicts === 0) return;
    if (now?.pullRequest?.state !== 'open' || now.pullRequest.draft) return;
    const readyAtMs = lastReadyMs.get(number) ?? 0;
    if (chains.get(number).record?.state === 'held' && nowMs() - readyAtMs > lateMsMax) {
      broken(9, `#${number} was replaced while it was ready for review`);
    }
  }

  function mustBeVerified(number: IssueNumber, what: string): void {
    const { record } = chains.get(number);
    if (record?.state !== 'result' || record.verdicts === 0) return;
    if (!verified.has(`${number} ${record.result}`))
      broken(9, `#${number} is ${what} without its quorum`);
  }

  return {
    onEvent(event) {
      if (event.kind === 'push' && event.accepted) stood.add(event.push.lock.oid);
      if (event.kind === 'durable' && event.body.kind === 'help.worked')
        onHelp(event.peer, event.body);
      if (event.kind === 'made') makers.set(event.result, event.peer);
      if (event.kind === 'found') {
        const key = `${event.peer} ${event.result}`;
        found.set(key, (found.get(key) ?? new Set()).add(event.passed));
      }
      if (event.kind === 'push' && event.accepted && event.push.result !== undefined) {
        onReplaced(event.push);
      }
      if (event.kind !== 'write') return;
      const { number, effect } = event;
      if (effect === 'ready') lastReadyMs.set(number, nowMs());
      if (effect === 'verdicts') onCertificate(number);
      if (effect === 'ready') mustBeVerified(number, 'ready for review');
      const comment = state.at(number, nowMs())?.comment;
      // Late words about an earlier epoch, his own too, are about what was published then; the holder overwrites them.
      const { record } = chains.get(number);
      const isOfNow =
        record?.peer === event.peer && comment?.includes(`(epoch ${record.epoch},`) === true;
      if (effect === 'comment' && isOfNow && comment.includes('The result is verified')) {
        mustBeVerified(number, 'called verified');
      }
    },
    atEnd() {
      // With everybody there and nothing in the way, whoever is asked answers.
      if (!context.calm) return;
      for (const number of state.numbers()) {
        // Whoever helped does not judge.
        if (helped.has(number)) continue;
        const draft = state.at(number, nowMs())?.pullRequest?.draft === true;
        if (draft && chains.get(number).record?.state === 'result') {
          broken(9, `nobody judged #${number}, though all could`);
        }
      }
    },
  };
}
