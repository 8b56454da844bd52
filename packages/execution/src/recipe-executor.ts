/** The first executor: commands that the repository's maintainers named in a recipe. */
import type { CommandReport, Executor, RecipeJob } from '@bzzz/coordination';
import { startAllowance } from './allowance.ts';
import type { Runner } from './runner.ts';

export function createRecipeExecutor({ runner }: { runner: Runner }): Executor<RecipeJob> {
  return {
    async run({ job, path, limits, onSign, rest }, options = {}) {
      const hooks = { ...(onSign && { onSign }), ...(rest && { rest }) };
      const allowance = startAllowance({ timeMs: limits.attemptMs, rest });
      const commands: CommandReport[] = [];
      try {
        for (const argv of job.commands) {
          const timeMs = Math.max(1, allowance.leftMs());
          const run = { argv, path, limits, timeMs, ...hooks };
          const { report, reason } = await runner.run(run, options);
          commands.push(report);
          if (report.exitCode !== 0) {
            return { succeeded: false, reason: `\`${argv.join(' ')}\`: ${reason}`, commands };
          }
        }
      } finally {
        allowance.end();
      }
      return { succeeded: true, reason: `${commands.length} commands ended with 0`, commands };
    },
  };
}
