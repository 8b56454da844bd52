/** What a machine turned out not to have, so that its peer asks for it by itself (DESIGN.md 4.5). */
import { type Lack, limits } from '@bzzz/protocol';
import type { CommandReport, ExecutorReport, Job } from '../ports/index.ts';

/** As a shell numbers the end of a command that is not installed; a script passes on what it got. */
const notInstalled = 127;

/**
 * Undefined: what went wrong was not that something is missing here. What a model ran last may have ended so by its own
 * change: there only the executor's word counts.
 */
export function lackOf(
  { succeeded, lacks, commands }: ExecutorReport,
  { kind }: Pick<Job, 'kind'>,
): Lack | undefined {
  if (succeeded) return undefined;
  return lacks ?? (kind === 'recipe' ? lackIn(commands) : undefined);
}

/** Of commands that were done in order until one failed. */
export function lackIn(commands: readonly CommandReport[]): Lack | undefined {
  const last = commands.at(-1);
  if (last?.exitCode !== notInstalled) return undefined;
  return lackNamed('tool', last.argv[0] ?? '');
}

export function lackNamed(kind: Lack['kind'], name: string): Lack {
  return { kind, name: name.slice(0, limits.lackNameCharsMax).toWellFormed() };
}

/** For people. */
export function lackText({ kind, name }: Lack): string {
  return kind === 'tool'
    ? `\`${name}\`, or what it starts, is not installed here`
    : `this peer has no ${kind} "${name}" now`;
}
