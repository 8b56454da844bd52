/** Many seeds, on all cores. */
import { availableParallelism } from 'node:os';
import { blindSpots } from './floors.ts';
import { summary } from './run-one.ts';
import { replayCommand, runSimulation } from './run.ts';
import { startSelf } from './self.ts';

export interface Range {
  readonly from: number;
  readonly count: number;
}

interface Totals {
  readonly seeds: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly finished: number;
  readonly cpuMs: number;
  readonly covered: Readonly<Record<string, number>>;
  /** What was broken, with the command that runs it again; null: nothing. */
  readonly failure: string | null;
}

type Size = (seed: number) => { readonly peers: number; readonly tasks: number };

export interface CampaignOptions {
  /** Processes; 0: one a core. */
  readonly workers: number;
  readonly peers?: string | undefined;
  readonly tasks?: string | undefined;
}

/** Prints what was covered and how fast, or the first failure; many seeds must not be blind either. */
export async function runRange(range: Range, options: CampaignOptions): Promise<number> {
  const workers = Math.min(options.workers || availableParallelism(), range.count);
  const startedNs = process.hrtime.bigint();
  const total = await inShares(range, workers, options);
  const realMs = Number(process.hrtime.bigint() - startedNs) / 1e6;
  const sights = Object.entries(total.covered).toSorted(([a], [b]) => (a < b ? -1 : 1));
  console.log(`covered: ${sights.map(([what, times]) => `${what} ${times}`).join(', ')}`);
  const speed = [
    `${Math.round(total.virtualMs / total.cpuMs)} x real time a core`,
    `${Math.round(total.events / (total.cpuMs / 1000))} events`,
    `${(total.finished / (total.cpuMs / 1000)).toFixed(0)} tasks a CPU-second`,
  ].join(', ');
  if (total.failure !== null) console.log(total.failure);
  const blind = total.failure === null ? blindIn(total, options) : [];
  if (blind.length > 0) console.log(`blind, as it met too little: ${blind.join(', ')}`);
  const verdict = total.failure === null ? 'no invariant broken' : 'BROKEN';
  console.log(
    `${total.seeds} seeds from ${range.from}: ${verdict}, ${speed}, ${(realMs / 1000).toFixed(0)} s`,
  );
  return total.failure === null && blind.length === 0 ? 0 : 1;
}

/** Fewer seeds may miss what is rare. */
const seedsForFloors = 1_000;

/** The floors are those of seeds that have each its own size. */
function blindIn({ covered, seeds }: Totals, { peers, tasks }: CampaignOptions): string[] {
  const isUsual = peers === undefined && tasks === undefined;
  return isUsual && seeds >= seedsForFloors ? blindSpots(covered, seeds) : [];
}

/** Runs a range in this process and prints its totals for whoever started it. */
export async function runShared(range: Range, size: Size): Promise<number> {
  console.log(JSON.stringify(await tally(range, size)));
  return 0;
}

export async function tally({ from, count }: Range, size: Size): Promise<Totals> {
  const covered: Record<string, number> = {};
  let totals: Totals = { ...nothing, covered };
  for (let seed = from; seed < from + count && totals.failure === null; seed += 1) {
    const report = await runSimulation({ ...size(seed), seed });
    for (const [what, times] of report.covered) covered[what] = (covered[what] ?? 0) + times;
    const broken = report.violations.length > 0;
    totals = {
      ...totals,
      seeds: totals.seeds + 1,
      events: totals.events + report.events,
      virtualMs: totals.virtualMs + report.virtualMs,
      finished: totals.finished + report.finished,
      failure: broken ? `${summary(report)}\nreplay: ${replayCommand(report.options)}` : null,
    };
  }
  const { user, system } = process.cpuUsage();
  return { ...totals, cpuMs: (user + system) / 1000 };
}

const nothing: Totals = {
  seeds: 0,
  events: 0,
  virtualMs: 0,
  finished: 0,
  cpuMs: 0,
  covered: {},
  failure: null,
};

/** Seeds of one process: a world that is over is not always forgotten, and a million must run too. */
const shareMax = 500;

/** Each worker takes the next share when it is done with one; none is begun after a failure. */
async function inShares(
  { from, count }: Range,
  workers: number,
  options: CampaignOptions,
): Promise<Totals> {
  const size = Math.min(shareMax, Math.ceil(count / workers));
  const end = from + count;
  let next = from;
  let total: Totals = nothing;
  async function work(): Promise<void> {
    while (next < end && total.failure === null) {
      const share = { from: next, count: Math.min(size, end - next) };
      next += share.count;
      const done = await shareOf(share, options);
      // Only now: another worker may have added to it meanwhile.
      total = sum(total, done);
    }
  }
  await Promise.all(Array.from({ length: workers }, work));
  return total;
}

async function shareOf({ from, count }: Range, { peers, tasks }: CampaignOptions): Promise<Totals> {
  const args = ['--share', '--from', String(from), '--seeds', String(count)];
  if (peers !== undefined) args.push('--peers', peers);
  if (tasks !== undefined) args.push('--tasks', tasks);
  const { code, output } = await startSelf(args);
  if (code !== 0) {
    throw new Error(
      `the process of seeds ${from} to ${from + count - 1} ended with ${code}: ${output}`,
    );
  }
  // Sound: written by `runShared` of this very file.
  return JSON.parse(output) as Totals;
}

function sum(a: Totals, b: Totals): Totals {
  const covered: Record<string, number> = { ...a.covered };
  for (const [what, times] of Object.entries(b.covered)) {
    covered[what] = (covered[what] ?? 0) + times;
  }
  return {
    seeds: a.seeds + b.seeds,
    events: a.events + b.events,
    virtualMs: a.virtualMs + b.virtualMs,
    finished: a.finished + b.finished,
    cpuMs: a.cpuMs + b.cpuMs,
    covered,
    failure: a.failure ?? b.failure,
  };
}
