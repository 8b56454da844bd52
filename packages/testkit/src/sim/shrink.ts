/**
 * Makes a failing run smaller: fewer kinds of faults, fewer tasks, fewer peers, while the same thing
 * still breaks. Each candidate is another run of the same seed, so it may take another course.
 */
import { happenings, noFaults } from './faults.ts';
import { flaws } from './flaws.ts';
import { peopleActs } from './people-acts.ts';
import { type RunOptions, runSimulation } from './run.ts';

/** The smallest options found under which the same invariant breaks; the same when it breaks none. */
export async function shrunk(options: RunOptions): Promise<RunOptions> {
  const [first] = (await runSimulation(options)).violations;
  if (first === undefined) return options;
  const breaks = async (candidate: RunOptions) =>
    (await runSimulation(candidate)).violations[0]?.invariant === first.invariant;
  let best = options;
  for (let smaller = true; smaller; ) {
    smaller = false;
    for (const candidate of candidates(best)) {
      if (!(await breaks(candidate))) continue;
      best = candidate;
      smaller = true;
      break;
    }
  }
  return best;
}

const weighted = ['everyMs', 'acts', 'flaws'];
const kinds: readonly string[] = [
  ...happenings,
  ...Object.keys(noFaults).filter((name) => !weighted.includes(name)),
  ...peopleActs,
  ...flaws,
];

function* candidates(options: RunOptions): Generator<RunOptions> {
  const { peers, tasks, without = [] } = options;
  if (tasks > 1) yield { ...options, tasks: Math.ceil(tasks / 2) };
  if (tasks > 1) yield { ...options, tasks: tasks - 1 };
  if (peers > 1) yield { ...options, peers: peers - 1 };
  for (const kind of kinds) {
    if (!without.includes(kind)) yield { ...options, without: [...without, kind] };
  }
}
