/** In the worker: the executor that was asked for, over what the peer does for it. Only that one is loaded. */
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import type { Work } from './messages.ts';
import type { Remote } from './remote.ts';

export async function think(
  remote: Remote,
  work: Work,
  request: ExecutorRequest<PromptJob>,
  signal: AbortSignal,
): Promise<ExecutorReport> {
  if (work.kind === 'cli') return await followTool(remote, work, request, signal);
  const { converse } = await import('../ollama/attempt.ts');
  const { wayElsewhere } = await import('../egress/elsewhere.ts');
  const { knownModels } = await import('../ollama/model/catalogue.ts');
  const { settings, models } = work;
  const catalogue = knownModels(() => models);
  const way = wayElsewhere(request.job.network ?? [], remote.counts);
  return await converse({ runner: remote, catalogue, settings }, way, request, signal);
}

async function followTool(
  remote: Remote,
  { name, model, program, way, earlier }: Work & { kind: 'cli' },
  request: ExecutorRequest<PromptJob>,
  signal: AbortSignal,
): Promise<ExecutorReport> {
  const { workOn } = await import('../cli/work.ts');
  const { settingsOf } = await import('../cli/options.ts');
  const { cliTools } = await import('../cli/tools/all.ts');
  const { hostsElsewhere } = await import('../egress/elsewhere.ts');
  const deps = {
    runner: remote,
    tool: cliTools[name],
    settings: settingsOf({ model: model ?? undefined }),
  };
  // What else a run sees and may is known to the peer, which does not ask the worker for it.
  const folder = { ...way, home: '', show: [], write: remote.plan };
  const located = { path: program, needs: [], print: '' };
  const { counts } = remote;
  const hosts = hostsElsewhere(request.job.network ?? [], counts);
  const place = { located, request, way: { folder, pass: way.pass, counts, hosts }, earlier };
  return await workOn(deps, place, signal);
}
