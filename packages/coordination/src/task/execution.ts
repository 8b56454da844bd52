/** Which executor of this machine does a job. */
import type { PromptExecutor } from '@bzzz/protocol';
import type {
  Executor,
  ExecutorReport,
  ExecutorRequest,
  Executors,
  Job,
  PromptJob,
  PromptSource,
} from '../ports/index.ts';
import { confined } from './rights.ts';

export interface Execution {
  /** As it stands in the capabilities. */
  readonly executor: 'recipe' | PromptExecutor;
  /** How people are told who it was. */
  readonly who: string;
  run(
    where: Omit<ExecutorRequest, 'job'>,
    options: { signal: AbortSignal },
  ): Promise<ExecutorReport>;
}

/**
 * Undefined: this machine cannot do such a job now. `beside`: whose words have a part in it that do not stand
 * in the job.
 */
export function executionOf(
  executors: Executors,
  wanted: Job,
  beside: readonly PromptSource[] = [],
): Execution | undefined {
  const job = confined(wanted, beside);
  if (job.kind === 'recipe') {
    const { recipe } = executors;
    if (recipe === undefined) return undefined;
    const run: Execution['run'] = (where, options) => recipe.run({ ...where, job }, options);
    return { executor: 'recipe', who: 'the recipe', run };
  }
  for (const name of job.executors) {
    const executor = name === 'ollama' ? executors.ollama : executors.cli?.[name];
    if (executor === undefined || !isAble(executor, job)) continue;
    const who = name === 'ollama' ? 'the model' : name;
    return {
      executor: name,
      who,
      run: (where, options) => executor.run({ ...where, job }, options),
    };
  }
  return undefined;
}

function isAble(executor: Executor<PromptJob>, { models }: PromptJob): boolean {
  const here = executor.models?.();
  return (
    (executor.ready?.() ?? true) &&
    (here === undefined || models.some((model) => here.includes(model)))
  );
}
