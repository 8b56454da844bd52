/** What is told about an attempt of a tool, from what the tool told and how its runs ended. */
import type { ExecutorReport } from '@bzzz/coordination';
import { firstChars } from '../cut.ts';
import type { Round } from './round.ts';
import { spentOn } from './spent.ts';
import type { CliTool } from './tool.ts';

export interface Attempted {
  readonly rounds: readonly Round[];
  /** Answers that a model was asked for. */
  readonly answers: number;
  /** Null: the tool did its work. */
  readonly failure: string | null;
  /** What went wrong on the way, for people. */
  readonly notes: readonly string[];
  /** That may be gone on with later; null: none. */
  readonly session: string | null;
  /** Named by the operator. */
  readonly model: string | null;
}

const saidCharsMax = 4_000;

export function reportOf(tool: CliTool, attempted: Attempted): ExecutorReport {
  const { rounds, answers, failure, notes, session, model } = attempted;
  const words = rounds.at(-1)?.findings.said ?? '';
  const said = words === '' ? '' : `it says: ${firstChars(words, saidCharsMax)}`;
  const lines = rounds.reduce((sum, { findings }) => sum + findings.unknown, 0);
  const unknown = lines === 0 ? '' : `${lines} lines of it were not understood`;
  const reason = [failure ?? said, ...notes, unknown].filter((part) => part !== '').join('; ');
  return {
    succeeded: failure === null,
    reason: reason === '' ? 'it is done' : reason,
    commands: rounds.map(({ outcome, argv }) => ({ ...outcome.report, argv })),
    ...(isGone(attempted) && { lacks: { kind: 'executor', name: tool.name } }),
    ...(words === '' ? {} : { answer: words }),
    ...(session === null ? {} : { session }),
    spent: spentOn(tool, rounds, { model, answers }),
  };
}

/** Its program went away since it was looked for. */
function isGone({ failure, rounds }: Attempted): boolean {
  return failure !== null && rounds.at(-1)?.outcome.report.exitCode === 127;
}

/** Null: it did its work. */
export function failureOf(
  tool: CliTool,
  { outcome, findings }: Round,
  { objection, attemptMs }: { readonly objection: string | null; readonly attemptMs: number },
): string | null {
  const { ended, reason, report } = outcome;
  const told = [findings.failure, objection].filter((part) => part !== null).join('; ');
  const because = told === '' ? '' : `: ${told}`;
  // The last of several runs had less than all of the time.
  if (ended === 'time') return `it was ended after ${attemptMs} ms${because}`;
  if (ended !== 'exit') return `${reason}${because}`;
  const code = report.exitCode ?? 0;
  if (code !== 0) {
    const meaning = tool.exits[code];
    return `${reason}${meaning === undefined ? '' : ` (${meaning})`}${because}`;
  }
  if (findings.failure !== null) return `it failed${because}`;
  if (tool.output.saysItsEnd && !findings.ended) return `it did not say that it is done${because}`;
  return null;
}
