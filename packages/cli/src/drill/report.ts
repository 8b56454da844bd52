/** How a drill went, for a person and for a program. */
import { table } from '../output/table.ts';
import { printable, type Terminal } from '../terminal.ts';
import type { DrillReport } from './run.ts';

export function reportLines(terminal: Terminal, report: DrillReport): string[] {
  const { findings, holds, wholeAfterMs, about, tasks } = report;
  const rows = findings.map(({ holds: one, invariant, text, seen }) => [
    one ? terminal.style('green', 'holds') : terminal.style('red', 'BROKEN'),
    invariant === null ? '' : String(invariant),
    text,
    printable(seen),
  ]);
  const against = findings.flatMap((one) =>
    one.against.map((why) => `  ${one.text}: ${printable(why)}`),
  );
  const head = holds
    ? terminal.style('green', 'All invariants hold.')
    : terminal.style('red', 'NOT all invariants hold:');
  const whole =
    wholeAfterMs === null
      ? ''
      : ` All was well ${(wholeAfterMs / 1000).toFixed(1)} s after its end.`;
  return [
    '',
    ...table(['', 'no.', 'invariant (docs/INVARIANTS.md)', 'looked at'], rows),
    '',
    `${printable(about)}; ${tasks.length} tasks were under way.${whole}`,
    head,
    ...against,
  ];
}
