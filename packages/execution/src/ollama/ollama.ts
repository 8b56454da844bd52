/** The executor `ollama`: a model of a server that speaks Ollama's API, with tools of the peer. */
import type { Executor, PromptJob } from '@bzzz/coordination';
import { type ModelFacts, numberOf } from '@bzzz/protocol';
import { type Reach, reachPublic } from '../egress/reach.ts';
import type { Runner } from '../runner.ts';
import type { Workers } from '../worker/workers.ts';
import { attempt } from './attempt.ts';
import { createCatalogue, type ModelDetails } from './model/catalogue.ts';
import { type OllamaOptions, type OllamaSettings, settingsOf } from './options.ts';
import { attemptInWorker } from './supervised.ts';

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
  /** Where a host that a policy names really is; default: by the machine's resolver, public addresses only. */
  readonly reach?: Reach;
  /** Where its attempts run. Absent: in this process, which they can then take with them. */
  readonly workers?: Workers;
}

export function createOllama(
  { runner, reach = reachPublic, workers }: OllamaDeps,
  options: OllamaOptions,
): Ollama {
  const settings = settingsOf(options);
  const catalogue = createCatalogue(settings);
  const { models, refresh, details } = catalogue;
  const deps = { runner, reach, catalogue, settings };
  const facts = () => models().flatMap((name) => factsOf(name, catalogue.find(name), settings));
  const direct: Executor<PromptJob> = {
    ready: () => models().length > 0,
    models,
    facts,
    run: (request, { signal } = {}) => attempt(deps, request, signal),
  };
  if (workers === undefined) return { executor: direct, refresh, details };
  const supervised = { runner, reach, workers, settings, details };
  const executor: Executor<PromptJob> = {
    ready: () => models().length > 0 && workers.ready('ollama'),
    models,
    facts,
    run: (request, until = {}) => attemptInWorker(supervised, request, until),
  };
  return { executor, refresh, details };
}

function factsOf(
  name: ModelFacts['name'],
  details: ModelDetails | null,
  { contextTokensMax }: Pick<OllamaSettings, 'contextTokensMax'>,
): ModelFacts[] {
  if (details === null) return [];
  const { parameterSize, contextTokens } = details;
  const parameters = numberOf(parameterSize ?? '') ?? null;
  // No larger window is asked for, whatever the model could.
  const window = contextTokens === null ? null : Math.min(contextTokens, contextTokensMax);
  return parameters === null && window === null
    ? []
    : [{ name, parameters, contextTokens: window }];
}
