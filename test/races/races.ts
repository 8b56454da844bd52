/** Many contenders, one account, lost replies, stopped and killed processes: who publishes what? */
import { availableParallelism } from 'node:os';
import { createChance } from './chance.ts';
import { account } from '../e2e/harness/peer.ts';
import type { ContenderProcess } from './contenders.ts';
import { disturb } from './disturb.ts';
import { type Field, type FieldOptions, hasEnded, onField, type Outcome } from './field.ts';
import { stillMsFor, untilTrue } from './patience.ts';
import type { Verdict } from './verdict.ts';

export interface RacesOptions
  extends Pick<FieldOptions, 'contenders' | 'recipe' | 'unfenced' | 'signal'> {
  /** Issues are filed until so many claims were tried; without the fence, or until a fault was seen. */
  readonly claims: number;
  /** Default: what the machine can keep up with, see `leaseFor`. */
  readonly leaseMs?: number;
  /** When nothing has moved for so long, the run ends with what stands. Default: some leases. */
  readonly stillMsMax?: number;
  readonly seed: number;
  /** Told how far it is, now and then. */
  readonly tell?: (line: string) => void;
}

export interface RacesResult extends Outcome {
  readonly claims: number;
  readonly tasks: number;
  readonly takeovers: number;
  /** Of all requests, those to git-receive-pack among them. */
  readonly lostReplies: number;
  /** Pushes that took effect, or were refused, without an answer. */
  readonly lostPushReplies: number;
  readonly stops: number;
  readonly kills: number;
  readonly elapsedMs: number;
}

/**
 * Everybody looks at every lock that is held a few times a lease, which is most of the work there is: a
 * process of git in the forge each time, two more after a renewal. Where these take half of the machine,
 * whoever holds a task waits in a row behind them; where they take all of it, everybody takes over from
 * everybody, and nothing is ever finished.
 */
function leaseFor(contenders: number): number {
  const contendersACore = contenders / availableParallelism();
  return Math.round(Math.max(6_000, 4_000 * contendersACore));
}

/** Issues that are open at a time: each is claimed by everybody at once, then looked at by everybody. */
const openFor = (contenders: number) => Math.max(3, Math.round(contenders / 5));
const lostShare = 0.2;
/** What replies are lost of; apart, as each is counted by itself. */
const pushes = 'git-receive-pack';
const requests = [
  pushes,
  'git-receive-pack refs',
  'git-upload-pack',
  'git-upload-pack refs',
  '* /*rest',
];
/** Each process is stopped or killed about once in so many leases. */
const undisturbedLeases = 3;
/** Within so many leases somebody takes over. */
const leasesForTakeover = 12;
/** Who has nothing at the end and is more than so many would only look on, which is most of the work. */
const finishers = 4;

export function runRaces(options: RacesOptions): Promise<RacesResult> {
  const { leaseMs = leaseFor(options.contenders), stillMsMax = stillMsFor(leaseMs) } = options;
  const settled = { ...options, leaseMs, stillMsMax };
  return onField(settled, (field) => race(field, settled));
}

async function race(
  field: Field,
  options: RacesOptions & { readonly leaseMs: number; readonly stillMsMax: number },
): Promise<RacesResult> {
  const { forge, contenders } = field;
  const { leaseMs, stillMsMax } = options;
  const sinceMs = performance.now();
  for (const on of requests) {
    await forge.addFault({ on, account, kind: 'dropReply', probability: lostShare });
  }
  const disturbance = disturb(contenders, createChance(options.seed), {
    leaseMs,
    everyMs: (undisturbedLeases * leaseMs) / contenders.length,
  });
  const lastMs = sinceMs + leasesForTakeover * leaseMs;
  await untilTrue(field, stillMsMax, () => fileOn(field, options, lastMs));
  // What is open yet ends undisturbed: whatever does not is lost.
  await disturbance.end();
  await Promise.all((await onlookers(field)).map((one) => one.end()));
  const faults = await forge.faults();
  await forge.clearFaults();
  if (!options.unfenced) {
    await untilTrue(field, stillMsMax, async () => (await field.left()).length === 0);
  }
  const verdicts = await field.verdicts();
  return {
    claims: field.claims(),
    tasks: field.filed(),
    takeovers: takeoversOf(verdicts),
    lostReplies: faults.reduce((sum, { struck }) => sum + struck, 0),
    lostPushReplies: faults.find(({ on }) => on === pushes)?.struck ?? 0,
    stops: disturbance.stops(),
    kills: disturbance.kills(),
    ...(await field.outcome()),
    elapsedMs: performance.now() - sinceMs,
  };
}

/** Files what is missing; true when it is enough. */
async function fileOn(field: Field, options: RacesOptions, lastMs: number): Promise<boolean> {
  const verdicts = await field.verdicts();
  const open = verdicts.filter((one) => !hasEnded(one)).length;
  options.tell?.(`${field.claims()} claims, ${field.filed()} tasks, ${open} of them open`);
  const claims = field.claims();
  // A run in which nobody took over from anybody has not shown the half of it, and leases take their time.
  const hasShown = takeoversOf(verdicts) > 0 || performance.now() > lastMs;
  if (claims >= options.claims && hasShown) return true;
  // Without a fence some tasks may never end, and one fault is what is looked for.
  if (options.unfenced && verdicts.some(isFaulty)) return true;
  for (let count = open; count < openFor(options.contenders); count += 1) await field.file();
  return false;
}

/** Not those who hold what has not ended: whether that ends by their doing is the question. */
async function onlookers(field: Field): Promise<ContenderProcess[]> {
  const left = await field.left();
  const verdicts = await field.verdicts();
  const open = verdicts.filter(({ number }) => left.includes(number));
  const holders = new Set(open.map(({ holder }) => holder));
  return field.contenders.filter((one) => !holders.has(one.peer())).slice(finishers);
}

function takeoversOf(verdicts: readonly Verdict[]): number {
  return verdicts.reduce((sum, { claims }) => sum + Math.max(0, claims - 1), 0);
}

function isFaulty({ published, stale }: Verdict): boolean {
  return published > 1 || stale > 0;
}
