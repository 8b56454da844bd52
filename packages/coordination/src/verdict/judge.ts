/**
 * Judges results of other peers when they ask: reads the publication, the issue and the policy itself,
 * fetches the commit, runs the acceptance in its own sandbox, and signs what came of it. Nothing that
 * the request says is believed; it only names what to look at.
 *
 * A request is answered at once, and repeated until there is an answer, so neither side loses anything
 * with a connection. One result is judged at a time, beside whatever this peer works on itself: two
 * peers with one slot each that wait for each other's verdict must not wait for ever.
 */
import {
  acceptanceHash,
  BzzzError,
  type Environment,
  isBzzzError,
  JournalHead,
  judgeGlobs,
  limits,
  type Needs,
  type PeerId,
  taskParts,
  type Verdict,
  type VerdictStatement,
  verdictSigningBytes,
  verifyProtocol,
  type VerifyRequest,
  type VerifyResponse,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Fence } from '../fence/fence.ts';
import { seenSoon } from '../fence/soon.ts';
import type {
  Acceptance,
  Base,
  Clock,
  Forge,
  Journal,
  Mesh,
  PromptSource,
  Random,
  Signer,
  Workspaces,
} from '../ports/index.ts';
import { maskedError, type Masking } from '../output/mask.ts';
import { patiently } from '../support/backoff.ts';
import { createSerial } from '../support/serial.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Consent } from '../task/consent.ts';
import type { BlockersOf } from '../task/blockers.ts';
import { type Briefing, brief } from '../task/briefing.ts';
import { objection } from '../task/checks.ts';
import { lackHere } from '../task/elsewhere.ts';
import { lackText } from '../task/lack.ts';
import { heldBy } from '../task/rights.ts';
import { type NewTests, tryNewTests } from '../task/new-tests.ts';
import { setupOf } from '../task/setup.ts';
import { isParty, type ResultRecord } from './certificate.ts';
import { sourcesOfResult } from './heard.ts';

export interface JudgeDeps extends Masking {
  readonly clock: Clock;
  readonly random: Random;
  readonly mesh: Pick<Mesh, 'handle'>;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly forge: Forge;
  readonly fence: Pick<Fence, 'look' | 'published'>;
  readonly workspaces: Workspaces;
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly trouble: Trouble;
  readonly blockersOf: BlockersOf;
  readonly consent: Consent;
}

export interface JudgeOptions {
  readonly environment: () => Environment;
  /** Why this peer cannot run what such a task needs; null: it can. */
  readonly unable: (request: Pick<VerifyRequest, 'task'>, needs?: Needs) => string | null;
  /** How long reads may lag behind the publication. */
  readonly lagMs: number;
  readonly backoffMs: number;
}

/** What was asked lately, by what and by whom. */
interface Case {
  readonly from: PeerId;
  answer: VerifyResponse;
  askedAtMs: number;
}

/** Cases that wait or run at once; more are declined. */
const waitingMax = 16;
/** Answers that are remembered for whoever asks again. */
const casesMax = 1_000;
/** After so long without a question a case is given up before it begins. */
const abandonedMs = 60_000;
/** Beyond this a case is given up, whatever holds it up; and the reading before it, which keeps others waiting. */
const readMsMax = 120_000;
const judgeMsMax = 3_600_000;

export interface Judge {
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

export function startJudge(deps: JudgeDeps, options: JudgeOptions): Judge {
  const stopping = new AbortController();
  const { signal } = stopping;
  const cases = new Map<string, Case>();
  const serial = createSerial();

  async function answer(from: PeerId, request: VerifyRequest): Promise<VerifyResponse> {
    const key = `${from} ${request.task} ${request.lock} ${request.commit}`;
    const known = cases.get(key);
    if (known !== undefined) {
      known.askedAtMs = deps.clock.monotonicMs();
      return known.answer;
    }
    const unable = options.unable(request);
    if (unable !== null) return declined(unable);
    const open = [...cases.values()].filter((one) => one.answer.kind === 'working');
    // Who asks again finds room later; a no would be for good.
    if (open.length >= waitingMax) return { kind: 'working' };
    const askedAtMs = deps.clock.monotonicMs();
    const opened: Case = { from, answer: { kind: 'working' }, askedAtMs };
    remember(key, opened);
    serial(() => settle(key, opened, request)).catch((error: unknown) => deps.trouble.tell(error));
    return opened.answer;
  }

  function remember(key: string, opened: Case): void {
    cases.set(key, opened);
    // Answers of long ago make room; whoever asks once more has it judged once more.
    if (cases.size <= casesMax) return;
    for (const [
      old,
      {
        answer: { kind },
      },
    ] of cases) {
      if (kind === 'working') continue;
      cases.delete(old);
      return;
    }
  }

  async function settle(key: string, open: Case, request: VerifyRequest): Promise<void> {
    // Nobody waits for it any more.
    if (deps.clock.monotonicMs() - open.askedAtMs > abandonedMs) return void cases.delete(key);
    const limit = new AbortController();
    const cancel = deps.clock.after(judgeMsMax, () =>
      limit.abort(new BzzzError('timeout', 'judging took too long')),
    );
    const until = AbortSignal.any([signal, limit.signal]);
    try {
      open.answer = await judge(deps, options, { from: open.from, request }, until);
    } catch (error) {
      if (signal.aborted) return;
      // What the repository needs may have failed to be set up, and says what it printed.
      const told = await maskedError(deps, error);
      if (!isBzzzError(error)) deps.trouble.tell(told, request.task);
      open.answer = declined(limit.signal.aborted ? 'judging took too long' : told.reason);
    } finally {
      cancel();
      // What kept us from it may be over: asked once more later, it is looked at once more.
      if (open.answer.kind === 'declined') deps.clock.after(abandonedMs, () => cases.delete(key));
    }
  }

  const stopHandling = deps.mesh.handle(verifyProtocol, answer);
  return {
    stop() {
      stopHandling();
      stopping.abort(new BzzzError('stopped', 'the peer is stopping'));
      return serial(() => Promise.resolve());
    },
  };
}

interface Asked {
  readonly from: PeerId;
  readonly request: VerifyRequest;
}

/** What the forge tells of a case: enough to judge it. */
interface Read {
  readonly record: ResultRecord;
  readonly briefing: Briefing;
  /** What the result stands on. */
  readonly beneath: Base;
  /** Whose words have a part in it. */
  readonly sources: readonly PromptSource[];
}

/** Or why there is nothing to judge. Throws `timeout` beyond `readMsMax`, as when the forge is away: others wait. */
async function read(
  deps: JudgeDeps,
  options: JudgeOptions,
  asked: Asked,
  signal: AbortSignal,
): Promise<Read | string> {
  const { task } = asked.request;
  const onTrouble = (error: BzzzError) => deps.trouble.tell(error, task);
  const late = new AbortController();
  const cancel = deps.clock.after(readMsMax, () =>
    late.abort(new BzzzError('timeout', 'the forge did not answer in time')),
  );
  const until = AbortSignal.any([signal, late.signal]);
  const patient = <T>(look: () => Promise<T>) =>
    patiently({ ...deps, onTrouble }, { firstMs: options.backoffMs, signal: until }, look);
  try {
    const record = await publicationOf(deps, options, asked, patient, until);
    if (record === null) return 'the lock branch shows no such result of yours';
    // Its publisher may not know whose it is: where a person deleted the lock, nothing else tells.
    const isOurs = deps.fence.published(task, record.result);
    if (isOurs || isParty(record, deps.signer.peer)) return 'nobody judges his own result';
    const briefing = await patient(() => brief(deps, record, until));
    const { repo } = taskParts(task);
    const { result } = record;
    const beneath = await patient(() =>
      deps.forge.readWork(repo, result, briefing.base, { signal: until }),
    );
    if (beneath === null) return 'the result is not one commit on the base branch';
    const sources = await patient(() => sourcesOfResult(deps.forge, task, briefing, until));
    return { record, briefing, beneath, sources };
  } finally {
    cancel();
  }
}

async function judge(
  deps: JudgeDeps,
  options: JudgeOptions,
  asked: Asked,
  signal: AbortSignal,
): Promise<VerifyResponse> {
  const { request } = asked;
  const journal = JournalHead.parse({ key: deps.journal.key, ...deps.journal.head() });
  const found = await read(deps, options, asked, signal);
  if (typeof found === 'string') return declined(found);
  const { record, briefing, beneath, sources } = found;
  const unable = options.unable(request, briefing.plan.needs);
  if (unable !== null) return declined(unable);
  if (record.verdicts < briefing.policy.verdicts) {
    return declined('the policy asks for more verdicts than its publisher');
  }
  const at = { base: beneath, result: record.result };
  const collected = await deps.workspaces.inspect(at, { signal });
  const refused = objection(collected, heldBy(briefing.policy, sources));
  if (refused !== undefined) return declined(`the result ${refused}`);
  const job = { ...acceptanceOf(briefing), ...at };
  const acceptance = await deps.workspaces.accept(job, { signal });
  // Ended by a limit of this machine, which may be a busy one: that says nothing about the result.
  const last = acceptance.commands.at(-1);
  if (!acceptance.passed && last?.exitCode === null) {
    return declined(`here \`${last.argv.join(' ').slice(0, 200)}\` was ended before it was done`);
  }
  // Likewise where what it needs is not installed here.
  const lacks = acceptance.passed
    ? undefined
    : await lackHere(deps.workspaces, job, acceptance, { signal });
  if (lacks !== undefined) return declined(lackText(lacks));
  const newTests: NewTests = acceptance.passed
    ? await tryNewTests(deps, { ...briefing, collected, job, acceptance }, { signal })
    : { kind: 'none' };
  // Help that was under way as this began may be given by now.
  const unableNow = options.unable(request, briefing.plan.needs);
  if (unableNow !== null) return declined(unableNow);
  const about = { record, request, base: beneath.oid, journal };
  const statement = statementOf(deps, options, { ...about, briefing, acceptance, newTests });
  const signature = await deps.signer.sign(verdictSigningBytes(statement));
  const verdict: Verdict = { statement, signature };
  await deps.chronicle.record({ kind: 'verdict.given', task: request.task, verdict });
  return { kind: 'verdict', verdict };
}

/** The publication that was asked about, as the forge shows it; null: it shows another state. */
function publicationOf(
  { clock, fence }: JudgeDeps,
  { lagMs }: JudgeOptions,
  { from, request }: Asked,
  patient: <T>(read: () => Promise<T>) => Promise<T>,
  signal: AbortSignal,
): Promise<ResultRecord | null> {
  const look = () => patient(() => fence.look(request.task, signal));
  return seenSoon(
    { clock, lagMs },
    look,
    ({ oid, record }) => {
      if (oid !== request.lock) return undefined;
      const isIt = record.state === 'result' && record.result === request.commit;
      return isIt && record.peer === from ? record : null;
    },
    signal,
  );
}

function acceptanceOf({ plan, policy }: Briefing) {
  const { limits: within } = policy;
  const judge = judgeGlobs(policy);
  return { commands: plan.accept, judge, limits: within, setup: setupOf(policy) };
}

interface Found {
  readonly record: ResultRecord;
  readonly request: VerifyRequest;
  readonly base: VerdictStatement['base'];
  readonly journal: JournalHead;
  readonly briefing: Briefing;
  readonly acceptance: Acceptance;
  readonly newTests: NewTests;
}

function statementOf(
  { clock, signer }: JudgeDeps,
  { environment }: JudgeOptions,
  { record, request, base, journal, briefing, acceptance, newTests }: Found,
): VerdictStatement {
  const { commands, judge: globs } = acceptanceOf(briefing);
  const { setup, newTests: rule } = briefing.policy;
  const passed = acceptance.passed && newTests.kind !== 'refused';
  return {
    task: record.task,
    epoch: record.epoch,
    lock: request.lock,
    commit: record.result,
    base,
    acceptance: acceptanceHash(commands, globs, setup, newTests.kind === 'none' ? undefined : rule),
    outcome: passed ? 'passed' : 'failed',
    reason: acceptance.passed ? short(wordsOf(newTests)) : failureOf(acceptance),
    environment: environment(),
    peer: signer.peer,
    journal,
    atMs: Math.floor(clock.wallMs()),
  };
}

function wordsOf(tests: NewTests): string {
  if (tests.kind === 'none') return '';
  const [first = ''] = tests.files;
  const { length } = tests.files;
  const which =
    length === 1 ? `its new test ${first}` : `its ${length} new tests, of them ${first}`;
  return `${which}: ${tests.reason}`;
}

function failureOf({ commands }: Acceptance): string {
  const last = commands.at(-1);
  if (last === undefined) return 'nothing was run';
  return short(`\`${last.argv.join(' ').slice(0, 200)}\` ended with exit code ${last.exitCode}`);
}

function declined(reason: string): VerifyResponse {
  return { kind: 'declined', reason: short(reason) };
}

function short(text: string): string {
  return text.slice(0, limits.reasonCharsMax).toWellFormed();
}
