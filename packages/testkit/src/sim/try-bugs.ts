/** Every bug that is built in on purpose must be found, each in a process of its own. */
import { availableParallelism } from 'node:os';
import { foundBy } from './bug-spec.ts';
import { type Bug, bugSpec } from './bugs.ts';
import { runSimulation } from './run.ts';
import { startSelf } from './self.ts';

const seedsMax = 1_000;

/** Prints the seed that found each. */
export async function tryBugs(names: readonly Bug[]): Promise<number> {
  const waiting = [...names];
  let missed = 0;
  async function work(): Promise<void> {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const { code, output } = await startSelf([
        '--find',
        '--bug',
        bug,
        '--seeds',
        String(seedsMax),
      ]);
      console.log(output.trim());
      if (code !== 0) missed += 1;
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(`${names.length - missed} of ${names.length} bugs found`);
  return missed === 0 ? 0 : 1;
}

/** In a process that is loaded with the bug. Exit code 0: found, and as what it is said to break. */
export async function findBug(
  bug: Bug,
  /** `first` is looked at before all others: where it was found lately. */
  { count, first }: { readonly count: number; readonly first: number },
  size: (seed: number) => { peers: number; tasks: number },
): Promise<number> {
  const breaks = foundBy(bugSpec(bug));
  for (const seed of [first, ...Array.from({ length: count }, (_, index) => index + 1)]) {
    const { violations } = await runSimulation({ ...size(seed), seed, bug });
    const found = violations.find(({ invariant }) => breaks.some((one) => one === invariant));
    // A bug may break something else first; it is found where the check sees it that is there for it.
    if (found === undefined) continue;
    console.log(`${bug}: seed ${seed}, broken ${found.invariant} (${found.what})`);
    return 0;
  }
  console.log(`${bug}: NOT FOUND in ${count} seeds`);
  return 1;
}
