/** What is told about a run that has ended. */
import { constants } from 'node:os';
import type { CommandReport } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import type { LimitName } from './limit-watch.ts';
import type { Launch, Launched } from './spawn.ts';

export type Ended = 'exit' | 'signal' | 'time' | 'output' | LimitName;

export interface RunOutcome {
  readonly report: CommandReport;
  /** What ended it. */
  readonly ended: Ended;
  /** The same in words. */
  readonly reason: string;
}

/** Throws `sandbox_missing` when bubblewrap ended before it came to the command. */
export function describe(
  plan: Launch,
  live: Launched,
  ended: Ended,
  exit: { code: number | null; signal: NodeJS.Signals | null; elapsedMs: number },
): RunOutcome {
  const inSandbox = plan.isolation !== null;
  if (inSandbox && ended === 'exit' && exit.code !== null && live.commandExit() === null) {
    throw new BzzzError('sandbox_missing', `the sandbox did not stand: ${live.output.text()}`);
  }
  const code = inSandbox ? (live.commandExit() ?? exit.code) : exit.code;
  const killed = exit.signal !== null || (inSandbox && fatalSignals.has((code ?? 0) - 128));
  const how = ended === 'exit' && killed ? 'signal' : ended;
  const reason = sentence(how, code, exit.signal ?? `signal ${(code ?? 0) - 128}`, plan);
  return {
    report: {
      argv: plan.argv,
      exitCode: how === 'exit' ? code : null,
      elapsedMs: Math.round(exit.elapsedMs),
      outputTail: live.output.text(how === 'exit' ? undefined : reason),
    },
    ended: how,
    reason,
  };
}

/** bubblewrap reports a command that a signal ended as 128 plus its number. */
const fatalSignals = new Set(
  (
    [
      'SIGILL',
      'SIGTRAP',
      'SIGABRT',
      'SIGBUS',
      'SIGFPE',
      'SIGKILL',
      'SIGSEGV',
      'SIGTERM',
      'SIGXFSZ',
    ] as const
  ).map((name) => constants.signals[name]),
);

function sentence(how: Ended, code: number | null, signal: string, { limits }: Launch): string {
  switch (how) {
    case 'exit':
      return `it ended with exit code ${code}`;
    case 'signal':
      return `it was killed (${signal})`;
    case 'time':
      return `it was ended after ${limits.timeMs} ms`;
    case 'output':
      return `it was ended: it printed more than ${limits.outputBytesMax} bytes`;
    case 'memory':
      return `it was ended: it used more than ${limits.memoryBytesMax} bytes of memory`;
    case 'processes':
      return `it was ended: it had more than ${limits.processesMax} processes`;
    case 'disk':
      return `it was ended: its files took more than ${limits.diskBytesMax} bytes`;
  }
}

/** The report of a command that could not even be started, as a shell would number it. */
export function unstarted(argv: readonly string[], why: string): RunOutcome {
  const reason = `it could not be started: ${why}`;
  const report = { argv, exitCode: 126, elapsedMs: 0, outputTail: `[bzzz] ${reason}` };
  return { report, ended: 'exit', reason };
}
