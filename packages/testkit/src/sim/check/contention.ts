/**
 * DESIGN.md 4.2, the outcomes of a claim: what a peer says when it lost, and when a rule said no; and that who
 * hears of the claim of another leaves the task alone.
 */
import {
  type EntryBody,
  type IssueNumber,
  type PeerId,
  type TaskId,
  taskParts,
} from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';
import type { Chains } from './chains.ts';
import { createDues } from './dues.ts';
import type { Check, CheckContext } from './violation.ts';

type Settled = Extract<EntryBody, { kind: 'fence.settled' }>;

/** A read may be so old. */
const lagMsMax = 10_000;
/** What is told goes out in the same moment; what is journalled waits for the disk. */
const diskMs = 1_000;
/**
 * A bid begins with a read of the lock. So many others there may be: of whoever watches its lease, or asks whose
 * an assignment is.
 */
const readsMax = (elapsedMs: number) => 6 + elapsedMs / 3_000;

interface Hearing {
  readonly holder: PeerId;
  readonly epoch: number;
  readonly sinceMs: number;
  /** Reads of the lock by each of the others. */
  readonly reads: Map<PeerId, number>;
}

export function checkContention(context: CheckContext, chains: Chains): Check {
  const { broken, nowMs } = context;
  const dues = createDues(context);
  /** By peer and task: the highest epoch that it ever meant to claim, and the commit of that claim. */
  const claims = new Map<string, { readonly epoch: number; readonly oid: string }>();
  /** By peer and task: the highest epoch of which this run of it has told who holds it. */
  const told = new Map<string, number>();
  const toldRefused = new Set<string>();
  /** Claims of which everybody has heard. */
  const heard = new Map<IssueNumber, Hearing>();

  function onIntent(
    { intent }: Extract<EntryBody, { kind: 'fence.intended' }>,
    peer: PeerId,
  ): void {
    const { task, record, oid } = intent;
    const key = keyOf(peer, task);
    if (record.epoch > (claims.get(key)?.epoch ?? 0)) claims.set(key, { epoch: record.epoch, oid });
  }

  function onSettled(peer: PeerId, body: Settled): void {
    const { task, outcome, oid } = body;
    const key = keyOf(peer, task);
    if (claims.get(key)?.oid !== oid) return;
    if (outcome === 'lost') onLost(peer, body);
    if (outcome === 'refused' && !toldRefused.has(key)) {
      const what = `that a rule refused the claim of ${task} was not told`;
      dues.owe(peer, `refused ${task}`, { byMs: nowMs() + diskMs, rule: '4.2-refused-told', what });
    }
  }

  function onLost(peer: PeerId, { task, holder }: Settled): void {
    const { record, touched, deletedEver, resultTouched, acceptedAtMs } = chains.get(
      taskParts(task).number,
    );
    // A person may be who stands in the way, and a read may show what stood there before.
    if (touched !== null || deletedEver || resultTouched || record === undefined) return;
    if (holder === undefined) {
      const isOld = nowMs() - acceptedAtMs > lagMsMax;
      if (record.peer !== peer && isOld) {
        broken('4.2-loser-tells', `who lost ${task} did not journal to whom`);
      }
      return;
    }
    if (record.state !== 'held' || record.epoch !== holder.epoch) return;
    if ((told.get(keyOf(peer, task)) ?? 0) >= holder.epoch) return;
    const what = `who lost ${task} did not tell who holds it`;
    dues.owe(peer, `holder of ${task}`, { byMs: nowMs(), rule: '4.2-loser-tells', what });
  }

  function onDurable({ peer, body }: Extract<HistoryEvent, { kind: 'durable' }>): void {
    if (body.kind === 'peer.started') forget(peer);
    if (body.kind === 'fence.intended') onIntent(body, peer);
    if (body.kind === 'fence.settled') onSettled(peer, body);
    if (body.kind !== 'trouble' || body.code !== 'fence_refused' || body.task === undefined) return;
    toldRefused.add(keyOf(peer, body.task));
    dues.paid(peer, `refused ${body.task}`);
  }

  function onTold({ task, holder, epoch }: Extract<HistoryEvent, { kind: 'told-holder' }>): void {
    const { number } = taskParts(task);
    if ((heard.get(number)?.epoch ?? 0) >= epoch) return;
    heard.set(number, { holder, epoch, sinceMs: nowMs(), reads: new Map() });
  }

  /** Where nothing fails nobody misses what is told. */
  function onRead(peer: PeerId, number: IssueNumber): void {
    const hearing = heard.get(number);
    const { record } = chains.get(number);
    if (!context.calm || hearing === undefined || hearing.holder === peer) return;
    if (record?.state !== 'held' || record.epoch !== hearing.epoch) return;
    const { reads, sinceMs } = hearing;
    const count = (reads.get(peer) ?? 0) + 1;
    reads.set(peer, count);
    if (count > readsMax(nowMs() - sinceMs)) {
      broken('4.2-stands-down', `#${number} is bid for by who has heard that another holds it`);
    }
  }

  /** What an earlier run told, it does not tell again. */
  function forget(peer: PeerId): void {
    for (const key of told.keys()) if (key.startsWith(peer)) told.delete(key);
    for (const key of toldRefused) if (key.startsWith(peer)) toldRefused.delete(key);
  }

  return {
    onEvent(event) {
      if (event.kind === 'told-holder') {
        const { peer, task, epoch } = event;
        told.set(keyOf(peer, task), Math.max(epoch, told.get(keyOf(peer, task)) ?? 0));
        dues.paid(peer, `holder of ${task}`);
        onTold(event);
      }
      if (event.kind === 'fence-read') onRead(event.peer, event.number);
      if (event.kind === 'durable') onDurable(event);
      dues.take(event);
    },
  };
}

function keyOf(peer: PeerId, task: TaskId): string {
  return `${peer} ${task}`;
}
