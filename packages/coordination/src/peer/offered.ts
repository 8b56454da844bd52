/** What this machine can do right now, as it tells the mesh. */
import type { Capabilities, ModelName } from '@bzzz/protocol';
import { limits } from '@bzzz/protocol';
import type { Executors } from '../ports/index.ts';

/** An executor that needs models is offered while there is one that can be asked. */
export function offered(executors: Executors): Pick<Capabilities, 'executors' | 'models'> {
  const models = new Set<ModelName>();
  const kinds: string[] = [];
  for (const executor of [executors.recipe, executors.ollama]) {
    if (executor === undefined) continue;
    const own = executor.models?.();
    for (const model of own ?? []) models.add(model);
    if (own === undefined || own.length > 0) kinds.push(executor.kind);
  }
  return { executors: kinds, models: [...models].slice(0, limits.capabilityItemsMax) };
}
