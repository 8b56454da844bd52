/** One attempt of a model that a worker leads. What it may run, and the way out, are known here alone. */
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { closingWith } from '../help/closing-with.ts';
import type { Reach } from '../egress/reach.ts';
import { openWayOut } from '../egress/way-out.ts';
import type { Runner } from '../runner.ts';
import type { SessionJob } from '../worker/session.ts';
import type { Workers } from '../worker/workers.ts';
import type { ModelDetails } from './model/catalogue.ts';
import type { OllamaSettings } from './options.ts';

export interface SupervisedDeps {
  readonly runner: Pick<Runner, 'sandbox'>;
  readonly reach: Reach;
  readonly workers: Workers;
  readonly settings: OllamaSettings;
  readonly details: () => readonly ModelDetails[];
}

/** Throws what `attempt` throws, and `worker_lost`. */
export async function attemptInWorker(
  { runner, reach, workers, settings, details }: SupervisedDeps,
  request: ExecutorRequest<PromptJob>,
  options: { readonly signal?: AbortSignal },
): Promise<ExecutorReport> {
  const { path, limits, job: asked } = request;
  const out = { hosts: asked.network ?? [], downBytesMax: limits.diskBytesMax };
  await using way = await openWayOut({ runner, reach }, dirname(path), out);
  const job: SessionJob = {
    work: { kind: 'ollama', settings, models: [...details()] },
    request: closingWith(request, way),
    async allowed(argv) {
      if (!isCommand(asked, argv)) return null;
      return { path, limits, readOnly: asked.access === 'look', ...(await way.command(argv)) };
    },
    counts: () => ({ answers: 0, answered: 0, objection: null, refused: [...way.objections()] }),
  };
  return await workers.run('ollama', job, options);
}

/** One of those that the policy lets a model run. */
function isCommand({ commands }: PromptJob, argv: readonly string[]): boolean {
  return Object.values(commands).some((one) => isDeepStrictEqual(one, argv));
}
