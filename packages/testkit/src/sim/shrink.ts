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
    // On from where the last one helped: what did not help before it is tried again in the next round.
    for (const change of changes) {
      const candidate = change(best);
      if (candidate === undefined || !(await breaks(candidate))) continue;
      best = candidate;
      smaller = true;
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

/** Says nothing more where this is left out. */
const within: readonly (readonly [whole: string, parts: readonly string[]])[] = [
  ['people', peopleActs],
  ['flawedWork', flaws],
];

/** Undefined: there is nothing of it to leave out. */
type Change = (options: RunOptions) => RunOptions | undefined;

const changes: readonly Change[] = [
  (one) => (one.tasks > 1 ? { ...one, tasks: Math.ceil(one.tasks / 2) } : undefined),
  (one) => (one.tasks > 1 ? { ...one, tasks: one.tasks - 1 } : undefined),
  (one) => (one.peers > 1 ? { ...one, peers: one.peers - 1 } : undefined),
  ...kinds.map((kind): Change => {
    const wholes = within.filter(([, parts]) => parts.includes(kind)).map(([whole]) => whole);
    return ({ without = [], ...one }) =>
      [kind, ...wholes].some((name) => without.includes(name))
        ? undefined
        : { ...one, without: [...without, kind] };
  }),
];
