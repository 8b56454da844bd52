/** One attempt of a tool that is followed by a worker. The way to the model API, and the key, stay here. */
import { isDeepStrictEqual } from 'node:util';
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import { closingWith } from '../help/closing-with.ts';
import type { SessionJob } from '../worker/session.ts';
import type { Workers } from '../worker/workers.ts';
import type { Located } from './locate.ts';
import { recalled, type RecallDeps } from './recalled.ts';
import { runOf } from './round.ts';
import { openWay, type WayDeps } from './way.ts';
import { homeOf } from './work.ts';

/** Throws what `attempt` throws, and `worker_lost`. */
export async function attemptInWorker(
  { workers, ...deps }: WayDeps & RecallDeps & { readonly workers: Workers },
  located: Located,
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  if (signal?.aborted === true) throw new BzzzError('aborted', 'the work was cancelled');
  const { tool, settings } = deps;
  await using way = await openWay(deps, request);
  const { folder, pass, counts, hosts, metered } = way;
  const home = homeOf(tool, request, folder.home);
  const run = runOf(deps, { located, request, folder, home });
  const { promptPath, argv } = folder;
  const jobOf = (earlier: string | null): SessionJob => ({
    work: {
      kind: 'cli',
      name: tool.name,
      model: settings.model,
      program: located.path,
      way: { pass, promptPath, argv },
      earlier,
    },
    request: closingWith({ ...request, onSpent: metered.onSpent }, hosts),
    // The launcher; what it is to start is written beside it, and runs in the sandbox all the same.
    allowed: (wanted) => Promise.resolve(isDeepStrictEqual(wanted, argv) ? { ...run, argv } : null),
    plan: (plan) => folder.write(plan),
    counts: () => {
      const { answers, answered, objection } = counts;
      return { answers, answered, objection, refused: [...hosts.objections()] };
    },
  });
  const options = signal === undefined ? {} : { signal };
  const report = await recalled(deps, request, folder.home, (earlier) =>
    workers.run(tool.name, jobOf(earlier), options),
  );
  return metered.report(report);
}
