/** Tasks, and what this peer does about them. */
import { counter, countBy, type Facts, filled, flag, gauge, type Metric } from './metric.ts';

const living = ['open', 'claimed', 'running', 'helping', 'publishing', 'verifying'];
const states = [...living, 'done', 'failed', 'released'];
const seconds = (ms: number) => ms / 1000;
const entries = ({ figures }: Facts) => figures.entries;

const claims = ['claim', 'takeover', 'rework'].flatMap((kind) =>
  ['won', 'lost', 'refused'].map((outcome) => `${kind} ${outcome}`),
);

function inSeconds(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].map(([of, ms]) => [of, seconds(ms)]));
}

function byExecutor<K extends 'running' | 'deaths'>({ status }: Facts, what: K) {
  return Object.fromEntries(status.work.workers.map((one) => [one.kind, one[what]]));
}

const attemptEnds = ['accepted', 'failed', 'cancelled'];
const commandEnds = [
  'exit',
  'signal',
  'time',
  'output',
  'memory',
  'processes',
  'disk',
  'refused',
  'cancelled',
  'error',
];

export const workMetrics: readonly Metric[] = [
  gauge(
    'bzzz_tasks',
    'Tasks that this peer knows, by state, or where people have them; every peer knows those of all',
    ({ status }) => filled([...states, 'left alone', 'with people'], status.tasks),
    'state',
  ),
  gauge(
    'bzzz_tasks_held',
    'Tasks that this peer holds, or held last, by state',
    ({ figures }) => filled(states.slice(1), figures.tasksHeld),
    'state',
  ),
  gauge(
    'bzzz_tasks_oldest_seconds',
    'How long the task has been in the state that is in it longest; 0: none is',
    ({ figures }) =>
      Object.fromEntries(living.map((of) => [of, seconds(figures.tasksOldestMs[of] ?? 0)])),
    'state',
  ),
  counter(
    'bzzz_tasks_ended_total',
    'Tasks that ended in the hands of this peer',
    (facts) => filled(['done', 'failed', 'released'], entries(facts).tasksEnded),
    'state',
  ),
  counter(
    'bzzz_work_claims_total',
    'Claims by what they were over and what came of them; `lost` is contention',
    (facts) => filled(claims, entries(facts).claims),
    'kind',
    'outcome',
  ),
  gauge('bzzz_work_slots', 'Attempts that may run at a time', ({ status }) => status.work.slots),
  gauge('bzzz_work_running_attempts', 'Attempts that run', ({ status }) => status.work.running),
  gauge('bzzz_work_paused', '1: an operator said that it begins nothing new', ({ peers }) =>
    flag(peers.some(({ self, paused }) => self && paused)),
  ),
  gauge(
    'bzzz_work_success_ratio',
    'Share of the last attempts that were accepted',
    ({ status }) => status.work.success,
  ),
  counter(
    'bzzz_work_attempts_started_total',
    'Attempts that were begun',
    (facts) => entries(facts).attemptsStarted,
    'executor',
  ),
  counter(
    'bzzz_work_attempts_ended_total',
    'Attempts by how they ended',
    (facts) => filled(attemptEnds, entries(facts).attemptsEnded),
    'outcome',
  ),
  counter(
    'bzzz_work_attempt_seconds_total',
    'Time that attempts took, by how they ended',
    (facts) => filled(attemptEnds, inSeconds(entries(facts).attemptMs)),
    'outcome',
  ),
  counter(
    'bzzz_work_attempts_cut_total',
    'Attempts that were cut short, by the code of the error',
    (facts) => entries(facts).attemptsCut,
    'code',
  ),
  gauge(
    'bzzz_work_sandbox_available',
    '0: commands are refused for want of a sandbox, or run without one',
    ({ status: { problems } }) =>
      flag(!problems.some(({ code }) => ['sandbox_missing', 'sandbox_off'].includes(code))),
  ),
  counter(
    'bzzz_work_sandbox_commands_total',
    'Commands by what ended them: themselves, a limit, or `refused`: there was no sandbox',
    ({ figures }) => filled(commandEnds, figures.commands),
    'end',
  ),
  counter(
    'bzzz_work_sandbox_network_refused_total',
    'Requests of commands that were not let out of the sandbox, such as to hosts that the policy does not name',
    ({ figures }) => figures.networkRefusals,
  ),
  gauge(
    'bzzz_work_workers_running',
    'Workers that run',
    (facts) => byExecutor(facts, 'running'),
    'executor',
  ),
  counter(
    'bzzz_work_worker_deaths_total',
    'Workers that died',
    (facts) => byExecutor(facts, 'deaths'),
    'executor',
  ),
  gauge(
    'bzzz_work_executor_ready',
    '0: its workers died again and again, and it is not offered now',
    ({ status }) =>
      Object.fromEntries(status.work.workers.map(({ kind, unready }) => [kind, flag(!unready)])),
    'executor',
  ),
  counter(
    'bzzz_verdicts_given_total',
    "Verdicts on other peers' results",
    (facts) => filled(['passed', 'failed'], entries(facts).verdictsGiven),
    'outcome',
  ),
  counter(
    'bzzz_verdicts_heard_total',
    'Answers of other peers about results of its own',
    (facts) => filled(['passed', 'failed', 'declined'], entries(facts).verdictsHeard),
    'outcome',
  ),
  counter(
    'bzzz_help_asked_total',
    'Requests for help by what came of them',
    (facts) => filled(['helped', 'nobody', 'cancelled'], entries(facts).helpEnded),
    'outcome',
  ),
  counter(
    'bzzz_help_given_total',
    'Requests of other peers that were worked on, by what came of it',
    (facts) => filled(['helped', 'nothing', 'cancelled'], entries(facts).helpWorked),
    'outcome',
  ),
  counter(
    'bzzz_model_tokens_total',
    'Tokens of models, as far as these told',
    (facts) => filled(['read', 'written'], entries(facts).tokens),
    'direction',
  ),
  counter(
    'bzzz_model_cost_dollars_total',
    'What models cost, as far as these told',
    (facts) => entries(facts).costUsd,
  ),
  counter(
    'bzzz_troubles_total',
    'Troubles by code, as they stand in the journal',
    (facts) => entries(facts).troubles,
    'code',
  ),
  gauge(
    'bzzz_problems',
    'What is wrong with the peer, as `bzzz status` says it',
    ({ status }) => countBy(['error', 'warning'], status.problems, ({ severity }) => severity),
    'severity',
  ),
];
