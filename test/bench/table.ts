/** Results as a Markdown table, which reads well in a terminal too. */
import type { Result } from './measure.ts';
import { goalText } from './goals.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './spread.ts';

const head = ['subject', 'side', 'wall us / op', 'CPU us / op', 'op / s', 'further'];

export function tableOf(results: readonly Result[]): string {
  const rows = results.flatMap(({ subject, sides }) =>
    sides.map((side) => [
      subject,
      side.side,
      cell(side.wallUsPerOperation),
      cell(side.cpuUsPerOperation),
      cell(side.operationsPerSecond),
      Object.entries(side.figures)
        .map(([name, spread]) => `${name} ${cell(spread)}`)
        .join('; '),
    ]),
  );
  return align([head, head.map(() => '---'), ...rows]);
}

/** What each row means, and the hash that shows that the work was done. */
export function legendOf({ goals, absent, ...result }: Result): string {
  const { subject, measures, beside, operation, seed, size, hash } = result;
  const rounds = `${size.rounds} rounds after ${size.warmUpRounds} of warm-up`;
  return [
    `${subject}: ${measures}`,
    `  beside: ${beside}`,
    `  op: one ${operation}; size ${size.operations}, ${rounds}, seed ${seed}`,
    `  answers agree: ${hash}`,
    ...absent.map(({ side, why }) => `  no row of ${side}: ${why}`),
    ...goals.map((goal) => `  ${goalText(goal)}`),
    ...result.curves.flatMap((figure) => curveOf(result.sides, figure)),
  ].join('\n');
}

const BAR_CHARACTERS = 40;

/** A bar a side that has that figure, as long as its median. */
function curveOf(sides: Result['sides'], figure: string): string[] {
  const medians = sides.flatMap(({ side, figures }) => {
    const spread = figures[figure];
    return spread === undefined ? [] : [{ name: side, value: spread.median }];
  });
  const most = Math.max(...medians.map(({ value }) => value));
  const width = Math.max(...medians.map(({ name }) => name.length));
  const bars = medians.map(({ name, value }) => {
    const bar = '#'.repeat(most > 0 ? Math.round((BAR_CHARACTERS * value) / most) : 0);
    return `    ${name.padStart(width)} ${bar} ${short(value)}`;
  });
  return [`  ${figure}:`, ...bars];
}

export function machineLine(machine: Machine): string {
  const { date, node, system, cpu, cores, memoryGib, fileSystem, load } = machine;
  return `${date}, Node ${node}, ${system}, ${cores} x ${cpu}, ${memoryGib} GiB, ${fileSystem}, load ${load}`;
}

function cell({ min, median, max }: Spread): string {
  return `${short(median)} (${short(min)}..${short(max)})`;
}

/** Three digits; whole from 100 on. */
function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0), 3),
  );
  return rows
    .map((row) => `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`)
    .join('\n');
}
