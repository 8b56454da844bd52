/** One attempt within its time, and what is told about it. */
import { dirname } from 'node:path';
import type { CommandReport, ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError, isBzzzError } from '@bzzz/protocol';
import { startAllowance } from '../allowance.ts';
import type { Reach } from '../egress/reach.ts';
import { openWayOut } from '../egress/way-out.ts';
import { createTalk, type TalkDeps } from './talk.ts';

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`. */
export async function attempt(
  deps: TalkDeps & { readonly reach: Reach },
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  throwIfAborted(signal);
  const { attemptMs, diskBytesMax: downBytesMax } = request.limits;
  const out = { hosts: request.job.network ?? [], downBytesMax };
  await using way = await openWayOut(deps, dirname(request.path), out);
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
