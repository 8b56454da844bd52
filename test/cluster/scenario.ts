/** A scenario as data, and what it is to play one. */
import { createStage, type Stage } from '../e2e/harness/stage.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { type Ending, untilEndedOnce } from './ending.ts';
import { signFolder } from './sweep.ts';

export interface Scenario {
  readonly name: string;
  /** In a line. */
  readonly shows: string;
  /** What the machine must have; with nothing asked for it plays on loopback too. */
  readonly needs: readonly Need[];
  /** Files the issues and does what it does to the cluster; that every issue ends is looked at afterwards. */
  play(cluster: Cluster, options: PlayOptions): Promise<void>;
}

/** `hosts`: network namespaces and what breaks their network; `skew`: a library that shows another time. */
export type Need = 'hosts' | 'skew';

interface PlayOptions {
  /** How long the forge is out of reach where a scenario takes it away. */
  readonly outageMs: number;
}

export interface Setting extends PlayOptions {
  /** Without namespaces. */
  readonly loopback: boolean;
  /** Ends it before its time, with nothing left behind. */
  readonly signal?: AbortSignal;
  /** Told what was waited for, and how long. */
  readonly tell?: (line: string) => void;
}

export interface Played {
  readonly endings: readonly Ending[];
  readonly elapsedMs: number;
}

/** Throws when an issue has not ended once, or something else was not as it must be. */
export async function playScenario(scenario: Scenario, options: Setting): Promise<Played> {
  const sinceMs = performance.now();
  const stage = await createStage();
  try {
    await signFolder(stage.dir);
    const playing = playOn(telling(stage, options.tell), scenario, options);
    const endings = await Promise.race([playing, untilAborted(options.signal)]);
    return { endings, elapsedMs: performance.now() - sinceMs };
  } finally {
    await stage.close();
  }
}

async function playOn(stage: Stage, scenario: Scenario, options: Setting): Promise<Ending[]> {
  const cluster = await createCluster(stage, options);
  await scenario.play(cluster, options);
  return untilEndedOnce(cluster);
}

function telling(stage: Stage, tell: Setting['tell']): Stage {
  if (tell === undefined) return stage;
  return {
    ...stage,
    async until(what, look) {
      const sinceMs = performance.now();
      const found = await stage.until(what, look);
      tell(`${((performance.now() - sinceMs) / 1_000).toFixed(1).padStart(7)} s: ${what}`);
      return found;
    },
  };
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
