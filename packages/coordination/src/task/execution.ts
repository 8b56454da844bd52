/** Which executor of this machine does a job, and which do the steps of one. */
import { hasLeast, type ModelName, type PromptExecutor } from '@bzzz/protocol';
import type {
  Executor,
  ExecutorReport,
  ExecutorRequest,
  Executors,
  Job,
  PromptJob,
  PromptSource,
  RecipeJob,
} from '../ports/index.ts';
import type { Plan } from './plan.ts';
import { confined, isOpenTo } from './rights.ts';
import { type Member, type StepHooks, workThrough } from './roles/work.ts';

export type Where = Omit<ExecutorRequest, 'job'>;

/** An executor for jobs of one kind, which may differ in what they tell it. */
export interface Chosen<J extends Job> {
  /** As it stands in the capabilities. */
  readonly executor: J extends RecipeJob ? 'recipe' : PromptExecutor;
  /** How people are told who it was. */
  readonly who: string;
  /** `beside`: whose words have a part in the work that do not stand in the job. */
  run(
    job: J,
    beside: readonly PromptSource[],
    where: Where,
    options: { signal: AbortSignal },
  ): Promise<ExecutorReport>;
}

export interface Execution {
  readonly executor: 'recipe' | PromptExecutor;
  readonly who: string;
  /** `hooks`: of work that has several steps. */
  run(where: Where, options: { signal: AbortSignal }, hooks: StepHooks): Promise<ExecutorReport>;
}

/** Undefined: this machine cannot do such work now, or not all steps of it. */
export function executionOf(
  executors: Executors,
  { job, team }: Pick<Plan, 'job' | 'team'>,
  beside: readonly PromptSource[] = [],
): Execution | undefined {
  if (team === undefined) {
    return job.kind === 'recipe'
      ? bound(recipeOf(executors), job, beside)
      : bound(promptOf(executors, job), job, beside);
  }
  const members = team.steps.flatMap(({ role, job }): Member[] => {
    const chosen = promptOf(executors, job);
    return chosen === undefined ? [] : [{ role, job, chosen }];
  });
  const coder = members.find(({ role }) => role === 'coder');
  if (coder === undefined || members.length < team.steps.length) return undefined;
  return {
    executor: coder.chosen.executor,
    who: members.map(({ role }) => role).join(', '),
    run: (where, options, hooks) =>
      workThrough({ ...team, members }, { where, hooks, beside }, options),
  };
}

function bound<J extends Job>(
  chosen: Chosen<J> | undefined,
  job: J,
  beside: readonly PromptSource[],
): Execution | undefined {
  if (chosen === undefined) return undefined;
  const { executor, who, run } = chosen;
  return { executor, who, run: (where, options) => run(job, beside, where, options) };
}

function recipeOf({ recipe }: Executors): Chosen<RecipeJob> | undefined {
  return recipe && { executor: 'recipe', who: 'the recipe', run: confinedRun(recipe) };
}

function promptOf(executors: Executors, job: PromptJob): Chosen<PromptJob> | undefined {
  for (const name of job.executors) {
    const executor = name === 'ollama' ? executors.ollama : executors.cli?.[name];
    if (executor === undefined || !isAble(executor, job)) continue;
    const who = name === 'ollama' ? 'the model' : name;
    const run = confinedRun(executor);
    return {
      executor: name,
      who,
      run: (wanted, ...rest) => run(told(executor, wanted), ...rest),
    };
  }
  return undefined;
}

/** The one way by which a job comes to an executor. */
function confinedRun<J extends Job>(executor: Executor<J>): Chosen<J>['run'] {
  return (job, beside, where, options) => {
    const { recall } = where;
    const keeps = recall?.keeps === true && isOpenTo(job, beside);
    const memory = recall && { recall: { ...recall, keeps } };
    return executor.run({ ...where, ...memory, job: confined(job, beside) }, options);
  };
}

function isAble(executor: Executor<PromptJob>, job: PromptJob): boolean {
  const here = executor.models?.();
  return (
    (executor.ready?.() ?? true) &&
    (here === undefined || fitting(executor, job).some((model) => here.includes(model)))
  );
}

/** The best first, as before; of those that have less than is asked none is left to fall back on. */
function fitting(executor: Executor<PromptJob>, { models, least }: PromptJob): ModelName[] {
  if (least === undefined) return [...models];
  const facts = executor.facts?.() ?? [];
  return models.filter((model) =>
    hasLeast(
      model,
      facts.find(({ name }) => name === model),
      least,
    ),
  );
}

function told(executor: Executor<PromptJob>, { least, ...job }: PromptJob): PromptJob {
  return least === undefined ? job : { ...job, models: fitting(executor, { ...job, least }) };
}
