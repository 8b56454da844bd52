/**
 * The peer that others ask for help. Every id is worked on at most once, whoever it comes through; who
 * cannot help hands it on, never back along its path and never past the last hop. A branch that is not
 * kept alive by whoever opened it ends by itself, with everything that it had begun.
 */
import {
  BzzzError,
  type HelpId,
  type HelpRequest,
  helpProtocol,
  type HelpResponse,
  hopsMax,
  type Lack,
  limits,
  type PeerId,
  pleaSigningBytes,
  type SignedPlea,
  type TaskId,
} from '@bzzz/protocol';
import { maskedError } from '../output/mask.ts';
import type { Mesh, Signer } from '../ports/index.ts';
import { createLane } from '../support/lane.ts';
import { createRecent } from '../support/recent.ts';
import { abortError } from '../support/sleep.ts';
import { type AssistDeps, type AssistOptions, assist, type Assisted } from './assist.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { type Spread, spread, type SpreadDeps } from './spread.ts';
import { askedBefore } from './tried.ts';

export interface HelperDeps extends AssistDeps, SpreadDeps {
  readonly mesh: Pick<Mesh, 'peer' | 'handle' | 'request'>;
  readonly signer: Pick<Signer, 'peer' | 'sign' | 'verify'>;
}

export interface HelperOptions extends AssistOptions {
  readonly leaseMs: number;
  /** Whom we would ask, the best first. */
  readonly candidates: (plea: SignedPlea['plea'], lacks?: Lack) => readonly PeerId[];
}

export interface Helper {
  /** Who helped with a task does not judge its result. */
  hasHelped(task: TaskId): boolean;
  /** What an earlier run of this peer was asked. */
  remember(memory: { readonly asked: Iterable<HelpId>; readonly helped: Iterable<TaskId> }): void;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** Requests that are worked on at once, beside our own tasks; and that wait for it. */
const widthMax = 1;
const waitingMax = 8;
/** Ids that are remembered, so that none is worked on twice. */
const idsMax = 10_000;

export function startHelper(deps: HelperDeps, options: HelperOptions): Helper {
  const self = deps.mesh.peer;
  const stopping = new AbortController();
  const { signal } = stopping;
  const lane = createLane(widthMax, waitingMax);
  /** Every id that ever came here, with the fewest hops that it came by. */
  const known = createRecent<HelpId, number>(idsMax);
  const helped = new Set<TaskId>();
  const inbox = createInbox(deps.clock);
  const running = new Set<Promise<void>>();

  async function answer(from: PeerId, request: HelpRequest): Promise<HelpResponse> {
    if (request.kind !== 'ask') return inbox.answer(from, request);
    const before = inbox.find(from, request.plea.id);
    if (before !== undefined) return before.status();
    const objection = await objectionTo(from, request);
    if (objection !== undefined) return ended(objection);
    if (signal.aborted) throw abortError(signal);
    // The same words may have been checked twice at a time.
    return inbox.find(from, request.plea.id)?.status() ?? open(from, request);
  }

  async function objectionTo(from: PeerId, { plea, signature, path, hop }: Ask) {
    if (path.length !== hop || path.at(-1) !== from || path[0] !== plea.peer) {
      return 'its path is not the one that it came by';
    }
    if (path.includes(self) || new Set(path).size < path.length) return 'it goes in circles';
    const isSigned = await deps.signer.verify(plea.peer, pleaSigningBytes(plea), signature);
    return isSigned ? undefined : 'it is not signed by whoever asks';
  }

  async function open(from: PeerId, ask: Ask): Promise<HelpResponse> {
    const { id, task, peer: asker } = ask.plea;
    const fewest = known.get(id);
    if (fewest !== undefined && fewest <= ask.hop) return ended(askedBefore);
    if (!lane.hasRoom() && ask.hop === hopsMax) return ended('is busy with other requests');
    known.set(id, ask.hop);
    const branch = inbox.open(from, id);
    const { hop, budget } = ask;
    const taken = { kind: 'help.taken' as const, task, id, asker, peer: from, hop, budget };
    const noted = deps.chronicle.record(taken);
    const over: Promise<void> = noted
      .then(() => serve(branch, ask, fewest === undefined))
      .catch((error: unknown) => {
        if (!signal.aborted) deps.trouble.tell(error, task);
        // Whom it was handed to may be at it still.
        branch.lose();
      })
      .finally(() => running.delete(over));
    running.add(over);
    await noted;
    return branch.status();
  }

  async function serve(branch: Branch, ask: Ask, isFirst: boolean): Promise<void> {
    await branch.begun;
    const until = AbortSignal.any([signal, branch.over]);
    const own = isFirst ? await tryToHelp(ask, until) : undefined;
    if (own?.kind === 'helped') {
      helped.add(ask.plea.task);
      return branch.end({ kind: 'ended', help: own.help, tried: [] });
    }
    const further = await handOn(branch, ask, isFirst ? ask.budget - 1 : ask.budget);
    const tried = [...triedHere(own?.reason ?? askedBefore), ...further.tried];
    const { help } = further;
    const told = tried.slice(0, limits.helpTriedMax);
    branch.end({ kind: 'ended', tried: told, ...(help === undefined ? {} : { help }) });
  }

  /** Never throws for what goes wrong in the work: that is a reason to ask somebody else. */
  async function tryToHelp(ask: Ask, until: AbortSignal): Promise<Assisted> {
    const { plea } = ask;
    const unable = options.unable(plea);
    if (unable !== null) return { kind: 'nothing', reason: unable };
    if (!lane.hasRoom()) return { kind: 'nothing', reason: 'is busy with other requests' };
    try {
      return await lane.run(until, () => assist(deps, options, ask, until));
    } catch (error) {
      const told = await maskedError(deps, error);
      if (!until.aborted) deps.trouble.tell(told, plea.task);
      return { kind: 'nothing', reason: told.reason };
    }
  }

  async function handOn(branch: Branch, ask: Ask, budget: number): Promise<Spread> {
    if (budget < 1 || ask.hop === hopsMax || branch.over.aborted) return { tried: [] };
    const { plea, signature } = ask;
    const job = {
      signed: { plea, signature },
      hop: ask.hop + 1,
      budget,
      path: [...ask.path, self],
      candidates: () => options.candidates(plea, ask.lacks),
      lacks: ask.lacks,
      leaseMs: options.leaseMs,
      untilMs: branch.untilMs,
      dropped: branch.over,
    };
    return spread(deps, job, signal);
  }

  function triedHere(reason: string) {
    return [{ peer: self, reason: short(reason) }];
  }

  function ended(reason: string): HelpResponse {
    return { kind: 'ended', tried: triedHere(reason) };
  }

  const stopHandling = deps.mesh.handle(helpProtocol, answer);
  return {
    hasHelped: (task) => helped.has(task),
    remember(memory) {
      // As if by the fewest hops: it is not handed on again either.
      for (const id of memory.asked) known.set(id, 0);
      for (const task of memory.helped) helped.add(task);
    },
    async stop() {
      stopHandling();
      stopping.abort(new BzzzError('stopped', 'the peer is stopping'));
      inbox.stop();
      await Promise.all(running);
    },
  };
}

type Ask = Extract<HelpRequest, { kind: 'ask' }>;
type Branch = ReturnType<Inbox['open']>;

function short(text: string): string {
  return text.slice(0, limits.reasonCharsMax).toWellFormed();
}
