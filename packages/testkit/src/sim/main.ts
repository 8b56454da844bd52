/** `npm run sim`; `arguments.ts` says what it takes. */
import { readArguments, refuse } from './arguments.ts';
import { type Bug, bugs, bugSpec, isBug } from './bugs.ts';
import { isOnSources, mutateSources } from './mutate.ts';

const { values, positionals } = readArguments(process.argv.slice(2));

process.exitCode = await main();

async function main(): Promise<number> {
  const bug = bugOf(values.bug);
  const edits = bug === undefined ? undefined : bugSpec(bug).edits;
  // Before the deciding code is loaded for the first time, by the imports below.
  if (edits !== undefined && !isOnSources()) {
    const { startSelf } = await import('./self.ts');
    const { code, output } = await startSelf(process.argv.slice(2));
    process.stdout.write(output);
    return code ?? 1;
  }
  if (edits !== undefined) mutateSources(edits);
  const size = sizeOf(values.peers, values.tasks);
  const [seeds, from, workers] = [atLeast(1, 'seeds'), atLeast(0, 'from'), atLeast(0, 'workers')];
  if (values.bugs) {
    const { tryBugs } = await import('./try-bugs.ts');
    return tryBugs((positionals.length > 0 ? positionals : Object.keys(bugs)).map(bugNamed));
  }
  if (values.find && bug !== undefined) {
    const { findBug } = await import('./try-bugs.ts');
    return findBug(bug, { count: seeds, first: from }, size);
  }
  if (values.seed !== undefined) {
    const { runOne } = await import('./run-one.ts');
    const without = values.without.split(',').filter((name) => name !== '');
    const seed = atLeast(0, 'seed');
    const { noFaults } = await import('./faults.ts');
    const options = {
      ...size(seed),
      seed,
      without,
      ...(bug === undefined ? {} : { bug }),
      ...(values['no-faults'] ? { faults: noFaults } : {}),
      ...(values['file-after'] === undefined ? {} : { fileAfterMs: atLeast(0, 'file-after') }),
    };
    const { shrink, quiet } = values;
    return runOne(options, { shrink, quiet });
  }
  const range = { from, count: seeds };
  const { runRange, runShared } = await import('./campaign.ts');
  if (values.share) return runShared(range, size);
  return runRange(range, { ...values, workers });
}

function bugOf(name: string | undefined): Bug | undefined {
  return name === undefined ? undefined : bugNamed(name);
}

function bugNamed(name: string): Bug {
  if (isBug(name)) return name;
  return refuse(`no such bug as ${name}; there are: ${Object.keys(bugs).join(', ')}`);
}

/** Absent: 0. */
function atLeast(
  least: number,
  name: 'seed' | 'seeds' | 'from' | 'workers' | 'file-after',
): number {
  const number = Number(values[name] ?? 0);
  if (Number.isSafeInteger(number) && number >= least) return number;
  return refuse(`--${name}: a whole number from ${least}, not ${values[name]}`);
}

/** Without a size every seed has its own. */
function sizeOf(peers: string | undefined, tasks: string | undefined) {
  return (seed: number) => ({
    peers: peers === undefined ? 2 + (seed % 5) : Number(peers),
    tasks: tasks === undefined ? 1 + (seed % 7) : Number(tasks),
  });
}
