/**
 * `npm run sim`: without arguments a few hundred seeds; with `--seed N` one run and its trace.
 *
 *     npm run sim -- --seeds 1000 [--from N] [--peers P] [--tasks T]
 *     npm run sim -- --seed N --peers P --tasks T [--bug NAME] [--quiet]
 *     npm run sim -- --bugs
 */
import { parseArgs } from 'node:util';
import { type Bug, bugs } from './bugs.ts';
import { replayCommand, type RunReport, runSimulation } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    peers: { type: 'string' },
    tasks: { type: 'string' },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
  },
});

if (values.bugs) process.exitCode = await tryBugs();
else if (values.seed === undefined) process.exitCode = await runMany();
else process.exitCode = await runOne(Number(values.seed));

async function runOne(seed: number): Promise<number> {
  const report = await runSimulation({ ...sizeOf(seed), ...bugOf(), seed, keepTrace: true });
  if (!values.quiet) for (const line of report.trace) console.log(line);
  console.log(summary(report));
  return report.violations.length === 0 ? 0 : 1;
}

async function runMany(): Promise<number> {
  const from = Number(values.from);
  const count = Number(values.seeds);
  const totals: Record<string, number> = {};
  const startedMs = Number(process.hrtime.bigint()) / 1e6;
  let virtualMs = 0;
  let events = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const report = await runSimulation({ ...sizeOf(seed), seed });
    virtualMs += report.virtualMs;
    events += report.events;
    for (const [what, times] of Object.entries(report.covered))
      totals[what] = (totals[what] ?? 0) + times;
    if (report.violations.length > 0) {
      console.log(summary(report));
      console.log(`replay: ${replayCommand(report.options)}`);
      return 1;
    }
  }
  const realMs = Number(process.hrtime.bigint()) / 1e6 - startedMs;
  console.log(`covered: ${JSON.stringify(totals)}`);
  console.log(
    `${count} seeds from ${from}: no invariant broken, ${events} events, ${Math.round(virtualMs / realMs)} x real time`,
  );
  return 0;
}

/** Every seeded bug must be found; prints the seed that found it. */
async function tryBugs(): Promise<number> {
  let missed = 0;
  for (const bug of Object.keys(bugs).filter(isBug)) {
    const found = await findBug(bug, 1_000);
    if (found === undefined) missed += 1;
    const [first] = found?.violations ?? [];
    console.log(
      found === undefined
        ? `${bug}: NOT FOUND`
        : `${bug}: seed ${found.options.seed}, invariant ${first?.invariant} (${first?.what})`,
    );
  }
  return missed === 0 ? 0 : 1;
}

async function findBug(bug: Bug, seedsMax: number): Promise<RunReport | undefined> {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const report = await runSimulation({ ...sizeOf(seed), seed, bug });
    if (report.violations.length > 0) return report;
  }
  return undefined;
}

function sizeOf(seed: number): { peers: number; tasks: number } {
  const peers = values.peers === undefined ? 2 + (seed % 5) : Number(values.peers);
  const tasks = values.tasks === undefined ? 1 + (seed % 7) : Number(values.tasks);
  return { peers, tasks };
}

function bugOf(): { bug?: Bug } {
  if (values.bug === undefined) return {};
  if (isBug(values.bug)) return { bug: values.bug };
  console.error(`no such bug; there are: ${Object.keys(bugs).join(', ')}`);
  process.exit(2);
}

function isBug(name: string): name is Bug {
  return Object.hasOwn(bugs, name);
}

function summary(report: RunReport): string {
  const { options, violations, hash, events, virtualMs } = report;
  const broken = violations.map(({ invariant, what }) => `invariant ${invariant}: ${what}`);
  const head = `seed ${options.seed}: ${events} events, ${Math.round(virtualMs / 1000)} s, trace ${hash}`;
  return [head, ...broken].join('\n');
}
