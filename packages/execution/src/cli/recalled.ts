/** An attempt of a tool in a fork of the session in which it worked on the task before, and what it leaves for the next. */
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { SessionId, type Sessions } from './sessions.ts';
import type { CliTool } from './tool.ts';

export interface RecallDeps {
  readonly tool: CliTool;
  /** Absent: nothing is kept from one attempt to the next. */
  readonly sessions?: Sessions | undefined;
}

/** `home`: where it works, empty yet. `run`: told the session to go on with, or null. */
export async function recalled(
  { tool, sessions }: RecallDeps,
  { job, recall }: ExecutorRequest<PromptJob>,
  home: string,
  run: (earlier: string | null) => Promise<ExecutorReport>,
): Promise<ExecutorReport> {
  const isAble = tool.argv.resume !== null && (job.access ?? 'change') === 'change';
  if (sessions === undefined || recall === undefined || !isAble) return await run(null);
  const at = { task: recall.task, tool };
  const earlier = await sessions.take(at, home);
  const { session: told, ...report } = await run(earlier);
  const session = SessionId.safeParse(told).data;
  // It would fail the next attempt as well: with a window that is full, say.
  if (earlier !== null && !report.succeeded && session === undefined) await sessions.drop(at);
  if (recall.keeps && session !== undefined) await sessions.keep(at, home, session);
  return report;
}
