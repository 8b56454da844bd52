/** What all runs of a tool in one attempt took together. */
import type { Spent } from '@bzzz/protocol';
import type { Round } from './round.ts';
import type { CliTool, Counts } from './tool.ts';

export type Told = Pick<Round, 'findings' | 'resumed'>;

export function spentOn(
  tool: CliTool,
  rounds: readonly Told[],
  { model, answers }: { readonly model: string | null; readonly answers: number },
): Spent {
  const all = (name: keyof Counts) => total(tool, rounds, name);
  const told = rounds.findLast(({ findings }) => findings.model !== null)?.findings.model;
  return {
    executor: tool.name,
    model: told ?? model,
    turns: all('turns') ?? (answers === 0 ? null : answers),
    tokensRead: all('tokensRead') ?? null,
    tokensWritten: all('tokensWritten') ?? null,
    costUsd: all('costUsd') ?? null,
  };
}

function total({ sessionCounts }: CliTool, rounds: readonly Told[], name: keyof Counts) {
  const told: number[] = [];
  for (const { findings, resumed } of rounds) {
    const count = findings.counts[name];
    if (count === undefined) continue;
    // It counts what it counted before once more.
    if (resumed && sessionCounts.includes(name)) told.pop();
    told.push(count);
  }
  return told.length === 0 ? undefined : told.reduce((sum, count) => sum + count, 0);
}
