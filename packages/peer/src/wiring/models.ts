/** The models of this machine's Ollama: looked for at start and now and then, and offered while they are there. */
import type { Clock, Executor, PromptJob } from '@bzzz/coordination';
import { createOllama, type Runner } from '@bzzz/execution';
import { type Config, isBzzzError, reasonOf } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';

export interface ModelsDeps {
  readonly clock: Clock;
  readonly runner: Runner;
  readonly logger: Logger;
}

export interface Models {
  /** Null: the operator wants none. */
  readonly ollama: Executor<PromptJob> | null;
  stop(): void;
}

/** A model that is pulled or removed is known so late. */
const lookEveryMs = 60_000;
/** A start waits no longer for a server that does not answer. */
const firstLookMs = 2_000;

export async function offerModels(
  { clock, runner, logger }: ModelsDeps,
  { enabled, url }: Config['ollama'],
): Promise<Models> {
  if (!enabled) return { ollama: null, stop: () => undefined };
  const { executor, refresh } = createOllama({ runner }, { url });
  const stopping = new AbortController();
  let known = '';

  async function look(signal: AbortSignal): Promise<void> {
    let reason = '';
    try {
      await refresh({ signal });
    } catch (error) {
      if (!isBzzzError(error)) throw error;
      if (stopping.signal.aborted) return;
      reason = error.reason;
    }
    const models = (executor.models?.() ?? []).join(', ');
    if (models !== known) logger.info('the models on offer changed', { url, models, reason });
    known = models;
  }

  let cancel = () => {};
  function lookLater(): void {
    cancel = clock.after(lookEveryMs, () => {
      look(stopping.signal)
        .catch((error: unknown) =>
          logger.error('models could not be looked for', { reason: reasonOf(error) }),
        )
        .finally(() => {
          if (!stopping.signal.aborted) lookLater();
        });
    });
  }

  await look(AbortSignal.any([stopping.signal, AbortSignal.timeout(firstLookMs)]));
  lookLater();
  return {
    ollama: executor,
    stop() {
      stopping.abort();
      cancel();
    },
  };
}
