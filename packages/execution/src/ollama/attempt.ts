/** One attempt within its time, and what is told about it. */
import type { CommandReport, ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError, isBzzzError } from '@bzzz/protocol';
import { createTalk, type TalkDeps } from './talk.ts';

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`. */
export async function attempt(
  deps: TalkDeps,
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  throwIfAborted(signal);
  const { attemptMs } = request.limits;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), attemptMs);
  const endMs = performance.now() + attemptMs;
  const commands: CommandReport[] = [];
  const talk = createTalk(deps, {
    request,
    signal,
    over: signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]),
    leftMs: () => endMs - performance.now(),
    onReport: (report) => commands.push(report),
  });
  try {
    return { ...(await talk.untilEnd()), commands };
  } catch (error) {
    throwIfAborted(signal);
    // Whoever waits for help throws a coded error for the same deadline.
    const isOver = !isBzzzError(error) || isBzzzError(error, 'aborted');
    if (!deadline.signal.aborted || !isOver) throw error;
    return { ...talk.failed(`it was not done after ${attemptMs} ms`), commands };
  } finally {
    clearTimeout(timer);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new BzzzError('aborted', 'the work of the model was cancelled');
}
