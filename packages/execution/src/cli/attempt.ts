/**
 * One attempt of a tool: its way to the model API is opened, it runs, and what it told is weighed. Where it
 * asks for help it runs again with the answer, as often as help allows and time is left.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError, isBzzzError } from '@bzzz/protocol';
import { type Asker, createAsker, type Heard } from '../help/asker.ts';
import { createLabels } from '../prompt/labels.ts';
import { oneLine } from '../prompt/one-line.ts';
import { modelApis } from './api/apis.ts';
import { createProxy, type Proxy } from './api/proxy.ts';
import { makeLaunchFolder } from './launch/folder.ts';
import type { Located } from './locate.ts';
import { questionIn } from './marker.ts';
import { type Exchange, furtherText, promptText } from './prompt.ts';
import { failureOf, reportOf } from './report.ts';
import { type AttemptDeps, type Round, type RoundJob, type RoundPlace, runRound } from './round.ts';

/** One request; a window of a million tokens takes about 4 MiB. */
const requestBytesMax = 32 * 1024 * 1024;
/** Text and what is around it, streamed answers above all. */
const bytesPerToken = 256;

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`, and what asking for help throws. */
export async function attempt(
  deps: AttemptDeps,
  located: Located,
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  throwIfAborted(signal);
  const { runner, tool, settings } = deps;
  const { job, path, help } = request;
  const pass = `bzzz-${randomBytes(24).toString('hex')}`;
  const api = modelApis[tool.api];
  await using parts = new AsyncDisposableStack();
  const folder = await makeLaunchFolder(dirname(path), runner);
  parts.defer(() => folder.remove());
  const proxy = createProxy({
    api,
    url: settings.apiUrl ?? api.url,
    key: settings.apiKey,
    pass,
    limits: {
      answersMax: job.turnsMax,
      requestBytesMax,
      totalBytesMax: job.tokensMax * bytesPerToken,
      stallMs: settings.stallMs,
    },
  });
  parts.defer(() => proxy.close());
  await folder.serve(proxy);
  const asker = help === undefined ? null : createAsker(help, path);
  // Only a tool that can be asked to go on needs what it remembers.
  const home = asker !== null && tool.argv.resume !== null ? folder.home : null;
  const place = { located, request, folder, pass, home };
  const { rounds, failure } = await untilEnd(deps, { place, proxy, asker }, signal);
  return reportOf(tool, { rounds, proxy, failure, model: settings.model });
}

interface Parts {
  readonly place: RoundPlace;
  readonly proxy: Pick<Proxy, 'objection'>;
  /** Null: nobody may be asked. */
  readonly asker: Asker | null;
}

async function untilEnd(
  deps: AttemptDeps,
  { place, proxy, asker }: Parts,
  signal?: AbortSignal,
): Promise<{ rounds: readonly Round[]; failure: string | null }> {
  const { tool } = deps;
  const { job, limits } = place.request;
  const { attemptMs } = limits;
  const endMs = performance.now() + attemptMs;
  const leftMs = () => Math.max(1, endMs - performance.now());
  const labels = createLabels();
  const rounds: Round[] = [];
  const before: Exchange[] = [];
  const anew = () => promptText(job, { labels, mayAsk: asker !== null, before });
  let next: Omit<RoundJob, 'timeMs'> = { input: anew(), session: null };
  for (;;) {
    const round = await runRound(deps, place, { ...next, timeMs: leftMs() }, signal);
    rounds.push(round);
    const failure = failureOf(tool, round, { objection: proxy.objection, attemptMs });
    const question = failure === null ? questionIn(round.findings.said) : null;
    if (asker === null || question === null) return { rounds, failure };
    const heard = await askWithin(asker, question, { leftMs: leftMs(), signal });
    const asked = `it asked for help (${oneLine(question)})`;
    if (heard === null)
      return { rounds, failure: `${asked} and waited until ${attemptMs} ms were over` };
    if (!heard.helped) return { rounds, failure: `${asked}; ${heard.reason}` };
    before.push({ question, answer: heard.text });
    const session = tool.argv.resume === null ? null : sessionOf(round);
    next = { session, input: session === null ? anew() : furtherText(labels, heard.text) };
  }
}

/** Null: it told none, or what could be taken for something else among its arguments. */
function sessionOf({ findings: { session } }: Round): string | null {
  return session !== null && /^[A-Za-z0-9][\w.:-]{0,127}$/.test(session) ? session : null;
}

/** Null: the time of the attempt was over before. */
async function askWithin(
  asker: Asker,
  question: string,
  { leftMs, signal }: { leftMs: number; signal: AbortSignal | undefined },
): Promise<Heard | null> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), leftMs);
  const over = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
  try {
    return await asker.ask(question, { signal: over });
  } catch (error) {
    throwIfAborted(signal);
    // Whoever waits for help throws a coded error for the deadline.
    const isOver = !isBzzzError(error) || isBzzzError(error, 'aborted');
    if (!deadline.signal.aborted || !isOver) throw error;
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new BzzzError('aborted', 'the work was cancelled');
}
