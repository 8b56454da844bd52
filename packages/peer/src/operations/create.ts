import { type MemberView, untoldReason } from '@bzzz/coordination';
import { BzzzError, IssueNumber, type RepoName, TaskId, taskParts } from '@bzzz/protocol';
import { deathsAbout, type HistoryQuery, withDeaths } from '@bzzz/protocol/api';
import type { z } from 'zod';
import { healthAnswer, peerAnswers, quarantineAnswer } from '../status/answers.ts';
import { createTaskList } from '../status/task-list.ts';
import { createFeed } from '../wiring/feed.ts';
import { createToldTasks } from '../wiring/told-tasks.ts';
import { issueOf, offersOf } from './filing.ts';
import { findPeer, findQuarantined } from './find-peer.ts';
import { askedTask, findTask } from './find-task.ts';
import { joiningOperations } from './joining.ts';
import { logLines } from './log-lines.ts';
import { actingOf } from './acting.ts';
import type { Acting, Operations } from './operations.ts';
import { outputOf } from './output.ts';
import { peerOrders } from './peer-orders.ts';
import type { OperationsTarget } from './target.ts';
import { verifiedOf } from './verify.ts';

/** Of one task the newest so many are told. */
const storyMax = 500;

export function createOperations(target: OperationsTarget): Operations {
  const { clock, coordinator, journals, history, status, repositories } = target;
  const members = (): readonly MemberView[] => coordinator.view().members;
  const peers = () => ({ peers: peerAnswers(members(), journals) });
  const self = () => coordinator.view().self.peer;
  const told = createToldTasks(history, { self });
  const tasks = createTaskList(() => told.of(coordinator.tasks()));
  const { health } = target;
  const healthNow = () => healthAnswer(health.view());
  const feed = createFeed({
    clock,
    history,
    looks: [
      () => ({ type: 'status', status: status() }),
      () => ({ type: 'peers', ...peers() }),
      () => ({ type: 'tasks', ...tasks() }),
      () => ({ type: 'health', ...healthNow() }),
    ],
  });
  const acted = (act: Acting & { act: string; about: string; task?: TaskId }) =>
    coordinator.note({ kind: 'operator.acted', ...act });

  /** The query with peers and tasks found by what people call them. */
  function asked(query: z.output<typeof HistoryQuery>) {
    const { peer, task, kind, last, follow: _follow, ...rest } = query;
    const found = peer === undefined ? undefined : findPeer(members(), peer);
    const logs = found && [...(found.self ? history.former : []), found.capabilities.journal.key];
    return {
      ...rest,
      ...(logs === undefined ? {} : { logs }),
      ...(task === undefined
        ? {}
        : { task: askedTask(coordinator.view().tasks, repositories, task) }),
      ...(kind === undefined ? {} : { kinds: kind }),
      limit: last,
    };
  }

  return {
    status,
    figures: target.figures,
    peers,
    async tasks(signal) {
      await told.refresh(signal);
      return tasks();
    },
    async task(id, signal) {
      const task = findTask(coordinator.view().tasks, id);
      const story = await history.find({ task: task.task, limit: storyMax }, signal);
      const sinceMs = story[0]?.entry.at.wallMs ?? 0;
      const died = { kinds: ['member.dead'], sinceMs, limit: storyMax };
      const deaths = deathsAbout(story, await history.find(died, signal));
      return { task: { ...told.one(task) }, story: withDeaths(story, deaths) };
    },
    async whyTask(id, signal) {
      const task = askedTask(coordinator.view().tasks, repositories, id);
      const { peers: reasons, text, ...report } = await coordinator.whyTask(task, { signal });
      await told.refresh(signal);
      const now = told.of(coordinator.tasks()).find((one) => one.task === task);
      // What this peer only heard of, the journals that it holds may tell.
      const say = (words: string) => words.replaceAll(untoldReason, () => firstLine(now?.reason));
      return {
        ...report,
        text: say(text),
        peers: reasons.map((one) => ({ ...one, text: one.self ? say(one.text) : one.text })),
      };
    },
    output: (id, query, signal) => outputOf(target, id, query, signal),
    async whyPeer(id, signal) {
      const { peer } = findPeer(members(), id);
      const answer = await coordinator.whyPeer(peer, { signal });
      if (answer === undefined) throw new BzzzError('peer_unknown', `${peer} is forgotten by now`);
      return answer;
    },
    async entries(query, signal) {
      const entries = await history.find(asked(query), signal);
      return { entries, position: history.position() };
    },
    history(query, signal) {
      const wanted = asked(query);
      return query.follow ? history.follow(wanted, signal) : once(history.find(wanted, signal));
    },
    health: healthNow,
    async heal(asker) {
      await acted({ ...actingOf(asker), act: 'heal', about: 'this machine' });
      return { healings: (await health.heal()).map((one) => ({ ...one })) };
    },
    events: feed.events,
    log({ from, last, follow }, signal) {
      const start = last === undefined ? (from ?? 0) : Math.max(0, journals.own.length() - last);
      return logLines({ coordinator, journal: journals.own }, { from: start, follow, signal });
    },
    certificates: (id, signal) => certificates(target, id, signal),
    verify: (id, signal) => verifiedOf(target, id, signal),
    doctor: target.diagnose,
    doctorNet: target.diagnoseNet,
    rebuildIndex: history.rebuild,
    async refresh() {
      await target.refresh();
      const { executors, slots } = coordinator.view().self;
      return { executors, slots };
    },
    async look(repo, asker) {
      const looking = repo === undefined ? repositories : [watched(repositories, repo)];
      await acted({ ...actingOf(asker), act: 'look', about: repo ?? 'all its repositories' });
      for (const one of looking) coordinator.lookNow(one);
      return looking;
    },
    async offers({ repo: named }, signal) {
      const repo = askedRepo(repositories, named);
      return offersOf(repo, await target.readPolicy(repo, { signal }));
    },
    async submit({ repo: named, ...issue }, { signal, ...asker }) {
      const repo = askedRepo(repositories, named);
      const filed = issueOf(issue, await target.readPolicy(repo, { signal }), repo);
      await acted({ ...actingOf(asker), act: 'submit', about: `${repo}: ${issue.title}` });
      const { number, url, labelsMissing } = await target.fileIssue(filed, { signal });
      coordinator.lookNow(repo);
      return { repo, number, url, labelsMissing: [...labelsMissing] };
    },
    async order(id, order, { signal, ...asker }) {
      const task = askedTask(coordinator.view().tasks, repositories, id);
      const repo = watched(repositories, taskParts(task).repo);
      await acted({ ...actingOf(asker), act: order, about: task, task });
      const { url } = await target.sayOrder({ task, order }, { signal });
      coordinator.lookNow(repo);
      return { task, order, url };
    },
    ...peerOrders(target, acted),
    quarantine: () => quarantineAnswer(coordinator.view().quarantine),
    async liftQuarantine(id, asker) {
      const { peer, name } = findQuarantined(coordinator.view().quarantine, id);
      await acted({ ...actingOf(asker), act: 'quarantine.lift', about: name ?? peer });
      await coordinator.liftQuarantine(peer);
      return { peer };
    },
    async keepQuarantine(id, asker) {
      const { peer, name } = findQuarantined(coordinator.view().quarantine, id);
      await acted({ ...actingOf(asker), act: 'quarantine.keep', about: name ?? peer });
      return { peer };
    },
    ...joiningOperations(target, acted),
    acted: (act, about, asker) => acted({ ...actingOf(asker), act, about }),
    stop: target.stop,
  };
}

function firstLine(reason: string | null | undefined): string {
  return reason?.split('\n')[0] ?? untoldReason;
}

async function* once<T>(lines: Promise<readonly T[]>): AsyncIterable<T> {
  yield* await lines;
}

/** Of a pull request by `owner/name#n`, or by its number where the peer works on one repository. */
async function certificates(target: OperationsTarget, id: string, signal: AbortSignal) {
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
  return { ...at, ...found, texts: [...found.texts] };
}

/** Of any other the policy would have to be fetched, at a viewer's word, with all that its branch holds. */
function askedRepo(repositories: readonly RepoName[], named: RepoName | undefined): RepoName {
  return named === undefined ? onlyOne(repositories) : watched(repositories, named);
}

function onlyOne(repositories: readonly RepoName[]): RepoName {
  const [repo] = repositories;
  if (repo !== undefined && repositories.length === 1) return repo;
  const reason = `name the repository: this peer works on ${repositories.length} of them`;
  throw new BzzzError('control_request_invalid', reason);
}

function watched(repositories: readonly RepoName[], repo: string): RepoName {
  const found = repositories.find((one) => one === repo);
  if (found !== undefined) return found;
  throw new BzzzError('control_request_invalid', `this peer does not work on ${repo}`);
}
