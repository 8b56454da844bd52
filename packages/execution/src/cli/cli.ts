/** The executor of a coding command line, and whether it can be had on this machine. */
import type { Executor, PromptJob } from '@bzzz/coordination';
import type { CliName } from '@bzzz/protocol';
import { type Reach, reachPublic } from '../egress/reach.ts';
import type { Runner } from '../runner.ts';
import type { Workers } from '../worker/workers.ts';
import { attempt } from './attempt.ts';
import { locate } from './locate.ts';
import { type Look, look } from './look.ts';
import { type CliOptions, settingsOf } from './options.ts';
import { attemptInWorker } from './supervised.ts';
import type { Sessions } from './sessions.ts';
import { cliTools } from './tools/all.ts';

export interface Cli {
  /** Ready while the last look found it. */
  readonly executor: Executor<PromptJob>;
  /** Looks for the program, and starts it where it is another than before. Throws `sandbox_missing`, `aborted`. */
  refresh(options?: { signal?: AbortSignal }): Promise<void>;
  /** What the last look saw; null: there was none. */
  seen(): Look | null;
  /** How people install it. */
  readonly install: string;
}

export interface CliDeps {
  readonly runner: Runner;
  /** Where a host that a policy names really is; default: by the machine's resolver, public addresses only. */
  readonly reach?: Reach;
  /** Where its attempts run. Absent: in this process, which they can then take with them. */
  readonly workers?: Workers;
  /** Where what its attempts remember is kept for later ones at the same task. Absent: nowhere. */
  readonly sessions?: Sessions | undefined;
}

/** Where a tool of this name is on the PATH; it is not started. Null: nowhere. */
export async function whereCli(name: CliName): Promise<string | null> {
  return (await locate(cliTools[name].program))?.path ?? null;
}

export function createCli(
  { runner, reach = reachPublic, workers, sessions }: CliDeps,
  name: CliName,
  options: CliOptions,
): Cli {
  const tool = cliTools[name];
  const settings = settingsOf(options);
  let seen: Look | null = null;
  return {
    install: tool.install,
    seen: () => seen,
    async refresh({ signal } = {}) {
      if (seen?.kind === 'there') {
        const now = await locate(settings.program ?? tool.program);
        if (now?.print === seen.located.print) return;
      }
      seen = await look({ runner, tool, settings }, signal);
    },
    executor: {
      ready: () => seen?.kind === 'there' && (workers?.ready(name) ?? true),
      async run(request, { signal } = {}) {
        const there = seen?.kind === 'there' ? seen.located : null;
        if (there === null) {
          const lacks = { kind: 'executor', name };
          return { succeeded: false, reason: `${name} is not here`, commands: [], lacks };
        }
        // It has a shell of its own.
        if (request.job.access === 'run') {
          const reason = `${name} cannot be held to commands by their name`;
          return { succeeded: false, reason, commands: [] };
        }
        const deps = { runner, reach, tool, settings, sessions };
        if (workers === undefined) return attempt(deps, there, request, signal);
        return attemptInWorker({ ...deps, workers }, there, request, signal);
      },
    },
  };
}
