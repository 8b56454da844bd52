/**
 * The runs of a tool in one attempt. Where it asks for help it runs again with the answer, as often as help
 * allows and time is left: on its own session, or anew with all that it must know. It begins in a fork of the session
 * in which it worked on the task before, if there is one, and is told all the same, since what is wanted may have changed.
 */
import type { Rest } from '@bzzz/coordination';
import { BzzzError, isBzzzError } from '@bzzz/protocol';
import { startAllowance } from '../allowance.ts';
import type { Asker, Heard } from '../help/asker.ts';
import { createLabels } from '../prompt/labels.ts';
import { oneLine } from '../prompt/one-line.ts';
import type { Proxy } from './api/proxy.ts';
import { questionIn } from './marker.ts';
import { type Exchange, furtherText, promptText } from './prompt.ts';
import { SessionId } from './sessions.ts';
import { type Attempted, failureOf } from './report.ts';
import { spentOn, type Told } from './spent.ts';
import { type AttemptDeps, type Round, type RoundJob, type RoundPlace, runRound } from './round.ts';

export interface Parts {
  readonly place: RoundPlace;
  readonly proxy: Pick<Proxy, 'objection' | 'answered' | 'answers'>;
  /** Null: nobody may be asked. */
  readonly asker: Asker | null;
}

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`, and what asking for help throws. */
export async function untilEnd(
  deps: AttemptDeps,
  { place, proxy, asker }: Parts,
  signal?: AbortSignal,
): Promise<Pick<Attempted, 'rounds' | 'failure' | 'notes' | 'session'>> {
  const { tool, settings } = deps;
  const { job, limits } = place.request;
  const { attemptMs } = limits;
  const time = { timeMs: attemptMs, rest: place.request.rest };
  const allowance = startAllowance(time);
  using _ = { [Symbol.dispose]: allowance.end };
  const leftMs = () => Math.max(1, allowance.leftMs());
  const labels = createLabels();
  const rounds: Round[] = [];
  const notes: string[] = [];
  const before: Exchange[] = [];
  const { earlier } = place;
  const promptOf = (again: boolean) => {
    const told = { labels, mayAsk: asker !== null, before, hosts: place.way.hosts() };
    return promptText(job, { ...told, again });
  };
  const anew = () => ({ input: promptOf(false), session: null });
  const { onSpent } = place.request;
  const onTold = (told: Told) =>
    onSpent?.(spentOn(tool, [...rounds, told], { model: settings.model, answers: proxy.answers }));
  let next: Omit<RoundJob, 'timeMs' | 'onTold'> =
    earlier === null ? anew() : { input: promptOf(true), session: earlier, forks: true };
  for (;;) {
    const { answered } = proxy;
    const round = await runRound(deps, place, { ...next, timeMs: leftMs(), onTold }, signal);
    rounds.push(round);
    const failure = failureOf(tool, round, { objection: proxy.objection, attemptMs });
    // Its model had no part in that: it is the session that does not work.
    const isRefused = round.outcome.ended === 'exit' && proxy.answered === answered;
    if (failure !== null && round.resumed && isRefused) {
      notes.push(`it began anew, since it could not go on with its session (${failure})`);
      next = anew();
      continue;
    }
    const question = failure === null ? questionIn(round.findings.said) : null;
    if (asker === null || question === null) {
      // What another peer said is in the session by then, so nobody goes on with it. Nor where the tool failed by
      // itself: its model did, or its window is full. One that was ended may go on.
      const hasFailed = failure !== null && round.outcome.ended === 'exit';
      const session = before.length === 0 && !hasFailed ? sessionOf(round) : null;
      return { rounds, failure, notes, session };
    }
    const heard = await askWithin(asker, question, {
      attemptMs,
      leftMs: leftMs(),
      rest: time.rest,
      signal,
    });
    if (!heard.helped) {
      const asked = `it asked for help (${oneLine(question)})`;
      return { rounds, failure: `${asked}; ${heard.reason}`, notes, session: null };
    }
    before.push({ question, answer: heard.text });
    const session = tool.argv.resume === null ? null : sessionOf(round);
    next = session === null ? anew() : { session, input: furtherText(labels, heard.text) };
  }
}

/** Null: it told none, or what could be taken for something else among its arguments. */
function sessionOf({ findings: { session } }: Round): string | null {
  return SessionId.safeParse(session).data ?? null;
}

async function askWithin(
  asker: Asker,
  question: string,
  time: {
    attemptMs: number;
    leftMs: number;
    rest: Rest | undefined;
    signal: AbortSignal | undefined;
  },
): Promise<Heard> {
  const { attemptMs, leftMs, rest, signal } = time;
  const deadline = new AbortController();
  const allowance = startAllowance({ timeMs: leftMs, rest }, () => deadline.abort());
  const over = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
  try {
    return await asker.ask(question, { signal: over });
  } catch (error) {
    if (signal?.aborted === true) throw new BzzzError('aborted', 'the work was cancelled');
    // Whoever waits for help throws a coded error for the deadline.
    const isOver = !isBzzzError(error) || isBzzzError(error, 'aborted');
    if (!deadline.signal.aborted || !isOver) throw error;
    return { helped: false, reason: `nobody had answered when its ${attemptMs} ms were over` };
  } finally {
    allowance.end();
  }
}
