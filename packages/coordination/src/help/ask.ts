/**
 * Being stuck: the unfinished work and a question go to other peers, and what one of them changed comes
 * back into the workspace. When this says that nobody helps, nobody works on it any more.
 */
import {
  BzzzError,
  type EntryBody,
  bytesToHex,
  type Help,
  HelpId,
  type HelpTried,
  isBzzzError,
  type Lack,
  limits,
  type LockRecord,
  type PeerId,
  type Plea,
  pleaSigningBytes,
  type Policy,
  reasonOf,
  type SignedPlea,
} from '@bzzz/protocol';
import type {
  AskForHelp,
  Base,
  Collected,
  CommitFacts,
  HelpReport,
  Random,
  Signer,
  Workspace,
  Workspaces,
} from '../ports/index.ts';
import { masked } from '../output/mask.ts';
import { abortError } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import { objection } from '../task/checks.ts';
import { lackText } from '../task/lack.ts';
import { heldBy } from '../task/rights.ts';
import { type Spread, spread, type SpreadDeps } from './spread.ts';
import { createTried } from './tried.ts';

export interface AskDeps extends SpreadDeps {
  readonly random: Random;
  readonly signer: Signer;
  readonly workspaces: Pick<Workspaces, 'diff' | 'inspect'>;
  readonly trouble: Trouble;
}

export interface AskOptions {
  readonly leaseMs: number;
  /** Whom to ask, the best first. */
  readonly candidates: (plea: Plea, lacks?: Lack) => readonly PeerId[];
}

/** The attempt that is stuck. */
export interface Stuck {
  readonly record: LockRecord;
  readonly policy: Policy;
  readonly base: Base;
  readonly workspace: Workspace;
  /** Of the commits that are made on the way. */
  readonly message: string;
  /** Told the id while an answer is waited for, and null after. */
  readonly onAsking: (id: HelpId | null) => void;
}

/** The requests of one attempt. */
export interface Requests {
  readonly ask: AskForHelp;
  /** So many were made, and the last one, or all that are allowed, did not get it further. */
  readonly exhausted: () => boolean;
  /**
   * Whether anybody helped, also where his patch is being looked at or was refused: it is in the workspace by then, where
   * a checkpoint may see it.
   */
  readonly wasHeard: () => boolean;
  /** Who was asked, and what came of it. */
  readonly tried: () => readonly HelpTried[];
}

export interface Asking {
  requestsOf(stuck: Stuck, signal: AbortSignal): Requests;
  /** Resolves when no request of ours is under way any more. */
  stop(): Promise<void>;
}

type AskOptionsOf = NonNullable<Parameters<AskForHelp>[1]>;

interface Asked {
  readonly signed: SignedPlea;
  readonly lacks: Lack | undefined;
  /** Who helped with it before, and cannot judge it any more. */
  readonly helpers: readonly PeerId[];
}

export function createAsking(deps: AskDeps, options: AskOptions): Asking {
  const stopping = new AbortController();
  const under = new Set<Promise<unknown>>();

  /** Goes on by itself when the attempt is cut short: whoever was asked is told, and the end journalled. */
  function travel(stuck: Stuck, asked: Asked, over: AbortSignal): Promise<Spread> {
    const { signed, lacks } = asked;
    const { plea } = signed;
    const { clock, mesh } = deps;
    const job = {
      signed,
      hop: 1,
      budget: stuck.policy.help.peersMax,
      path: [plea.peer],
      candidates: () => candidatesFor(asked),
      lacks,
      leaseMs: options.leaseMs,
      untilMs: () => clock.monotonicMs() + options.leaseMs,
      dropped: over,
    };
    const ended = spread({ ...deps, mesh }, job, stopping.signal).then(async (found) => {
      if (!stopping.signal.aborted) await deps.chronicle.record(endOf(plea, found, over));
      return found;
    });
    const tracked: Promise<void> = ended.then(
      () => void under.delete(tracked),
      (error: unknown) => {
        under.delete(tracked);
        deps.trouble.tell(error, plea.task);
      },
    );
    under.add(tracked);
    return ended;
  }

  /** The acceptance is run by one that helped already, so that those who did not are left to judge. */
  function candidatesFor({ signed: { plea }, lacks, helpers }: Asked): readonly PeerId[] {
    const all = options.candidates(plea, lacks);
    if (lacks?.acceptanceOn === undefined) return all;
    const first = all.filter((peer) => helpers.includes(peer));
    return [...first, ...all.filter((peer) => !first.includes(peer))];
  }

  return {
    requestsOf(stuck, signal) {
      const tried = createTried();
      let count = 0;
      let helped = true;
      let heard = false;

      async function ask(question: string, { signal: own, lacks }: AskOptionsOf = {}) {
        const { requestsMax, waitMs } = stuck.policy.help;
        if (count >= requestsMax) {
          helped = false;
          return none(`of ${requestsMax} requests for help all were made`);
        }
        count += 1;
        const until = own === undefined ? signal : AbortSignal.any([signal, own]);
        const signed = await pleaOf(deps, stuck, question, until);
        await deps.chronicle.record(askedOf(signed.plea, lacks));
        stuck.onAsking(signed.plea.id);
        const over = new AbortController();
        const cancel = deps.clock.after(waitMs, () => over.abort());
        try {
          const dropped = AbortSignal.any([until, over.signal]);
          const found = await unlessAborted(
            travel(stuck, { signed, lacks, helpers: tried.helpers() }, dropped),
            until,
          );
          const { help, tried: others } = found;
          tried.add({ tried: others });
          // Alone nobody is told no: what is missing may be there at the next try.
          if (lacks !== undefined && help === undefined && others.length === 0) {
            count -= 1;
            return none(alone);
          }
          helped = false;
          // Why not is for people: no words of peers reach the executor but those of one that helped.
          if (help === undefined) return none(others.length === 0 ? alone : 'nobody helps');
          heard = true;
          const wantsProof = lacks?.acceptanceOn !== undefined;
          const report = wantsProof ? proofOf(help) : await take(deps, stuck, help, until);
          helped = report.helped;
          if (helped) tried.add({ help, tried: [] });
          else tried.add({ tried: [{ peer: help.peer, reason: short(report.text) }] });
          if (helped) return report;
          return none(
            wantsProof ? 'nobody could run it' : 'what another peer changed could not be taken',
          );
        } finally {
          cancel();
          stuck.onAsking(null);
        }
      }

      return {
        ask,
        exhausted: () => count > 0 && (!helped || count >= stuck.policy.help.requestsMax),
        wasHeard: () => heard,
        tried: () => tried.list(),
      };
    },
    async stop() {
      stopping.abort(new BzzzError('stopped', 'the peer is stopping'));
      await Promise.all(under);
    },
  };
}

async function pleaOf(
  deps: AskDeps,
  { record, base, workspace, message }: Stuck,
  question: string,
  signal: AbortSignal,
): Promise<SignedPlea> {
  const { random, signer, workspaces } = deps;
  const words = await masked(deps, question);
  const plea: Plea = {
    id: HelpId.parse(bytesToHex(random.bytes(16))),
    task: record.task,
    epoch: record.epoch,
    peer: signer.peer,
    question: words.slice(0, limits.helpQuestionCharsMax).toWellFormed(),
    patch: await unfinished(),
  };
  return { plea, signature: await signer.sign(pleaSigningBytes(plea)) };

  /** What is too large to be sent, or holds a secret, is left out: a helper then begins at the base branch. */
  async function unfinished(): Promise<string> {
    const collected = await workspace.collect(message, { signal });
    if (collected === null || collected.commits.some(hasSecrets)) return '';
    const charsMax = limits.helpPatchCharsMax;
    const job = { base, from: base.oid, to: collected.result, charsMax };
    try {
      return await workspaces.diff(job, { signal });
    } catch (error) {
      if (isBzzzError(error, 'patch_too_large')) return '';
      throw error;
    }
  }
}

function hasSecrets({ secrets }: CommitFacts): boolean {
  return secrets.length > 0;
}

/** Nothing of what it changed is taken: the acceptance is about the work as it is. */
function proofOf({ peer, answer, proof }: Help): HelpReport {
  if (proof === undefined) return none('it did not run the acceptance');
  const { signature: _, ...found } = proof;
  return { helped: true, text: answer, changed: false, proof: { ...found, by: peer } };
}

/** Puts into the workspace what a helper changed, unless it could not be published anyway. */
async function take(
  deps: AskDeps,
  stuck: Stuck,
  { answer, patch }: Help,
  signal: AbortSignal,
): Promise<HelpReport> {
  if (patch === '') return { helped: true, text: answer, changed: false };
  const { record, workspace, message } = stuck;
  const before = await workspace.collect(message, { signal });
  try {
    await workspace.apply(patch, { signal });
  } catch (error) {
    if (!isBzzzError(error, 'patch_refused')) throw error;
    deps.trouble.tell(error, record.task);
    return none(`it sent a patch that does not fit: ${error.reason}`);
  }
  const after = await workspace.collect(message, { signal });
  const refused = await objectionToPatch(deps, stuck, { before, after }, signal);
  if (refused === undefined) return { helped: true, text: answer, changed: true };
  await workspace.apply(patch, { reverse: true, signal });
  return none(`it sent a patch that was refused: it ${refused}`);
}

/** All that is there must be fit to be published; held as a peer's is only what the patch itself changed. */
async function objectionToPatch(
  { workspaces }: AskDeps,
  { policy, base }: Stuck,
  { before, after }: Readonly<Record<'before' | 'after', Collected | null>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const usual = after === null ? undefined : objection(after, policy);
  if (usual !== undefined) return usual;
  const [from, result] = [before?.result ?? base.oid, after?.result ?? base.oid];
  const own = await workspaces.inspect({ base: { ...base, oid: from }, result }, { signal });
  return objection(own, heldBy(policy, ['peer']));
}

function none(text: string): HelpReport {
  return { helped: false, text, changed: false };
}

const alone = 'nobody helps: no other peer could be asked';

function whyNobody({ tried }: Spread): string {
  if (tried.length === 0) return alone;
  return `nobody helps: ${tried.map(({ reason }) => reason).join('; ')}`;
}

function askedOf({ task, id, epoch, question }: Plea, lacks: Lack | undefined): EntryBody {
  const asked = lacks === undefined ? question : lackText(lacks);
  return { kind: 'help.asked', task, id, epoch, question: short(asked) };
}

function endOf({ task, id, epoch }: Plea, found: Spread, over: AbortSignal): EntryBody {
  const head = { kind: 'help.ended' as const, task, id, epoch };
  const { help } = found;
  if (help !== undefined) {
    return { ...head, outcome: 'helped', by: help.peer, reason: short(help.answer) };
  }
  if (over.aborted) return { ...head, outcome: 'cancelled', reason: short(reasonOf(over.reason)) };
  return { ...head, outcome: 'nobody', reason: short(whyNobody(found)) };
}

/** The attempt does not wait for the tree that it has dropped. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(abortError(signal));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function short(text: string): string {
  return text.slice(0, limits.reasonCharsMax).toWellFormed();
}
