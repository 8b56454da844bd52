/** The first executor: commands that the repository's maintainers named in a recipe. */
import type { CommandReport, Executor, RecipeJob } from '@bzzz/coordination';
import type { Runner } from './runner.ts';

export function createRecipeExecutor({ runner }: { runner: Runner }): Executor<RecipeJob> {
  return {
    async run({ job, path, limits }, options = {}) {
      const deadlineMs = performance.now() + limits.attemptMs;
      const commands: CommandReport[] = [];
      for (const argv of job.commands) {
        const timeMs = Math.max(1, deadlineMs - performance.now());
        const { report, reason } = await runner.run({ argv, path, limits, timeMs }, options);
        commands.push(report);
        if (report.exitCode !== 0) {
          return { succeeded: false, reason: `\`${argv.join(' ')}\`: ${reason}`, commands };
        }
      }
      return { succeeded: true, reason: `${commands.length} commands ended with 0`, commands };
    },
  };
}
