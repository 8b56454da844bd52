/** One attempt within its time, and what is told about it. */
import { dirname } from 'node:path';
import type { CommandReport, ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError, isBzzzError } from '@bzzz/protocol';
import { startAllowance } from '../allowance.ts';
import { openWayOut, type WayOut, type WayOutDeps } from '../egress/way-out.ts';
import { createTalk, type TalkDeps } from './talk.ts';

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`. */
export async function attempt(
  deps: TalkDeps & WayOutDeps,
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  throwIfAborted(signal);
  const { diskBytesMax: downBytesMax } = request.limits;
  const out = { hosts: request.job.network ?? [], downBytesMax };
  await using way = await openWayOut(deps, dirname(request.path), out);
  return await converse(deps, way, request, signal);
}

/** The same on a way that is open. */
export async function converse(
  deps: TalkDeps,
  way: WayOut,
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  throwIfAborted(signal);
  const { attemptMs } = request.limits;
  const deadline = new AbortController();
  const time = { timeMs: attemptMs, rest: request.rest };
  const allowance = startAllowance(time, () => deadline.abort());
  const commands: CommandReport[] = [];
  const talk = createTalk(deps, {
    request,
    way,
    signal,
    over: signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]),
    leftMs: allowance.leftMs,
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
    allowance.end();
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new BzzzError('aborted', 'the work of the model was cancelled');
}
