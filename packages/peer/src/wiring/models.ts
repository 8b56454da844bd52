/** The models of this machine's Ollama, offered while they are there. The survey asks for looks. */
import type { Executor, PromptJob } from '@bzzz/coordination';
import { createOllama, type Reach, type Runner, type Workers } from '@bzzz/execution';
import { type Config, isBzzzError, ollamaUrl } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';

export interface Models {
  /** Null: the operator wants none. */
  readonly ollama: Executor<PromptJob> | null;
  /** Throws `model_unreachable`, `aborted`. */
  look(signal: AbortSignal): Promise<void>;
}

export interface ModelsDeps {
  readonly runner: Runner;
  readonly reach: Reach;
  readonly workers: Workers;
  readonly logger: Logger;
}

export function offerModels(
  { runner, reach, workers, logger }: ModelsDeps,
  { enabled, url }: Config['ollama'],
): Models {
  if (!enabled) return { ollama: null, look: async () => undefined };
  const { executor, refresh } = createOllama({ runner, reach, workers }, { url });
  let known = '';
  return {
    ollama: executor,
    async look(signal) {
      try {
        await refresh({ signal });
      } catch (error) {
        // Most machines have no Ollama, and nobody said that this one has.
        if (!isBzzzError(error, 'model_unreachable') || url !== ollamaUrl || known !== '')
          throw error;
      } finally {
        const models = (executor.models?.() ?? []).join(', ');
        if (models !== known) logger.info('the models on offer changed', { url, models });
        known = models;
      }
    },
  };
}
