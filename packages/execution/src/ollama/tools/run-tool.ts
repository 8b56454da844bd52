/** Runs a command of the policy in the sandbox. The model chooses which, and nothing else about it. */
import type { CommandReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { z } from 'zod';
import type { WayOut } from '../../egress/way-out.ts';
import { commandLineText } from '../../printing.ts';
import type { Runner } from '../../runner.ts';
import { defineTool, type Tool } from './tool.ts';

export interface RunDeps {
  readonly runner: Pick<Runner, 'run'>;
  readonly request: ExecutorRequest<PromptJob>;
  readonly way: WayOut;
  /** How long a command that starts now may take. */
  readonly timeMs: () => number;
  /** Grows with each new state of the files: only then can a command say something new. */
  readonly states: () => number;
  readonly onReport: (report: CommandReport) => void;
  /** Of the attempt alone, without its deadline: that is in `timeMs`, and leaves a report. */
  readonly signal: AbortSignal | undefined;
}

/** Nothing when there are no commands. */
export function runTools(deps: RunDeps): Tool[] {
  const { job, path, limits, onSign, onPrinted, rest } = deps.request;
  const hooks = {
    ...(onSign && { onSign }),
    ...(onPrinted && { onPrinted }),
    ...(rest && { rest }),
  };
  const commands = new Map(Object.entries(job.commands));
  const readOnly = job.access === 'look';
  if (commands.size === 0) return [];
  const list = [...commands].map(([name, argv]) => `${name}: ${argv.join(' ')}`);
  const { hosts } = deps.way;
  const reached = hosts.length === 0 ? '' : `They reach the hosts ${hosts.join(', ')}. `;
  return [
    defineTool({
      name: 'run',
      description: `Runs one of these commands and shows the end of what it printed. ${reached}${list.join('; ')}`,
      input: z.object({ name: z.enum([...commands.keys()]) }),
      async use({ name }) {
        const argv = commands.get(name) ?? [];
        const timeMs = deps.timeMs();
        const run = { ...(await deps.way.command(argv)), path, limits, timeMs, readOnly, ...hooks };
        onPrinted?.(commandLineText(argv));
        const options = deps.signal === undefined ? {} : { signal: deps.signal };
        const { report, reason } = await deps.runner.run(run, options);
        deps.onReport({ ...report, argv });
        const why = [reason, ...deps.way.objections()].join('; ');
        const text = `${report.outputTail}\n(${why})`.trim();
        // Times and the like differ in each output, and are nothing new.
        return { text, news: `run ${name} ${report.exitCode} ${deps.states()}` };
      },
    }),
  ];
}
