/** What the control socket can be asked, as data. */
import type { Coordinator } from '@bzzz/coordination';
import type { Journals } from '@bzzz/journal';
import { BzzzError, IssueNumber, type RepoName, TaskId, taskParts } from '@bzzz/protocol';
import type { FoundCertificates } from '../forge/certificates.ts';
import type { FiledIssue, NewIssue } from '../forge/file-issue.ts';
import { peerAnswers, quarantineAnswer, taskAnswers } from '../status/answers.ts';
import type { History } from '../wiring/history.ts';
import type { CertificatesAnswer, Check, StatusAnswer, SubmitAnswer } from './answers.ts';
import { logLines } from './log-lines.ts';
import {
  HistoryQuery,
  LiftRequest,
  LogsQuery,
  LookRequest,
  PauseRequest,
  SubmitRequest,
} from './requests.ts';
import { type Answer, type Call, parseRequest, type Route } from './router.ts';
import { findPeer, findQuarantined } from './find-peer.ts';
import { askedTask, findTask } from './find-task.ts';

/** What the routes need of the running peer. */
export interface ControlTarget {
  readonly repositories: readonly RepoName[];
  readonly coordinator: Pick<
    Coordinator,
    'view' | 'lookNow' | 'onEntry' | 'whyTask' | 'whyPeer' | 'pause' | 'liftQuarantine'
  >;
  readonly journals: Journals;
  readonly history: History;
  status(): StatusAnswer;
  diagnose(signal: AbortSignal): Promise<Check[]>;
  /** Looks anew for what this machine has to offer. */
  refresh(): Promise<void>;
  fileIssue(issue: NewIssue, options: { signal: AbortSignal }): Promise<FiledIssue>;
  readCertificates(
    of: { readonly repo: RepoName; readonly pullRequest: number },
    options: { signal: AbortSignal },
  ): Promise<FoundCertificates>;
  /** Starts to stop; does not wait for the end. */
  stop(): void;
}

export function controlRoutes(target: ControlTarget): Route[] {
  const { coordinator, journals, history } = target;
  const get = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, handle });
  const post = (path: string, handle: Route['handle']): Route => ({ method: 'POST', path, handle });
  return [
    get('/status', () => ({ value: target.status() })),
    get('/peers', () => ({
      value: { peers: peerAnswers(coordinator.view().members, journals) },
    })),
    get('/tasks', () => ({ value: { tasks: taskAnswers(coordinator.view().tasks) } })),
    get('/tasks/:id', async ({ params, signal }) => {
      const task = findTask(coordinator.view().tasks, params['id'] ?? '');
      const story = await history.find({ task: task.task, limit: storyMax }, signal);
      return { value: { task: { ...task }, story } };
    }),
    get('/why/task/:id', async ({ params, signal }) => {
      const task = askedTask(coordinator.view().tasks, target.repositories, params['id'] ?? '');
      return { value: await coordinator.whyTask(task, { signal }) };
    }),
    get('/why/peer/:id', async ({ params, signal }) => {
      const { peer } = findPeer(coordinator.view().members, params['id'] ?? '');
      const value = await coordinator.whyPeer(peer, { signal });
      if (value === undefined) throw new BzzzError('peer_unknown', `${peer} is forgotten by now`);
      return { value };
    }),
    get('/certificates/:id', (call) => certificates(target, call)),
    get('/logs', ({ query, signal }) => {
      const { from, last, follow } = parseRequest(LogsQuery, query);
      const start = last === undefined ? (from ?? 0) : Math.max(0, journals.own.length() - last);
      return {
        lines: logLines({ coordinator, journal: journals.own }, { from: start, follow, signal }),
      };
    }),
    get('/history', (call) => findInHistory(target, call)),
    post('/index/rebuild', async ({ signal }) => ({
      value: { entries: await history.rebuild(signal) },
    })),
    get('/doctor', async ({ signal }) => ({ value: { checks: await target.diagnose(signal) } })),
    post('/refresh', async () => {
      await target.refresh();
      const { executors, slots } = coordinator.view().self;
      return { value: { executors, slots } };
    }),
    post('/look', ({ body }) => {
      const { repo } = parseRequest(LookRequest, body);
      const looking = repo === undefined ? target.repositories : [watched(target, repo)];
      for (const one of looking) coordinator.lookNow(one);
      return { value: { looking } };
    }),
    post('/submit', (call) => submit(target, call)),
    post('/pause', async ({ body }) => {
      const { scope, paused } = parseRequest(PauseRequest, body);
      await coordinator.pause(scope, paused);
      return { value: { paused: coordinator.view().self.paused === true } };
    }),
    get('/quarantine', () => ({ value: quarantineAnswer(coordinator.view().quarantine) })),
    post('/quarantine/lift', async ({ body }) => {
      const { quarantine } = coordinator.view();
      const { peer } = findQuarantined(quarantine, parseRequest(LiftRequest, body).peer);
      await coordinator.liftQuarantine(peer);
      return { value: { peer } };
    }),
    post('/stop', () => {
      target.stop();
      return { value: { stopping: true }, status: 202 };
    }),
  ];
}

/** Of one task the newest so many are told. */
const storyMax = 500;

function findInHistory({ coordinator, repositories, history }: ControlTarget, call: Call): Answer {
  const { peer, task, kind, last, follow, ...rest } = parseRequest(HistoryQuery, call.query);
  const { members, tasks } = coordinator.view();
  const key = peer === undefined ? undefined : findPeer(members, peer).capabilities.journal.key;
  const asked = {
    ...rest,
    ...(key === undefined ? {} : { logs: [key] }),
    ...(task === undefined ? {} : { task: askedTask(tasks, repositories, task) }),
    ...(kind === undefined ? {} : { kinds: kind }),
    limit: last,
  };
  const { signal } = call;
  return { lines: follow ? history.follow(asked, signal) : once(history.find(asked, signal)) };
}

async function* once<T>(lines: Promise<readonly T[]>): AsyncIterable<T> {
  yield* await lines;
}

async function submit(target: ControlTarget, { body, signal }: Call): Promise<Answer> {
  const { repo: named, ...issue } = parseRequest(SubmitRequest, body);
  const repo = named ?? onlyOne(target.repositories);
  const { number, url, labelsMissing } = await target.fileIssue({ ...issue, repo }, { signal });
  const watched = target.repositories.includes(repo);
  if (watched) target.coordinator.lookNow(repo);
  const value: SubmitAnswer = { repo, number, url, labelsMissing: [...labelsMissing], watched };
  return { value, status: 201 };
}

/** Of a pull request by `owner/name#n`, or by its number where the peer works on one repository. */
async function certificates(target: ControlTarget, { params, signal }: Call): Promise<Answer> {
  const id = params['id'] ?? '';
  const named = TaskId.safeParse(id);
  const number = IssueNumber.safeParse(Number(id.replace(/^#/, '')));
  if (!named.success && !number.success) {
    throw new BzzzError('control_request_invalid', `${id}: not a pull request (n, owner/name#n)`);
  }
  const at = named.success
    ? taskParts(named.data)
    : { repo: onlyOne(target.repositories), number: IssueNumber.parse(number.data) };
  const found = await target.readCertificates(
    { repo: at.repo, pullRequest: at.number },
    { signal },
  );
  const value: CertificatesAnswer = { ...at, ...found, texts: [...found.texts] };
  return { value };
}

function onlyOne(repositories: readonly RepoName[]): RepoName {
  const [repo] = repositories;
  if (repo !== undefined && repositories.length === 1) return repo;
  const reason = `name the repository: this peer works on ${repositories.length} of them`;
  throw new BzzzError('control_request_invalid', reason);
}

function watched({ repositories }: ControlTarget, repo: RepoName): RepoName {
  if (repositories.includes(repo)) return repo;
  throw new BzzzError('control_request_invalid', `this peer does not work on ${repo}`);
}
