/** Many contenders, one account, lost replies, stopped and killed processes: who publishes what? */
import { availableParallelism } from 'node:os';
import { createChance } from './chance.ts';
import { account } from '../e2e/harness/peer.ts';
import { disturb } from './disturb.ts';
import { type Field, hasEnded, onField, type Outcome, untilTrue } from './field.ts';
import type { Verdict } from './verdict.ts';

export interface RacesOptions {
  /** Issues are filed until so many claims were tried; without the fence, or until a fault was seen. */
  readonly claims: number;
  readonly contenders: number;
  /** Default: what the machine can keep up with, see `leaseFor`. */
  readonly leaseMs?: number;
  readonly seed: number;
  /** Whether the fence is taken out, to see that this would be noticed. */
  readonly unfenced: boolean;
  /** Told how far it is, now and then. */
  readonly tell?: (line: string) => void;
}

export interface RacesResult extends Outcome {
  readonly claims: number;
  readonly tasks: number;
  readonly takeovers: number;
  readonly lostReplies: number;
  readonly stops: number;
  readonly kills: number;
  readonly elapsedMs: number;
}

/**
 * Everybody looks at every lock a few times a lease, which is all the work there is while nothing moves:
 * two processes of git in the forge each time. A lease that the machine cannot keep up with makes
 * everybody take over from everybody, and nothing is ever finished.
 */
function leaseFor(contenders: number): number {
  const contendersACore = contenders / availableParallelism();
  return Math.round(Math.max(6_000, 2_000 * contendersACore));
}

/** Issues that are open at a time. */
const openMax = 3;
const lostShare = 0.2;
/** Each process is stopped or killed about once in so long. */
const undisturbedMs = 60_000;

export function runRaces(options: RacesOptions): Promise<RacesResult> {
  const leaseMs = options.leaseMs ?? leaseFor(options.contenders);
  return onField({ ...options, leaseMs }, (field) => race(field, { ...options, leaseMs }));
}

async function race(
  field: Field,
  options: RacesOptions & { readonly leaseMs: number },
): Promise<RacesResult> {
  const { forge, contenders } = field;
  const { leaseMs } = options;
  const sinceMs = performance.now();
  await forge.addFault({ on: '*', account, kind: 'dropReply', probability: lostShare });
  const disturbance = disturb(contenders, createChance(options.seed), {
    leaseMs,
    everyMs: undisturbedMs / contenders.length,
  });
  await untilTrue(async () => {
    const verdicts = await field.verdicts();
    const open = verdicts.filter((one) => !hasEnded(one)).length;
    const claims = claimsOf(field);
    options.tell?.(`${claims} claims, ${field.filed()} tasks, ${open} of them open`);
    // Without a fence some tasks may never end, and one fault is what is looked for.
    if (options.unfenced && verdicts.some(isFaulty)) return true;
    if (claims >= options.claims) return options.unfenced || open === 0;
    for (let count = open; count < openMax; count += 1) await field.file();
    return false;
  });
  await disturbance.end();
  const lostReplies = (await forge.faults()).reduce((sum, { struck }) => sum + struck, 0);
  await forge.clearFaults();
  if (!options.unfenced) await untilTrue(async () => (await field.verdicts()).every(hasEnded));
  if (!options.unfenced) await untilTrue(async () => (await field.outcome()).unended === 0);
  const verdicts = await field.verdicts();
  return {
    claims: claimsOf(field),
    tasks: field.filed(),
    takeovers: verdicts.reduce((sum, { claims }) => sum + Math.max(0, claims - 1), 0),
    lostReplies,
    stops: disturbance.stops(),
    kills: disturbance.kills(),
    ...(await field.outcome()),
    elapsedMs: performance.now() - sinceMs,
  };
}

function isFaulty({ published, stale }: Verdict): boolean {
  return published > 1 || stale > 0;
}

function claimsOf({ contenders }: Field): number {
  return contenders.reduce((sum, { claims }) => sum + claims.size, 0);
}
