/** The first executor: commands that the repository's maintainers named in a recipe. */
import { dirname } from 'node:path';
import type { CommandReport, Executor, RecipeJob } from '@bzzz/coordination';
import { startAllowance } from './allowance.ts';
import { type Reach, reachPublic } from './egress/reach.ts';
import { openWayOut } from './egress/way-out.ts';
import { commandLineText } from './printing.ts';
import type { Runner } from './runner.ts';

export interface RecipeExecutorDeps {
  readonly runner: Runner;
  /** Where a host that a policy names really is; default: by the machine's resolver, public addresses only. */
  readonly reach?: Reach;
}

export function createRecipeExecutor(deps: RecipeExecutorDeps): Executor<RecipeJob> {
  const { runner, reach = reachPublic } = deps;
  return {
    async run({ job, path, limits, onSign, onPrinted, rest }, options = {}) {
      const hooks = {
        ...(onSign && { onSign }),
        ...(onPrinted && { onPrinted }),
        ...(rest && { rest }),
      };
      const out = { hosts: job.network ?? [], downBytesMax: limits.diskBytesMax };
      await using way = await openWayOut({ runner, reach }, dirname(path), out);
      const allowance = startAllowance({ timeMs: limits.attemptMs, rest });
      const commands: CommandReport[] = [];
      try {
        for (const argv of job.commands) {
          const timeMs = Math.max(1, allowance.leftMs());
          const run = { ...(await way.command(argv)), path, limits, timeMs, ...hooks };
          onPrinted?.(commandLineText(argv));
          const { report, reason } = await runner.run(run, options);
          commands.push({ ...report, argv });
          if (report.exitCode !== 0) {
            const why = [reason, ...way.objections()].join('; ');
            return { succeeded: false, reason: `\`${argv.join(' ')}\`: ${why}`, commands };
          }
        }
      } finally {
        allowance.end();
      }
      return { succeeded: true, reason: `${commands.length} commands ended with 0`, commands };
    },
  };
}
