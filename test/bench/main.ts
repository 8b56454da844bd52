/**
 * `npm run bench`: measures, and prints a table.
 *
 *     npm run bench [-- NAME...] [--baseline] [--json] [--small] [--rounds N] [--seed TEXT]
 *
 * `--baseline`: also beside programs of others, which are installed where that can be done.
 */
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import { measure, type Result } from './measure.ts';
import { noRivals, openRivals } from './rivals.ts';
import type { Subject } from './subject.ts';
import { subjects } from './subjects/index.ts';
import { legendOf, machineLine, tableOf } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    baseline: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seed: { type: 'string', default: 'bzzz-bench-1' },
  },
});

const rivals = values.baseline
  ? openRivals({ install: true, tell: (sentence) => console.error(sentence) })
  : noRivals;
const machine = await describeMachine();
const results: Result[] = [];
for (const subject of chosen()) {
  if (!values.json) console.error(`measuring ${subject.name} ...`);
  results.push(await measure(subject, values.seed, sizeOf(subject), rivals));
}
if (values.json) console.log(JSON.stringify({ machine, results }, null, 2));
else {
  console.log(`${machineLine(machine)}\nmedians (least..most of the rounds)\n`);
  console.log(`${tableOf(results)}\n`);
  for (const result of results) console.log(legendOf(result));
}

function chosen(): readonly Subject[] {
  const names = subjects.map(({ name }) => name);
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) usage(`no subject ${unknown.join(', ')}; there are ${names.join(', ')}`);
  if (positionals.length === 0) return subjects;
  return subjects.filter(({ name }) => positionals.includes(name));
}

function sizeOf({ sizes }: Subject): Subject['sizes']['full'] {
  const size = values.small ? sizes.small : sizes.full;
  if (values.rounds === undefined) return size;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) usage('--rounds takes a whole number from 1 on');
  return { ...size, rounds };
}

function usage(problem: string): never {
  console.error(problem);
  process.exit(2);
}
