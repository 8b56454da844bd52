/** One run of a tool. An attempt has several where the tool asks for help and goes on. */
import type { ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import type { OpenHosts } from '../egress/elsewhere.ts';
import { proxyEnvironment } from '../egress/way-out.ts';
import type { RunOutcome } from '../outcome.ts';
import type { Runner, RunRequest } from '../runner.ts';
import { fill } from './fill.ts';
import { createReader, type Findings } from './findings.ts';
import type { LaunchFolder } from './launch/folder.ts';
import { apiPort, outPort } from './launch/plan.ts';
import type { Located } from './locate.ts';
import type { CliSettings } from './options.ts';
import type { CliTool } from './tool.ts';
import { createTeller } from './words.ts';

export interface AttemptDeps {
  readonly runner: Pick<Runner, 'run'>;
  readonly tool: CliTool;
  readonly settings: CliSettings;
}

export interface Round {
  readonly outcome: RunOutcome;
  readonly findings: Findings;
  readonly argv: readonly string[];
  /** It went on with the session of the one before. */
  readonly resumed: boolean;
}

/** Of the attempt, the same in each round. */
export interface RoundPlace {
  readonly located: Located;
  readonly request: ExecutorRequest<PromptJob>;
  readonly folder: Pick<LaunchFolder, 'promptPath' | 'argv' | 'show' | 'write'>;
  /** What the tool takes for its key. */
  readonly pass: string;
  /** Null: nothing in HOME outlives a round. */
  readonly home: string | null;
  readonly way: OpenHosts;
  /** A session of an earlier attempt, in `home`; null: there is none. */
  readonly earlier: string | null;
}

export interface RoundJob {
  readonly input: string;
  /** To go on with; null: a new one. */
  readonly session: string | null;
  /** It is of an earlier attempt. */
  readonly forks?: boolean;
  readonly timeMs: number;
  /** Told what the tool has told so far. */
  readonly onTold?: (told: Pick<Round, 'findings' | 'resumed'>) => void;
}

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`. */
export async function runRound(
  { runner, tool, settings }: AttemptDeps,
  { located, request, folder, pass, home, way }: RoundPlace,
  { input, session, forks = false, timeMs, onTold }: RoundJob,
  signal?: AbortSignal,
): Promise<Round> {
  const start = {
    api: `http://127.0.0.1:${apiPort.mark}`,
    key: pass,
    model: settings.model,
    prompt: folder.promptPath,
    session,
    forks,
  };
  const filled = fill(tool, located.path, start);
  if (filled === null) throw new BzzzError('workspace_failed', `${tool.name} cannot begin`);
  const isOpen = way.hosts().length > 0;
  const environment = { ...(isOpen ? proxyEnvironment : {}), ...filled.environment };
  const ports = isOpen ? [apiPort, outPort] : [apiPort];
  await folder.write({ ...filled, environment, ports, input });
  // Events are for programs: what they mean is told instead.
  const quietStdout = tool.output.format === 'lines';
  const teller = createTeller(tool.name, (text) => request.onPrinted?.(text));
  const reader = createReader(tool.output, quietStdout ? teller.told : undefined);
  const outcome = await runner.run(
    {
      ...runOf({ tool, settings }, { located, request, folder, home }),
      argv: folder.argv,
      timeMs,
      quietStdout,
      onStdout(chunk) {
        reader.add(chunk);
        onTold?.({ findings: reader.soFar(), resumed: session !== null });
      },
      ...(request.onSign && { onSign: request.onSign }),
      ...(request.onPrinted && { onPrinted: request.onPrinted }),
      ...(request.rest && { rest: request.rest }),
    },
    signal === undefined ? {} : { signal },
  );
  const findings = reader.end();
  teller.end();
  return { outcome, findings, argv: filled.argv, resumed: session !== null };
}

/** What every run of the tool in this attempt sees and may. */
export function runOf(
  { tool, settings }: Pick<AttemptDeps, 'tool' | 'settings'>,
  {
    located,
    request,
    folder,
    home,
  }: Omit<RoundPlace, 'pass' | 'folder' | 'way' | 'earlier'> & Shows,
): Omit<RunRequest, 'argv' | 'timeMs'> {
  return {
    path: request.path,
    readOnly: request.job.access === 'look',
    limits: { ...request.limits, outputBytesMax: settings.outputBytesMax },
    ...(tool.reservedBytes === null ? {} : { reservedBytes: tool.reservedBytes }),
    ...(home === null ? {} : { home }),
    show: [
      ...folder.show,
      ...[...located.needs, ...settings.folders].map((path) => ({ from: path, to: path })),
    ],
  };
}

interface Shows {
  readonly folder: Pick<LaunchFolder, 'show'>;
}
