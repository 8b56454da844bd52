/** One attempt of a tool: its way to the model API is opened, it runs, and what it told is weighed. */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import type { RunOutcome } from '../outcome.ts';
import type { Runner } from '../runner.ts';
import { modelApis } from './api/apis.ts';
import { createProxy, type Proxy } from './api/proxy.ts';
import { fill } from './fill.ts';
import { createReader, type Findings } from './findings.ts';
import { type LaunchFolder, makeLaunchFolder } from './launch/folder.ts';
import type { Located } from './locate.ts';
import type { CliSettings } from './options.ts';
import { promptText } from './prompt.ts';
import type { CliTool } from './tool.ts';

export interface AttemptDeps {
  readonly runner: Runner;
  readonly tool: CliTool;
  readonly settings: CliSettings;
}

const portMark = '{bzzz-port}';
/** One request; a window of a million tokens takes about 4 MiB. */
const requestBytesMax = 32 * 1024 * 1024;
/** Text and what is around it, streamed answers above all. */
const bytesPerToken = 256;

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`. */
export async function attempt(
  deps: AttemptDeps,
  located: Located,
  request: ExecutorRequest<PromptJob>,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  if (signal?.aborted === true) throw new BzzzError('aborted', 'the work was cancelled');
  const { runner, tool, settings } = deps;
  const { job } = request;
  const pass = `bzzz-${randomBytes(24).toString('hex')}`;
  const api = modelApis[tool.api];
  await using parts = new AsyncDisposableStack();
  const folder = await makeLaunchFolder(dirname(request.path), runner);
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
  const argv = await prepare(deps, located, { job, pass, folder });
  const reader = createReader(tool.output);
  const outcome = await runner.run(
    {
      argv: folder.argv,
      path: request.path,
      limits: { ...request.limits, outputBytesMax: settings.outputBytesMax },
      timeMs: request.limits.attemptMs,
      ...(tool.reservedBytes === null ? {} : { reservedBytes: tool.reservedBytes }),
      show: [
        ...folder.show,
        ...[...located.needs, ...settings.folders].map((path) => ({ from: path, to: path })),
      ],
      onStdout: (chunk) => reader.add(chunk),
    },
    signal === undefined ? {} : { signal },
  );
  return report(deps, { outcome, findings: reader.end(), proxy, argv });
}

async function prepare(
  { tool, settings }: AttemptDeps,
  located: Located,
  { job, pass, folder }: { job: PromptJob; pass: string; folder: LaunchFolder },
): Promise<readonly string[]> {
  const input = promptText(job);
  const start = {
    api: `http://127.0.0.1:${portMark}`,
    key: pass,
    model: settings.model,
    prompt: folder.promptPath,
    session: null,
  };
  const filled = fill(tool, located.path, start);
  if (filled === null) throw new BzzzError('workspace_failed', `${tool.name} cannot begin`);
  await folder.write({ ...filled, portMark, input });
  return filled.argv;
}

interface Run {
  readonly outcome: RunOutcome;
  readonly findings: Findings;
  readonly proxy: Pick<Proxy, 'answers' | 'objection'>;
  readonly argv: readonly string[];
}

function report({ tool, settings }: AttemptDeps, run: Run): ExecutorReport {
  const { outcome, findings, proxy, argv } = run;
  const { counts } = findings;
  const failure = failureOf(tool, run);
  const said = findings.said === '' ? '' : `it says: ${findings.said}`;
  const unknown =
    findings.unknown === 0 ? '' : `${findings.unknown} lines of it were not understood`;
  const reason = [failure ?? said, unknown].filter((part) => part !== '').join('; ');
  return {
    succeeded: failure === null,
    reason: reason === '' ? 'it is done' : reason,
    commands: [{ ...outcome.report, argv }],
    spent: {
      executor: tool.name,
      model: findings.model ?? settings.model,
      turns: counts.turns ?? (proxy.answers === 0 ? null : proxy.answers),
      tokensRead: counts.tokensRead ?? null,
      tokensWritten: counts.tokensWritten ?? null,
      costUsd: counts.costUsd ?? null,
    },
  };
}

/** Null: it did its work. */
function failureOf(tool: CliTool, { outcome, findings, proxy }: Run): string | null {
  const { ended, reason, report } = outcome;
  const told = [findings.failure, proxy.objection].filter((part) => part !== null).join('; ');
  const because = told === '' ? '' : `: ${told}`;
  if (ended !== 'exit') return `${reason}${because}`;
  const code = report.exitCode ?? 0;
  if (code !== 0) {
    const meaning = tool.exits[code];
    return `${reason}${meaning === undefined ? '' : ` (${meaning})`}${because}`;
  }
  if (findings.failure !== null) return `it failed${because}`;
  if (tool.output.saysItsEnd && !findings.ended) return `it did not say that it is done${because}`;
  return null;
}
