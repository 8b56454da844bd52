/** The executor `ollama`: a model of a server that speaks Ollama's API, with tools of the peer. */
import { isDeepStrictEqual } from 'node:util';
import type { Executor, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import type { Runner } from '../runner.ts';
import type { SessionJob } from '../worker/session.ts';
import type { Workers } from '../worker/workers.ts';
import { attempt } from './attempt.ts';
import { createCatalogue, type ModelDetails } from './model/catalogue.ts';
import { type OllamaOptions, settingsOf } from './options.ts';

export interface Ollama {
  /** Its `models()` are those of the last look: none before the first, or when that failed. */
  readonly executor: Executor<PromptJob>;
  /** Asks the server what it has. Throws `model_unreachable`, `aborted`. */
  refresh(options?: { signal?: AbortSignal }): Promise<void>;
  /** What the last look saw, also of models that are not offered since they cannot use tools. */
  details(): readonly ModelDetails[];
}

export interface OllamaDeps {
  readonly runner: Runner;
  /** Where its attempts run. Absent: in this process, which they can then take with them. */
  readonly workers?: Workers;
}

export function createOllama({ runner, workers }: OllamaDeps, options: OllamaOptions): Ollama {
  const settings = settingsOf(options);
  const catalogue = createCatalogue(settings);
  const { models, refresh, details } = catalogue;
  const deps = { runner, catalogue, settings };
  const direct: Executor<PromptJob> = {
    ready: () => models().length > 0,
    models,
    run: (request, { signal } = {}) => attempt(deps, request, signal),
  };
  if (workers === undefined) return { executor: direct, refresh, details };
  const job = (request: ExecutorRequest<PromptJob>): SessionJob => ({
    work: { kind: 'ollama', settings, models: details() },
    request,
    allowed: (argv) => (isCommand(request.job, argv) ? boundsOf(request) : null),
  });
  const executor: Executor<PromptJob> = {
    ready: () => models().length > 0 && workers.ready('ollama'),
    models,
    run: (request, until) => workers.run('ollama', job(request), until),
  };
  return { executor, refresh, details };
}

/** One of those that the policy lets a model run. */
function isCommand({ commands }: PromptJob, argv: readonly string[]): boolean {
  return Object.values(commands).some((one) => isDeepStrictEqual(one, argv));
}

function boundsOf({ path, limits }: ExecutorRequest): Pick<ExecutorRequest, 'path' | 'limits'> {
  return { path, limits };
}
