/** The work of a tool on a way that is open: it runs, and what it told is weighed. */
import type { ExecutorReport, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { createAsker } from '../help/asker.ts';
import type { LaunchFolder } from './launch/folder.ts';
import type { Located } from './locate.ts';
import { reportOf } from './report.ts';
import type { AttemptDeps } from './round.ts';
import type { CliTool } from './tool.ts';
import { untilEnd } from './until-end.ts';
import type { Way } from './way.ts';

export interface WorkPlace {
  readonly located: Located;
  readonly request: ExecutorRequest<PromptJob>;
  readonly way: Way<Omit<LaunchFolder, 'serve' | 'remove'>>;
  /** In HOME, and to be gone on with; null: there is none. */
  readonly earlier: string | null;
}

/** Throws `aborted`, `sandbox_missing`, `workspace_failed`, and what asking for help throws. */
export async function workOn(
  deps: AttemptDeps,
  { located, request, way, earlier }: WorkPlace,
  signal?: AbortSignal,
): Promise<ExecutorReport> {
  const { tool, settings } = deps;
  const { help, path } = request;
  const { folder, pass, counts, hosts } = way;
  const asker = help === undefined ? null : createAsker(help, path, hosts);
  const home = homeOf(tool, request, folder.home);
  const place = { located, request, folder, pass, home, way: hosts, earlier };
  const ended = await untilEnd(deps, { place, proxy: counts, asker }, signal);
  const notes = [...ended.notes, ...hosts.objections()];
  return reportOf(tool, { ...ended, notes, answers: counts.answers, model: settings.model });
}

/** What outlives a run: only a tool that can be asked to go on needs what it remembers. Null: nothing. */
export function homeOf(
  { argv }: CliTool,
  { help, recall }: ExecutorRequest<PromptJob>,
  home: string,
): string | null {
  const mayGoOn = help !== undefined || recall !== undefined;
  return mayGoOn && argv.resume !== null ? home : null;
}
