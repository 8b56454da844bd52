/** One attempt of a tool: its way to the model API is opened, it runs, and what it told is weighed. */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import type { Reach } from '../egress/reach.ts';
import { serveHosts } from '../egress/way-out.ts';
import { createAsker } from '../help/asker.ts';
import { modelApis } from './api/apis.ts';
import { createProxy } from './api/proxy.ts';
import { type LaunchFolder, makeLaunchFolder } from './launch/folder.ts';
import { apiPort } from './launch/plan.ts';
import type { Located } from './locate.ts';
import { reportOf } from './report.ts';
import type { AttemptDeps, OpenHosts } from './round.ts';
import { untilEnd } from './until-end.ts';

/** One request; a window of a million tokens takes about 4 MiB. */
const requestBytesMax = 32 * 1024 * 1024;
/** Text and what is around it, streamed answers above all. */
const bytesPerToken = 256;

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`, and what asking for help throws. */
export async function attempt(
  deps: AttemptDeps & { readonly reach: Reach },
  located: Located,
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  if (signal?.aborted === true) throw new BzzzError('aborted', 'the work was cancelled');
  const { runner, tool, settings } = deps;
  const { job, path, help, onSign, rest } = request;
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
    onSign,
    rests: () => rest?.wanted() ?? false,
    limits: {
      answersMax: job.turnsMax,
      requestBytesMax,
      totalBytesMax: job.tokensMax * bytesPerToken,
      stallMs: settings.stallMs,
    },
  });
  parts.defer(() => proxy.close());
  await folder.serve(apiPort, proxy);
  const way = await openHosts(deps.reach, folder, request);
  parts.defer(() => way.close());
  const asker = help === undefined ? null : createAsker(help, path, way);
  // Only a tool that can be asked to go on needs what it remembers.
  const home = asker !== null && tool.argv.resume !== null ? folder.home : null;
  const place = { located, request, folder, pass, home, way };
  const ended = await untilEnd(deps, { place, proxy, asker }, signal);
  const notes = [...ended.notes, ...way.objections()];
  return reportOf(tool, { ...ended, notes, answers: proxy.answers, model: settings.model });
}

/** Beside the way to the model API, which is there in any case. */
async function openHosts(
  reach: Reach,
  folder: LaunchFolder,
  { job, limits }: ExecutorRequest<PromptJob>,
): Promise<OpenHosts> {
  let hosts = job.network ?? [];
  const out = { hosts, downBytesMax: limits.diskBytesMax };
  const egress = hosts.length === 0 ? null : await serveHosts(folder, reach, out);
  return {
    hosts: () => hosts,
    objections: () => [...(egress?.objections ?? [])],
    async close() {
      hosts = [];
      await egress?.close();
    },
  };
}
