/** What the machine of a peer is like, whoever runs on it. */
import type { Faults } from './faults.ts';
import type { SeededRandom } from './random.ts';
import type { Release } from './releases.ts';
import type { Sights } from './sights.ts';

interface Machine {
  /** How far its wall clock is off. */
  readonly skewMs: number;
  /** How much faster its clocks run than the world's; negative: slower. */
  readonly drift: number;
  /** Takes a while to come to an event. */
  readonly sluggish: boolean;
  readonly release: Release;
}

export interface Machines {
  /** As it is when a process starts on it; a restart may find its clock set. */
  boot(index: number, random: SeededRandom): Machine;
}

const steady: Machine = { skewMs: 0, drift: 0, sluggish: false, release: 'today' };

/** A clock this far off, or running by so much faster or slower, is worth telling of. */
const skewToldMs = 1_000;
const driftTold = 0.001;

export function createMachines(
  deps: { readonly random: SeededRandom; readonly sights: Sights },
  options: { readonly names: readonly string[]; readonly faults: Faults },
): Machines {
  const machines = options.names.map((name) =>
    drawMachine(deps.random.fork(`traits of ${name}`), options.faults),
  );
  const booted = new Set<number>();
  const { clockSetMsMax } = options.faults;
  return {
    boot(index, random) {
      const before = machines[index] ?? steady;
      const isSet = booted.has(index) && clockSetMsMax > 0 && random.chance(0.5);
      const skewMs = isSet ? random.between(-clockSetMsMax, clockSetMsMax) : before.skewMs;
      const machine = { ...before, skewMs };
      booted.add(index);
      machines[index] = machine;
      tell(machine, deps.sights);
      if (skewMs <= before.skewMs - skewToldMs) deps.sights.count('clockSetMsMax');
      return machine;
    },
  };
}

function drawMachine(random: SeededRandom, faults: Faults): Machine {
  const { skewMsMax, driftMax, sluggishMsMax } = faults;
  return {
    skewMs: random.between(-skewMsMax, skewMsMax),
    drift: driftMax * (2 * random.unit() - 1),
    sluggish: sluggishMsMax > 0 && random.chance(0.4),
    release: drawRelease(random, faults),
  };
}

function drawRelease(random: SeededRandom, { olderPeers, newerPeers }: Faults): Release {
  const isOlder = random.chance(olderPeers);
  // Draws of their own, so that the rest of a seed stays what it was.
  const draw = random.fork('release');
  if (isOlder) return draw.chance(0.5) ? 'before' : 'ancient';
  return draw.chance(newerPeers) ? 'after' : 'today';
}

function tell({ skewMs, drift, sluggish, release }: Machine, { count }: Sights): void {
  if (Math.abs(skewMs) >= skewToldMs) count('skewMsMax');
  if (Math.abs(drift) >= driftTold) count('driftMax');
  if (sluggish) count('sluggishMsMax');
  if (release === 'before' || release === 'ancient') count('olderPeers');
  if (release === 'ancient') count('no channels');
  if (release === 'after') count('newerPeers');
}
