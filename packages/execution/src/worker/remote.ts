/** In the worker: what is done by the peer, behind the interfaces that executors use. */
import { isDeepStrictEqual } from 'node:util';
import type { AskForHelp, Rest } from '@bzzz/coordination';
import { BzzzError, type Spent } from '@bzzz/protocol';
import type { LaunchPlan } from '../cli/launch/plan.ts';
import type { RunOutcome } from '../outcome.ts';
import type { Runner } from '../runner.ts';
import { printedCharsMax, type ToPeer, type ToWorker, type WayCounts } from './messages.ts';

export interface Remote {
  readonly run: Runner['run'];
  readonly help: AskForHelp;
  plan(plan: LaunchPlan): Promise<void>;
  readonly onSign: () => void;
  readonly onPrinted: (text: string) => void;
  readonly onSpent: (spent: Spent) => void;
  /** Of the way to the model API, as the peer told it when the last run ended. It is always the same object. */
  readonly counts: WayCounts;
  /** Takes what the peer says about all this. */
  hear(message: Answer): void;
}

type Answer = Extract<ToWorker, { id: number }>;
/** Distributes: each kind of question stays one. */
type Question<T extends ToPeer = Extract<ToPeer, { id: number }>> = T extends unknown
  ? Omit<T, 'id'>
  : never;

interface Pending {
  resolve(answer: Exclude<Answer, { kind: 'refused' | 'output' }>): void;
  reject(error: BzzzError): void;
  readonly onOutput: ((chunk: Buffer) => void) | undefined;
}

/** More signs than that say nothing more. */
const signEveryMs = 200;
/** The same again at most so often. */
const spentEveryMs = 1_000;

export function createRemote(send: (message: ToPeer) => void): Remote {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let signedAtMs = Number.NEGATIVE_INFINITY;
  let told: Spent | null = null;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  const counts: WayCounts = { answers: 0, answered: 0, objection: null, refused: [] };

  async function call(
    question: Question,
    signal: AbortSignal | undefined,
    onOutput?: (chunk: Buffer) => void,
  ) {
    if (signal?.aborted === true) throw new BzzzError('aborted', 'the work was cancelled');
    lastId += 1;
    const id = lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Parameters<Pending['resolve']>[0]>();
    pending.set(id, { resolve, reject, onOutput });
    const onAbort = () => send({ kind: 'cancel', id });
    signal?.addEventListener('abort', onAbort, { once: true });
    send({ ...question, id });
    try {
      return await promise;
    } finally {
      pending.delete(id);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  return {
    counts,
    async run(
      { argv, timeMs, onStdout, quietStdout: quiet = false },
      { signal } = {},
    ): Promise<RunOutcome> {
      const output = onStdout !== undefined;
      const question = { kind: 'run' as const, argv, timeMs, output, quiet };
      const answer = await call(question, signal, onStdout);
      if (answer.kind !== 'ran') throw mismatch(answer);
      if (answer.way !== null) Object.assign(counts, answer.way);
      return answer.outcome;
    },
    async help(question, { signal } = {}) {
      const answer = await call({ kind: 'help', question }, signal);
      if (answer.kind !== 'helped') throw mismatch(answer);
      return answer.report;
    },
    async plan(plan) {
      await call({ kind: 'plan', plan }, undefined);
    },
    onSign() {
      const nowMs = performance.now();
      if (nowMs - signedAtMs < signEveryMs) return;
      signedAtMs = nowMs;
      send({ kind: 'sign' });
    },
    onPrinted(text) {
      for (const piece of piecesOf(text)) send({ kind: 'printed', text: piece });
    },
    onSpent(spent) {
      const nowMs = performance.now();
      // What only the peer counts may have grown meanwhile.
      if (isDeepStrictEqual(spent, told) && nowMs - toldAtMs < spentEveryMs) return;
      told = spent;
      toldAtMs = nowMs;
      send({ kind: 'spent', spent });
    },
    hear(message) {
      const waiting = pending.get(message.id);
      if (message.kind === 'output') {
        const { buffer, byteOffset, byteLength } = message.bytes;
        waiting?.onOutput?.(Buffer.from(buffer, byteOffset, byteLength));
      } else if (message.kind === 'refused') {
        waiting?.reject(new BzzzError(message.code, message.reason));
      } else waiting?.resolve(message);
    },
  };
}

/** None is longer than a message may hold, and none ends within a character. */
function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const whole = text.slice(at, at + printedCharsMax);
    const isCut = at + whole.length < text.length && /[\ud800-\udbff]$/.test(whole);
    const piece = isCut ? whole.slice(0, -1) : whole;
    yield piece;
    at += piece.length;
  }
}

function mismatch({ kind }: { kind: string }): BzzzError {
  return new BzzzError('defect', `the peer answered another question: ${kind}`);
}

/** A rest that is told from outside. */
export function createTold(rests: boolean): Rest & { tell(wanted: boolean): void } {
  const listeners = new Set<() => void>();
  let now = rests;
  return {
    wanted: () => now,
    onChange(listener) {
      // The same function may follow twice.
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    tell(wanted) {
      if (wanted === now) return;
      now = wanted;
      for (const listener of listeners) listener();
    },
  };
}
