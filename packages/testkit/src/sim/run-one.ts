/** One seed, with its trace, and made smaller when it fails. */
import { replayCommand, type RunOptions, type RunReport, runSimulation } from './run.ts';
import { shrunk } from './shrink.ts';

export async function runOne(
  options: RunOptions,
  { shrink, quiet }: { readonly shrink: boolean; readonly quiet: boolean },
): Promise<number> {
  const smallest = shrink ? await shrunk(options) : options;
  const report = await runSimulation({ ...smallest, keepTrace: true });
  if (!quiet) for (const line of report.trace) console.log(line);
  console.log(summary(report));
  if (shrink) console.log(`replay: ${replayCommand(smallest)}`);
  return report.violations.length === 0 ? 0 : 1;
}

export function summary(report: RunReport): string {
  const { options, violations, hash, events, virtualMs } = report;
  const broken = violations.map(({ invariant, what }) => `broken ${invariant}: ${what}`);
  const head = `seed ${options.seed}: ${events} events, ${Math.round(virtualMs / 1000)} s, trace ${hash}`;
  return [head, ...broken].join('\n');
}
