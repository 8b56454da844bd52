/**
 * The peer's side of one attempt in a worker. The worker thinks; whatever it wants done is done here, and
 * only what this attempt may: its commands in the sandbox, its questions to other peers. So nothing that
 * runs is a child of what may hang, and all of it is ended whatever becomes of the worker.
 */
import type { Clock, ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError, isBzzzError, reasonOf } from '@bzzz/protocol';
import type { LaunchPlan } from '../cli/launch/plan.ts';
import type { Runner, RunRequest } from '../runner.ts';
import type { ToPeer, WayCounts, Work } from './messages.ts';
import type { WorkerSettings } from './options.ts';
import type { WorkerProcess } from './process.ts';

export interface SessionJob {
  readonly work: Work;
  readonly request: ExecutorRequest<PromptJob>;
  /**
   * What is run by these words, and how, as everything but the worker knows it; null: it may not. Throws
   * what opening the way out throws.
   */
  readonly allowed: (argv: readonly string[]) => Promise<Allowed | null>;
  /** For a tool that is told by a file what to do. */
  readonly plan?: (plan: LaunchPlan) => Promise<void>;
  readonly counts?: () => WayCounts;
}

type Allowed = Omit<
  RunRequest,
  'timeMs' | 'onStdout' | 'quietStdout' | 'onSign' | 'onPrinted' | 'rest'
>;

export interface SessionDeps {
  readonly clock: Clock;
  readonly runner: Runner;
  readonly settings: WorkerSettings;
}

/** At the same time; an executor does one thing after the other. */
const openMax = 4;

type Asked = Extract<ToPeer, { id: number }>;

/** Throws `WorkerLost`, and what an executor throws. Nothing of the worker or its runs is left then. */
export async function converse(
  { clock, runner, settings }: SessionDeps,
  worker: WorkerProcess,
  job: SessionJob,
  signal: AbortSignal,
): Promise<ExecutorReport> {
  const { request } = job;
  const { onSign = () => undefined, onPrinted, rest } = request;
  const ending = Promise.withResolvers<ExecutorReport>();
  const over = new AbortController();
  const open = new Map<number, AbortController>();
  const work = new Set<Promise<void>>();

  async function answer(asked: Asked, until: AbortSignal): Promise<void> {
    const { id } = asked;
    try {
      if (asked.kind === 'run') await run(asked, until);
      else if (asked.kind === 'help') await help(asked, until);
      else if (asked.kind === 'plan') {
        await job.plan?.(asked.plan);
        worker.send({ kind: 'planned', id });
      }
    } catch (error) {
      const code = isBzzzError(error) ? error.code : until.aborted ? 'aborted' : 'defect';
      worker.send({ kind: 'refused', id, code, reason: reasonOf(error) });
    }
  }

  async function run(asked: Asked & { kind: 'run' }, until: AbortSignal) {
    const { id, argv, timeMs, output, quiet: quietStdout } = asked;
    const allowed = await job.allowed(argv);
    if (allowed === null) return worker.lose(`it wants to run what it may not: ${argv[0]}`);
    const tell = (bytes: Buffer) => worker.send({ kind: 'output', id, bytes });
    const hooks = {
      onSign,
      ...(onPrinted && { onPrinted }),
      ...(rest && { rest }),
      ...(output && { onStdout: tell }),
    };
    const outcome = await runner.run(
      { ...allowed, timeMs, quietStdout, ...hooks },
      { signal: until },
    );
    worker.send({ kind: 'ran', id, outcome, way: job.counts?.() ?? null });
  }

  async function help({ id, question }: Asked & { kind: 'help' }, until: AbortSignal) {
    if (request.help === undefined) return worker.lose('it asks where nobody may be asked');
    const report = await request.help(question, { signal: until });
    worker.send({ kind: 'helped', id, report });
  }

  function begin(asked: Asked): void {
    if (open.size >= openMax || open.has(asked.id)) return worker.lose('it asks too much at once');
    const cut = new AbortController();
    open.set(asked.id, cut);
    const done = answer(asked, AbortSignal.any([over.signal, cut.signal])).finally(() => {
      open.delete(asked.id);
      work.delete(done);
    });
    work.add(done);
  }

  function onMessage(message: ToPeer): void {
    if (message.kind === 'sign') onSign();
    else if (message.kind === 'printed') onPrinted?.(message.text);
    else if (message.kind === 'spent') request.onSpent?.(message.spent);
    else if (message.kind === 'done') ending.resolve(message.report);
    else if (message.kind === 'failed') ending.reject(new BzzzError(message.code, message.reason));
    else if (message.kind === 'cancel') open.get(message.id)?.abort();
    else if ('id' in message) begin(message);
  }

  let cancelKill = () => {};
  const onAbort = () => {
    over.abort();
    worker.send({ kind: 'abort' });
    cancelKill = clock.after(settings.graceMs, () => worker.lose('it did not end when told to'));
  };
  const onRest = () => worker.send({ kind: 'rest', wanted: rest?.wanted() ?? false });
  const stopFollowing = rest?.onChange(onRest);
  worker.listen({ onMessage, onLost: ending.reject });
  try {
    worker.send({
      kind: 'start',
      work: job.work,
      job: request.job,
      path: request.path,
      attemptMs: request.limits.attemptMs,
      mayAsk: request.help !== undefined,
      rests: rest?.wanted() ?? null,
      beatMs: settings.beatMs,
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    return await ending.promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    stopFollowing?.();
    cancelKill();
    over.abort();
    await worker.end();
    await Promise.all(work);
  }
}
