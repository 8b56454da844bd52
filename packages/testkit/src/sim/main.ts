/**
 * `npm run sim`: without arguments a few hundred seeds; with `--seed N` one run and its trace.
 *
 *     npm run sim -- --seeds 10000 [--from N] [--peers P] [--tasks T] [--workers W]
 *     npm run sim -- --seed N --peers P --tasks T [--bug NAME] [--without FAULT,..] [--shrink] [--quiet]
 *     npm run sim -- --bugs [NAME]
 */
import { parseArgs } from 'node:util';
import { type Bug, bugs, bugSpec, isBug } from './bugs.ts';
import { mutateSources } from './mutate.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    peers: { type: 'string' },
    tasks: { type: 'string' },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    without: { type: 'string', default: '' },
    shrink: { type: 'boolean', default: false },
    workers: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    /** For `--bugs`: looks for the bug that this process is loaded with, in seed `--from` first. */
    find: { type: 'boolean', default: false },
    /** For `--seeds`: prints its totals as JSON for the process that started it. */
    share: { type: 'boolean', default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const bug = bugOf(values.bug);
  const edits = bug === undefined ? undefined : bugSpec(bug).edits;
  // Before the deciding code is loaded for the first time, by the imports below.
  if (edits !== undefined) mutateSources(edits);
  const size = sizeOf(values.peers, values.tasks);
  if (values.bugs) {
    const { tryBugs } = await import('./try-bugs.ts');
    return tryBugs(
      positionals.length > 0 ? positionals.filter(isBug) : Object.keys(bugs).filter(isBug),
    );
  }
  if (values.find && bug !== undefined) {
    const { findBug } = await import('./try-bugs.ts');
    return findBug(bug, { count: Number(values.seeds), first: Number(values.from) }, size);
  }
  if (values.seed !== undefined) {
    const { runOne } = await import('./run-one.ts');
    const without = values.without.split(',').filter((name) => name !== '');
    const options = { ...size(Number(values.seed)), seed: Number(values.seed), without };
    const { shrink, quiet } = values;
    return runOne(bug === undefined ? options : { ...options, bug }, { shrink, quiet });
  }
  const range = { from: Number(values.from), count: Number(values.seeds) };
  const { runRange, runShared } = await import('./campaign.ts');
  if (values.share) return runShared(range, size);
  return runRange(range, { ...values, workers: Number(values.workers ?? 0) });
}

function bugOf(name: string | undefined): Bug | undefined {
  if (name === undefined || isBug(name)) return name;
  console.error(`no such bug; there are: ${Object.keys(bugs).join(', ')}`);
  process.exit(2);
}

/** Without a size every seed has its own. */
function sizeOf(peers: string | undefined, tasks: string | undefined) {
  return (seed: number) => ({
    peers: peers === undefined ? 2 + (seed % 5) : Number(peers),
    tasks: tasks === undefined ? 1 + (seed % 7) : Number(tasks),
  });
}
