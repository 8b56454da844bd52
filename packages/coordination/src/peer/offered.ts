/** What this machine can do right now, as it tells the mesh. */
import type { Capabilities } from '@bzzz/protocol';
import { limits } from '@bzzz/protocol';
import type { Executors } from '../ports/index.ts';

/** An executor is offered while it could do something. */
export function offered(
  executors: Executors,
): Pick<Capabilities, 'executors' | 'models' | 'modelFacts'> {
  const { recipe, ollama, cli } = executors;
  const ready = Object.entries({ recipe, ollama, ...cli }).filter(
    ([, executor]) => executor !== undefined && (executor.ready?.() ?? true),
  );
  const models = new Set(ready.flatMap(([, executor]) => executor?.models?.() ?? []));
  const facts = ready.flatMap(([, executor]) => executor?.facts?.() ?? []);
  return {
    executors: ready.map(([name]) => name),
    models: [...models].slice(0, limits.capabilityItemsMax),
    ...(facts.length > 0 && { modelFacts: facts.slice(0, limits.modelFactsMax) }),
  };
}
