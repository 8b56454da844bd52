/**
 * The operator's caps on what models may cost in a day. Who has reached one offers no model any more,
 * until enough of it is a day ago; recipes go on. An attempt that is under way is bounded by the policy.
 */
import type { DaySpend, SpendCaps } from '@bzzz/protocol';
import type { Executor, Executors, PromptJob } from '../ports/index.ts';

/** Which cap is reached, for people; null: none. */
export function capReached(caps: SpendCaps, own: DaySpend, mesh: DaySpend): string | null {
  const { tokensPerDay, usdPerDay, meshTokensPerDay, meshUsdPerDay } = caps;
  const reached = [
    over(own.tokens, tokensPerDay, 'tokens', 'this peer'),
    over(own.costUsd, usdPerDay, 'USD', 'this peer'),
    over(mesh.tokens, meshTokensPerDay, 'tokens', 'the mesh'),
    over(mesh.costUsd, meshUsdPerDay, 'USD', 'the mesh'),
  ];
  return reached.find((one) => one !== null) ?? null;
}

function over(spent: number, cap: number | undefined, unit: string, who: string): string | null {
  if (cap === undefined || spent < cap) return null;
  const rounded = unit === 'USD' ? spent.toFixed(2) : String(spent);
  return `${who} has spent ${rounded} of ${cap} ${unit} in 24 hours`;
}

/** The same executors, of which those that ask models are ready only while no cap is reached. */
export function withCaps(executors: Executors, isReached: () => boolean): Executors {
  const { recipe, ollama, cli } = executors;
  const capped = (executor: Executor<PromptJob>): Executor<PromptJob> => ({
    ...executor,
    ready: () => !isReached() && (executor.ready?.() ?? true),
  });
  const tools = Object.entries(cli ?? {}).map(([name, executor]) => [name, capped(executor)]);
  return {
    ...(recipe === undefined ? {} : { recipe }),
    ...(ollama === undefined ? {} : { ollama: capped(ollama) }),
    // Sound: the same names with executors of the same kind.
    ...(cli === undefined ? {} : { cli: Object.fromEntries(tools) as typeof cli }),
  };
}
