/** A tool's way to its model API: the folder that it sees in the sandbox, and the proxy behind its socket. */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ExecutorRequest, PromptJob } from '@bzzz/coordination';
import type { OpenHosts } from '../egress/elsewhere.ts';
import type { Reach } from '../egress/reach.ts';
import type { Runner } from '../runner.ts';
import { modelApis } from './api/apis.ts';
import { createProxy, type Proxy } from './api/proxy.ts';
import { openHosts } from './hosts.ts';
import { type LaunchFolder, makeLaunchFolder } from './launch/folder.ts';
import { apiPort } from './launch/plan.ts';
import { createMetered, type Metered } from './metered.ts';
import type { CliSettings } from './options.ts';
import type { CliTool } from './tool.ts';

export interface Way<F = LaunchFolder> {
  readonly folder: F;
  /** What the tool takes for its key. */
  readonly pass: string;
  readonly counts: Pick<Proxy, 'answers' | 'answered' | 'objection'>;
  /** Also tells of models that were asked and are not let through. */
  readonly hosts: OpenHosts;
}

/** In the process of the peer, where the API is seen. */
export interface OwnWay extends Way, AsyncDisposable {
  readonly metered: Metered;
}

/** One request; a window of a million tokens takes about 4 MiB. */
const requestBytesMax = 32 * 1024 * 1024;
/** Text and what is around it, streamed answers above all. */
const bytesPerToken = 256;

export interface WayDeps {
  readonly runner: Pick<Runner, 'sandbox'>;
  readonly tool: CliTool;
  readonly settings: CliSettings;
  readonly reach: Reach;
}

/** Until it is closed. It holds the key, so it is always in the process that may read it. */
export async function openWay(
  { runner, tool, settings, reach }: WayDeps,
  request: ExecutorRequest<PromptJob>,
): Promise<OwnWay> {
  const { job, path, onSign, rest } = request;
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
    onSeen: () => metered.onSeen(),
    limits: {
      answersMax: job.turnsMax,
      tokensMax: job.tokensMax,
      models: settings.models,
      requestBytesMax,
      totalBytesMax: job.tokensMax * bytesPerToken,
      stallMs: settings.stallMs,
    },
  });
  parts.defer(() => proxy.close());
  const metered = createMetered({ name: tool.name, model: settings.model }, proxy, request);
  await folder.serve(apiPort, proxy);
  const opened = await openHosts(reach, folder, request);
  parts.defer(() => opened.close());
  const objections = () => [...opened.objections(), ...proxy.refusals];
  const hosts = { ...opened, objections };
  const all = parts.move();
  const end = { [Symbol.asyncDispose]: () => all.disposeAsync() };
  return { folder, pass, counts: proxy, metered, hosts, ...end };
}
