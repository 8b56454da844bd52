/** The executor `ollama`: a model of a server that speaks Ollama's API, with tools of the peer. */
import type { Executor, PromptJob } from '@bzzz/coordination';
import { type Reach, reachPublic } from '../egress/reach.ts';
import type { Runner } from '../runner.ts';
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
  /** Where a host that a policy names really is; default: by the machine's resolver, public addresses only. */
  readonly reach?: Reach;
}

export function createOllama(
  { runner, reach = reachPublic }: OllamaDeps,
  options: OllamaOptions,
): Ollama {
  const settings = settingsOf(options);
  const catalogue = createCatalogue(settings);
  const deps = { runner, reach, catalogue, settings };
  return {
    executor: {
      ready: () => catalogue.models().length > 0,
      models: catalogue.models,
      run: (request, { signal } = {}) => attempt(deps, request, signal),
    },
    refresh: catalogue.refresh,
    details: catalogue.details,
  };
}
