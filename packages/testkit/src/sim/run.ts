/**
 * One run: safety under faults, then faults off and everything must come to its end within a bound.
 * After the way of TigerBeetle's VOPR: one seed decides everything, and names the run.
 */
import { type Bug } from './bugs.ts';
import { createChecker, type Violation } from './check/index.ts';
import { watchCoverage } from './coverage.ts';
import { watchDefects } from './defects.ts';
import {
  drawBereavement,
  drawFaults,
  drawForsaking,
  drawMeddling,
  drawNeed,
  drawRefusals,
  type Faults,
  type Happening,
  noFaults,
} from './faults.ts';
import { forsake } from './forsaking.ts';
import { heal, scheduleHappenings } from './happenings.ts';
import { createSeededRandom } from './random.ts';
import type { Sight } from './sights.ts';
import { createWorld, virtualLabel, virtualRepo, type World } from './world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly peers: number;
  readonly tasks: number;
  /** A bug of the adapters, or the name of one that this process was loaded with. */
  readonly bug?: Bug;
  /** Overrides what the seed would draw. */
  readonly faults?: Faults;
  /** Faults that the seed would draw and that are left out, by name. */
  readonly without?: readonly string[];
  /** When people file the issues; 0: before any peer starts. */
  readonly fileAfterMs?: number;
  readonly keepTrace?: boolean;
}

export interface RunReport {
  readonly options: RunOptions;
  readonly violations: readonly Violation[];
  /** Of the whole trace: two runs of one seed have the same. */
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: number;
  /** Tasks that ended. */
  readonly finished: number;
  readonly covered: ReadonlyMap<Sight, number>;
  readonly trace: readonly string[];
}

/** How long faults last beside a long outage, and how long the world may then take to come to rest. */
const faultsMsMin = 5 * 60_000;
const restMs = 60 * 60_000;
/** One run in so many is calm: then nothing may be wasted. */
const calmEvery = 16;
/** Halfway between two of these somebody dies in one, and nothing else happens. */
const bereftAt = 8;
/** Likewise: most are lost for good, and the others have to end what they held. */
const forsakenAt = 4;
/** Likewise: a rule refuses most pushes. */
const refusedAt = 11;
/** Likewise: peers need each other. */
const needyAt = 6;
/** Likewise: people meddle, and peers come and go. */
const meddledAt = 14;

export async function runSimulation(options: RunOptions): Promise<RunReport> {
  const world = worldOf(options);
  const { timeline, history, state, accounts, timing, sights } = world;
  const { calm, bereft } = world;
  const forsaking = forsake(world, world.drawn.lostForGood);
  const checker = createChecker(
    { history, state, nowMs: timeline.nowMs },
    {
      ...world.surroundings,
      clocksNear: world.drawn.skewMsMax + world.drawn.clockSetMsMax < restMs / 2,
      awayMs: world.weather.awayMs,
      repo: virtualRepo,
      label: virtualLabel,
      accounts,
      leaseMs: timing.leaseMs,
      calm,
      bereft,
      exists: (peer) => !forsaking.isLost(peer) && world.peers().some(({ id }) => id === peer),
      running: (peer) =>
        world
          .peers()
          .find(({ id }) => id === peer)
          ?.process?.running() === true,
      isPlain: (number) =>
        world.tasks.some(({ issue, isPlain }) => issue.number === number && isPlain),
      helpers: world.helpers,
      knew: world.replication.knew,
      prompt: () => !Number.isFinite(world.drawn.everyMs.pause) && world.drawn.sluggishMsMax === 0,
    },
  );
  watchCoverage(history, sights, timeline.nowMs);
  const defects = watchDefects();
  const failed = () => checker.violations.length > 0 || defects.seen() !== undefined;

  async function live(): Promise<void> {
    for (const peer of world.peers()) {
      timeline.after(world.random.between(0, 3_000), () => world.start(peer));
    }
    const stopFaults = scheduleHappenings(world, (what: Happening) => sights.count(what));
    const faultsMs = faultsMsMin + world.drawn.longOutageMs + world.drawn.longDeathMs;
    await timeline.run({ untilMs: faultsMs, until: failed });
    stopFaults();
    if (!failed()) heal(world, forsaking);
    const rested = () => failed() || checker.allEnded();
    while (!rested() && timeline.nowMs() < faultsMs + restMs) {
      await timeline.run({ untilMs: timeline.nowMs() + 10_000, until: failed });
    }
    if (!failed()) checker.atEnd();
  }

  await live().catch(defects.tell);
  await defects.stop();
  const defect = defects.seen();
  return {
    options,
    violations: [...checker.violations, ...(defect === undefined ? [] : [defect])],
    hash: history.hash(),
    events: timeline.events(),
    virtualMs: timeline.nowMs(),
    finished: world.tasks.length,
    covered: sights.totals(),
    trace: history.lines(),
  };
}

interface DrawnWorld extends World {
  readonly calm: boolean;
  readonly bereft: boolean;
  readonly drawn: Faults;
}

function worldOf(options: RunOptions): DrawnWorld {
  const { peers, tasks, bug, keepTrace = false } = options;
  const seed = `bzzz/${options.seed}/${peers}/${tasks}`;
  const draw = createSeededRandom(`${seed}/faults`);
  const isAt = (place: number) =>
    options.faults === undefined && options.seed % calmEvery === place;
  const [calm, bereft] = [isAt(0), isAt(bereftAt)];
  const drawing = () => {
    if (isAt(forsakenAt)) return drawForsaking(draw.fork('lost'));
    if (isAt(refusedAt)) return drawRefusals(draw.fork('refused'));
    if (isAt(needyAt)) return drawNeed(draw.fork('need'));
    if (isAt(meddledAt)) return drawMeddling(draw.fork('meddling'));
    return bereft ? drawBereavement(draw.fork('death')) : drawFaults(draw);
  };
  const chosen = options.faults ?? (calm ? noFaults : drawing());
  const drawn = without(chosen, options.without ?? []);
  const fileAfterMs =
    options.fileAfterMs ?? ([0, bereftAt, forsakenAt, refusedAt, needyAt].some(isAt) ? 20_000 : 0);
  const world = createWorld({
    seed,
    peers,
    tasks,
    faults: drawn,
    sharedAccount: draw.chance(0.5),
    policy: {
      checkpointMs: draw.chance(0.4) ? draw.between(1_000, 15_000) : null,
      // Draws of its own, so that the rest of a seed stays what it was.
      verdicts: draw.fork('verdicts').between(0, Math.min(2, peers - 1)),
      helpers: draw.fork('helpers').between(1, 16),
      inRoles: draw.fork('roles').chance(0.25),
    },
    bug,
    fileAfterMs,
    keepTrace,
  });
  return Object.assign(world, { calm, bereft, drawn });
}

function without(faults: Faults, names: readonly string[]): Faults {
  const kept = {
    ...faults,
    everyMs: { ...faults.everyMs },
    acts: { ...faults.acts },
    flaws: { ...faults.flaws },
  };
  for (const name of names) {
    const weights = [kept.acts, kept.flaws].find((one) => name in one);
    if (name in kept.everyMs) Object.assign(kept.everyMs, { [name]: Number.POSITIVE_INFINITY });
    else if (weights !== undefined) Object.assign(weights, { [name]: 0 });
    else if (name in noFaults) Object.assign(kept, { [name]: noFaults[name as keyof Faults] });
    else throw new Error(`no such fault: ${name}`);
  }
  return kept;
}

/** The command that runs exactly this again and prints its trace. */
export function replayCommand(options: RunOptions): string {
  const { seed, peers, tasks, bug, faults, fileAfterMs, without: left = [] } = options;
  const words = [`--seed ${seed} --peers ${peers} --tasks ${tasks}`];
  if (bug !== undefined) words.push(`--bug ${bug}`);
  if (faults === noFaults) words.push('--no-faults');
  if (fileAfterMs !== undefined) words.push(`--file-after ${fileAfterMs}`);
  if (left.length > 0) words.push(`--without ${left.join(',')}`);
  const command = `npm run sim -- ${words.join(' ')}`;
  const isOwn = faults !== undefined && faults !== noFaults;
  return isOwn ? `${command} # not the whole of it: its faults were given by hand` : command;
}
