/** Invariants 1 and 2, by the fence and by all journals together. */
import type { FenceLink } from '@bzzz/peer';
import { explainedResult, type Oid } from '@bzzz/protocol';
import type { Evidence, TaskEvidence } from './evidence.ts';
import type { Looked } from './judge.ts';
import { type Won, wonBy } from './moves.ts';

/** Of each task one peer an epoch; epochs never fall; what the forge once took is still in the chain. */
export function oneOwner(evidence: Evidence): Looked {
  const { tasks } = evidence;
  const against = tasks.flatMap((one) => {
    const won = wonOf(evidence, one);
    const { fence, task } = one;
    const chain = fence === null ? [] : chainOf(fence);
    const claims = [
      ...won.map(({ peer, record }) => ({ peer, epoch: record.epoch })),
      ...chain.map(({ record }) => ({ peer: record.peer, epoch: record.epoch })),
    ];
    return [
      ...twoIn(claims.map(({ peer, epoch }) => [`epoch ${epoch}`, peer])).map(
        ([epoch, peers]) => `${task}: ${epoch} had two owners, ${peers.join(' and ')}`,
      ),
      ...fallsOf(chain).map((fall) => `${task}: ${fall}`),
      ...(fence === null ? [] : lostMoves(evidence, one, fence).map((why) => `${task}: ${why}`)),
    ];
  });
  return { against: [...unseen(evidence), ...against], seen: `${tasks.length} tasks` };
}

/** Of each task one result an epoch, by its holder; the branch stands where a claim says; one pull request. */
export function onePublisher(evidence: Evidence): Looked {
  const { tasks } = evidence;
  let published = 0;
  const against = tasks.flatMap((one) => {
    const { task, fence } = one;
    const chain = fence === null ? [] : chainOf(fence);
    const results: [string, Oid][] = [
      ...wonOf(evidence, one).flatMap(({ record }) => resultOf(record)),
      ...chain.flatMap(({ record }) => resultOf(record)),
    ];
    published += new Set(results.map(([, oid]) => oid)).size;
    const twice = twoIn(results).map(
      ([epoch, oids]) => `${task}: two results in ${epoch}, ${oids.join(' and ')}`,
    );
    return [
      ...twice,
      ...(fence === null ? [] : resultBranch(fence).map((why) => `${task}: ${why}`)),
    ];
  });
  return { against: [...unseen(evidence), ...against], seen: `${published} results` };
}

type Fence = NonNullable<TaskEvidence['fence']>;

function unseen({ fenceUnseen }: Evidence): string[] {
  return fenceUnseen === null ? [] : [`the fence could not be looked at: ${fenceUnseen}`];
}

function chainOf({ stood, grown }: Fence): readonly FenceLink[] {
  return stood === null ? grown : [stood, ...grown];
}

function wonOf({ peers }: Evidence, { task }: TaskEvidence): Won[] {
  return peers.flatMap(({ id, journal }) =>
    wonBy(
      id,
      journal.moves.filter((move) => move.task === task),
    ),
  );
}

function resultOf(record: Won['record']): [string, Oid][] {
  return record.state === 'result' ? [[`epoch ${record.epoch}`, record.result]] : [];
}

/** Keys that have more than one value. */
function twoIn(pairs: readonly (readonly [string, string])[]): [string, string[]][] {
  const values = new Map<string, Set<string>>();
  for (const [key, value] of pairs) values.set(key, (values.get(key) ?? new Set()).add(value));
  return [...values].flatMap(([key, all]): [string, string[]][] =>
    all.size > 1 ? [[key, [...all]]] : [],
  );
}

function fallsOf(chain: readonly FenceLink[]): string[] {
  return chain.flatMap(({ record, oid }, at) => {
    const before = chain[at - 1]?.record;
    return before !== undefined && record.epoch < before.epoch
      ? [`${oid} of epoch ${record.epoch} was taken over epoch ${before.epoch}`]
      : [];
  });
}

/** What a peer was told that the forge took, since the drill began, and that is not in the chain. */
function lostMoves(evidence: Evidence, one: TaskEvidence, fence: Fence): string[] {
  if (isTidied(evidence, one.task)) return [];
  if (fence.before.lock !== null && fence.now.lock === null) return ['its lock branch is gone'];
  if (fence.broken !== null) return [`its lock: ${fence.broken}`];
  const stands = new Set<string>(fence.grown.map(({ oid }) => oid));
  return evidence.peers.flatMap(({ id, name, journal }) => {
    const sinceSeq = journal.heardBefore;
    return wonBy(
      id,
      journal.moves.filter(({ task }) => task === one.task),
    )
      .filter(({ seq, oid }) => seq >= sinceSeq && oid !== fence.stood?.oid && !stands.has(oid))
      .map(
        ({ oid, record }) =>
          `${oid} of ${name} (epoch ${record.epoch}) was taken, and is not in the chain`,
      );
  });
}

/** Since the drill began: one that was tidied and opened again before is like any other. */
function isTidied({ peers }: Evidence, task: string): boolean {
  return peers.some(({ journal }) =>
    journal.moves.some(
      ({ kind, seq, task: of }) => kind === 'tidied' && of === task && seq >= journal.heardBefore,
    ),
  );
}

/** What people did to it before is not looked at: only that it moved since, and that no claim says where to. */
function resultBranch({ before, now, stood, grown, pulls }: Fence): string[] {
  const explained = grown.map(({ record }) => explainedResult(record));
  const last = grown.at(-1)?.record ?? stood?.record;
  const moved = now.result !== null && now.result !== before.result;
  const stray = moved && !explained.includes(now.result);
  const behind =
    last?.state === 'result' && now.result !== null && now.result !== last.result && moved;
  return [
    ...(stray || behind
      ? [`its result branch stands at ${now.result}, which its lock does not name`]
      : []),
    ...(pulls.length > 1
      ? [`it has ${pulls.length} pull requests, ${pulls.map((n) => `#${n}`).join(' and ')}`]
      : []),
  ];
}
