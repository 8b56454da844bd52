/**
 * Asks the few best peers for help, one after another gives way to the next, until one has helped, all
 * were asked, or the budget is spent. Whoever is stuck does this, and whoever hands a request on
 * (diffusing computation with acknowledgements: Dijkstra and Scholten 1980).
 */
import {
  type Help,
  type HelpTried,
  type Lack,
  limits,
  type PeerId,
  reasonOf,
  type SignedPlea,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import { masked, type Masking } from '../output/mask.ts';
import type { Signer } from '../ports/index.ts';
import type { Quarantine } from '../quarantine/quarantine.ts';
import { type BranchDeps, type BranchEnd, followBranch } from './branch.ts';
import { objectionToProof } from './proof.ts';

export interface SpreadDeps extends BranchDeps, Masking {
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly signer: Pick<Signer, 'verify'>;
  /** What its peers made or handed back is not taken. */
  readonly quarantine: Pick<Quarantine, 'has'>;
}

export interface SpreadJob {
  readonly signed: SignedPlea;
  /** Of the calls that are made. */
  readonly hop: number;
  /** Peers that may work on it, in all branches together. */
  readonly budget: number;
  /** Whoever it came through, ourselves last. */
  readonly path: readonly PeerId[];
  /** The best first; asked anew each time, since peers come and go. */
  readonly candidates: () => readonly PeerId[];
  readonly leaseMs: number;
  readonly untilMs: () => number;
  readonly dropped: AbortSignal;
  readonly lacks?: Lack | undefined;
}

export interface Spread {
  /** Absent: nobody helped. */
  readonly help?: Help;
  readonly tried: readonly HelpTried[];
}

/** Peers that are asked at a time. */
const fanOut = 2;
/**
 * What is missing on a machine is done by any that has it: a second would do the same, and could judge it no more. It is
 * asked only where the first has not answered for so long, as one that is busy with others.
 */
const patienceMs = 60_000;

/** Resolves when every branch has ended, or its lease has. */
export async function spread(
  deps: SpreadDeps,
  job: SpreadJob,
  signal: AbortSignal,
): Promise<Spread> {
  const asked = new Set<PeerId>(job.path);
  const open = new Set<Promise<void>>();
  const tried: HelpTried[] = [];
  let widthMax = job.lacks === undefined ? fanOut : 1;
  const enough = new AbortController();
  const dropped = AbortSignal.any([job.dropped, enough.signal]);
  let help: Help | undefined;
  let left = job.budget;

  async function askOne(peer: PeerId, budget: number): Promise<void> {
    const end = await branch(deps, job, { peer, budget, dropped }, signal);
    if (end.kind === 'helped') {
      const objection = await objectionTo(deps, job, { peer, help: end.help });
      if (objection !== undefined) return void tried.push(objection);
      help ??= end.help;
      enough.abort();
    } else if (end.kind === 'nothing') tried.push(...end.tried);
    else tried.push({ peer, reason: end.reason });
  }

  /** Opens as many as there is room for. */
  function openMore(): void {
    const isOver = dropped.aborted || signal.aborted;
    const fresh = isOver ? [] : job.candidates().filter((peer) => !asked.has(peer));
    for (const [index, peer] of fresh.entries()) {
      if (open.size >= widthMax || left === 0) break;
      // Each gets its share of what is left, so that shares never add up to more.
      const budget = Math.ceil(left / (fresh.length - index));
      left -= budget;
      asked.add(peer);
      const over: Promise<void> = askOne(peer, budget).finally(() => open.delete(over));
      open.add(over);
    }
  }

  /** Until one has ended, or it is time to ask a second beside it. */
  async function wait(): Promise<void> {
    if (widthMax === fanOut) return Promise.race(open);
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = deps.clock.after(patienceMs, () => {
      widthMax = fanOut;
      resolve();
    });
    await Promise.race([...open, promise]).finally(cancel);
  }

  try {
    for (;;) {
      openMore();
      if (open.size === 0) break;
      await wait();
    }
  } catch (error) {
    // One branch failed, as where the journal takes no more: nobody works on in the others behind our back.
    enough.abort();
    await Promise.allSettled(open);
    throw error;
  }
  const told = tried.slice(0, limits.helpTriedMax);
  return help === undefined ? { tried: told } : { help, tried: told };
}

/** Why what came back is no help, and whose fault that is; undefined: it is help. */
async function objectionTo(
  { quarantine, signer }: SpreadDeps,
  { signed: { plea }, lacks }: SpreadJob,
  { peer, help }: { readonly peer: PeerId; readonly help: Help },
): Promise<HelpTried | undefined> {
  // Who handed it back may have made anything of it.
  const liar = [help.peer, peer].find((one) => quarantine.has(one));
  if (liar !== undefined) return { peer: liar, reason: 'it is in quarantine' };
  if (lacks?.acceptanceOn === undefined) return undefined;
  const { acceptanceOn } = lacks;
  const reason = await objectionToProof(signer, { plea, acceptanceOn }, help);
  return reason === undefined ? undefined : { peer, reason };
}

/** The intent to ask stands in the journal before anybody is asked, and what came of it after. */
async function branch(
  { chronicle, ...deps }: SpreadDeps,
  { signed, hop, path, leaseMs, untilMs, lacks }: SpreadJob,
  { peer, budget, dropped }: { peer: PeerId; budget: number; dropped: AbortSignal },
  signal: AbortSignal,
): Promise<BranchEnd> {
  const { task, id } = signed.plea;
  await chronicle.record({ kind: 'help.sent', task, id, peer, hop, budget });
  const way = { hop, budget, path: [...path] };
  const ask = { kind: 'ask' as const, ...signed, ...way, ...(lacks && { lacks }) };
  const job = { peer, ask, leaseMs, untilMs, dropped };
  const end = await withoutSecrets(deps, await followBranch(deps, job, signal));
  if (signal.aborted) return end;
  const said = { outcome: end.kind, reason: shortReason(end) };
  await chronicle.record({ kind: 'help.returned', task, id, peer, ...said });
  return end;
}

/** Each peer masks its own words; one of an earlier version does not, and here they go into our journal and further. */
async function withoutSecrets(deps: Masking, end: BranchEnd): Promise<BranchEnd> {
  if (end.kind === 'lost') return end;
  if (end.kind === 'helped') {
    return { ...end, help: { ...end.help, answer: await masked(deps, end.help.answer) } };
  }
  const told = end.tried.map(async (one) => ({ ...one, reason: await masked(deps, one.reason) }));
  return { ...end, tried: await Promise.all(told) };
}

function shortReason(end: BranchEnd): string {
  const reason =
    end.kind === 'helped'
      ? end.help.answer
      : end.kind === 'lost'
        ? end.reason
        : end.tried.map((one) => one.reason).join('; ');
  return reasonOf(reason).slice(0, limits.reasonCharsMax).toWellFormed();
}
