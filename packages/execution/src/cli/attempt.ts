/** One attempt of a tool in this process: its way to the model API is opened, and it works. */
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import type { Located } from './locate.ts';
import { recalled, type RecallDeps } from './recalled.ts';
import type { AttemptDeps } from './round.ts';
import { openWay, type WayDeps } from './way.ts';
import { workOn } from './work.ts';

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`, and what asking for help throws. */
export async function attempt(
  deps: AttemptDeps & WayDeps & RecallDeps,
  located: Located,
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  if (signal?.aborted === true) throw new BzzzError('aborted', 'the work was cancelled');
  await using way = await openWay(deps, request);
  const { metered } = way;
  const metering = { ...request, onSpent: metered.onSpent };
  const place = { located, request: metering, way };
  const report = await recalled(deps, request, way.folder.home, (earlier) =>
    workOn(deps, { ...place, earlier }, signal),
  );
  return metered.report(report);
}
