/**
 * What is wrong with a peer right now: first what makes doubtful what others say, then its forge, then the worst.
 * Pure.
 */
import { alertText, type HealthView, type MemberView, type PeerView } from '@bzzz/coordination';
import type { WorkerState } from '@bzzz/execution';
import type { TokenState } from '@bzzz/github';
import type { BzzzError, Config, PeerId } from '@bzzz/protocol';
import type { Problem } from '@bzzz/protocol/api';
import type { SurveyState } from '../survey/survey.ts';
import type { MeshTrouble } from '../wiring/mesh-troubles.ts';
import { deadPeersOf } from './dead-peers.ts';
import { forPeopleOf } from './for-people.ts';
import { forgeCodes, forgeProblemsOf } from './forge-problems.ts';
import { ofCode } from './of-code.ts';
import { type JournalProblemSources, journalsOf } from './journal-problems.ts';
import { span } from './span.ts';
import { unreachableOf } from './unreachable.ts';
import { untoldAdvice, untoldCosts } from './untold-costs.ts';
import { workerWords } from './worker-words.ts';

export interface ProblemSources extends JournalProblemSources {
  readonly view: PeerView;
  readonly config: Pick<Config, 'mesh' | 'forge' | 'repositories' | 'spend' | 'work' | 'journal'>;
  readonly upMs: number;
  /** What the machine is short of. */
  readonly alerts: HealthView['alerts'];
  readonly meshTroubles: readonly MeshTrouble[];
  /** Why webhooks are refused, whoever sends them; null: they are not. */
  readonly webhookTrouble: Pick<BzzzError, 'code' | 'reason'> | null;
  /** Null: the token is not lent. */
  readonly token: TokenState | null;
  /** Why somebody outside is not told what happens; null: he is, or nobody is to be told. */
  readonly notifier: Readonly<
    Record<'trouble' | 'lost', Pick<BzzzError, 'code' | 'reason'> | null>
  > | null;
  /** Why there is no sandbox; null: there is one. */
  readonly sandboxMissing: string | null;
  /** What could not be looked at last, and is offered as it was. */
  readonly lookFailures: SurveyState['failures'];
  readonly workers: readonly WorkerState[];
  readonly membership: Membership;
}

/** How this peer stands with the operator of its mesh. */
export interface Membership {
  /** Null: there is none, and whoever has the network key is a member. */
  readonly operator: PeerId | null;
  readonly isMember: boolean;
  /** Peers that tried to take part lately. */
  readonly strangers: readonly PeerId[];
}

/** So long a peer that started looks for others before being alone is called wrong. */
const lookingMs = 10_000;

export function problemsOf(sources: ProblemSources): Problem[] {
  const problems = [
    ...admissionOf(sources),
    ...aloneOf(sources),
    ...unreachableOf(sources.view.members),
    ...deadPeersOf(sources.view.members, { hasOperator: sources.membership.operator !== null }),
    ...accountOf(sources),
    ...sandboxOf(sources),
    ...workersOf(sources),
    // Before other warnings: it is why nothing is begun, and a person did it.
    ...pauseOf(sources),
    ...alertsOf(sources),
    ...sources.meshTroubles.map(({ code, reason }) => ofCode(code, 'error', reason)),
    ...webhookOf(sources),
    ...tokenOf(sources),
    ...notifyOf(sources),
    ...spendOf(sources),
    ...untoldOf(sources),
    ...looksOf(sources),
    ...journalsOf(sources),
    ...settingsOf(sources),
    ...troublesOf(sources),
    ...forPeopleOf(sources.view.tasks),
  ];
  const once = [
    ...new Map(problems.reverse().map((one) => [`${one.code} ${one.text}`, one])).values(),
  ];
  const worst = once.reverse().sort((a, b) => severity[a.severity] - severity[b.severity]);
  return [...quarantineOf(sources), ...forgeProblemsOf(sources), ...worst];
}

const severity = { error: 0, warning: 1 } as const;

/** Before all else: it concerns what everybody here believes, and only a person can end it. */
function quarantineOf({ view: { quarantine } }: ProblemSources): Problem[] {
  const strangers = quarantine.filter(({ self, isMember }) => !self && !isMember);
  const many = strangers.length > 1 ? strangers : [];
  const each = quarantine.filter((one) => !many.includes(one));
  const told = each.map(({ self, name, peer, reason }): Problem => {
    if (self) {
      const text = `Other peers have set this one aside, as its journal tells two stories: ${reason}.`;
      return { code: 'journal_forked', severity: 'error', text, advice: ownFork };
    }
    const text = `${name ?? peer} (${peer.slice(-8)}) is in quarantine, its journal tells two stories: ${reason}.`;
    return ofCode('journal_forked', 'error', text);
  });
  if (many.length === 0) return told;
  // Identities cost nothing: a flood of them must not hide the one that matters.
  const text = `${many.length} peers that are no members here are in quarantine, their journals tell two stories.`;
  return [...told, ofCode('journal_forked', 'warning', text)];
}

const ownFork =
  'Another process runs from a copy of its data folder, or the folder was set back: stop it, move its `journal` folder away, and start it again; then `bzzz quarantine lift` on the others.';

function admissionOf({ membership, view }: ProblemSources): Problem[] {
  const { operator, isMember, strangers } = membership;
  if (operator === null) return [];
  const { peer, name } = view.self;
  const outside = `The operator of this mesh, ${operator}, has not admitted this peer (or has removed it): it does nothing.`;
  const problems: Problem[] = isMember
    ? []
    : [
        {
          code: 'peer_not_admitted',
          severity: 'error',
          text: outside,
          advice: `Where the operator key lies: \`bzzz peers admit ${peer} ${name}\`.`,
        },
      ];
  const [first] = strangers;
  if (first === undefined) return problems;
  const more = strangers.length > 1 ? ` and ${strangers.length - 1} more` : '';
  const text = `${first}${more} tried to take part, and is no member.`;
  const advice = 'If it is yours: `bzzz peers admit` on the machine with the operator key.';
  return [...problems, { code: 'stranger', severity: 'warning', text, advice }];
}

function aloneOf({ view, config, upMs }: ProblemSources): Problem[] {
  const others = view.members.filter(({ self }) => !self);
  if (others.some(({ connected }) => connected)) return [];
  const { name, bootstrap, mdns } = config.mesh;
  const looking = upMs < lookingMs && others.length === 0;
  const text = looking
    ? `Looking for other peers of the mesh ${name} since ${span(upMs)}.`
    : `Alone in the mesh ${name}${lost(others)}.`;
  const deaf = bootstrap.length === 0 && !mdns;
  const advice = deaf
    ? 'Nothing tells it where others are: set `mesh.bootstrap` to the address of another peer.'
    : 'Run `bzzz doctor`: it says why.';
  return [{ code: 'alone', severity: looking ? 'warning' : 'error', text, advice }];
}

function lost(others: readonly MemberView[]): string {
  if (others.length === 0) return '';
  const names = others.slice(0, 3).map(({ name }) => name);
  return `; ${others.length} known, none connected (${names.join(', ')}${others.length > 3 ? ', ...' : ''})`;
}

/** Without an account nothing can be claimed; why not is told above, while it is news. */
function accountOf(sources: ProblemSources): Problem[] {
  const { view, config, upMs } = sources;
  if (view.self.account !== null || upMs < lookingMs || forgeProblemsOf(sources).length > 0)
    return [];
  const text = `The forge at ${config.forge.apiUrl} has not told yet whom the token belongs to.`;
  const advice = 'Run `bzzz doctor`: it asks again.';
  return [{ code: 'account_unknown', severity: 'error', text, advice }];
}

function sandboxOf({ config, sandboxMissing }: ProblemSources): Problem[] {
  if (config.work.sandbox === 'off') {
    const text = 'The sandbox is off: commands of repositories run with all rights of this peer.';
    const advice = 'Set `work.sandbox: required`.';
    return [{ code: 'sandbox_off', severity: 'error', text, advice }];
  }
  if (sandboxMissing === null || config.work.slots === 0) return [];
  return [ofCode('sandbox_missing', 'error', `Nothing is executed here: ${sandboxMissing}.`)];
}

/** One death is what supervision is for; it is said as long as it is news. */
function workersOf({ workers }: ProblemSources): Problem[] {
  return workers.flatMap((state) => {
    const words = workerWords(state);
    if (words === null || (state.recent === 0 && state.breaker === 'closed')) return [];
    const severity = state.breaker === 'closed' ? 'warning' : 'error';
    return [ofCode('worker_lost', severity, `${words}.`)];
  });
}

/** It goes on working, only slower; a full disk is what would stop it. */
function alertsOf({ alerts }: ProblemSources): Problem[] {
  return alerts.map((alert) => ({
    code: `health_${alert.measure.toLowerCase()}`,
    severity: 'warning',
    text: `This machine is short: ${alertText(alert)}.`,
    advice: alert.rule.advice,
  }));
}

/** A warning: polls still find everything. */
function webhookOf({ webhookTrouble: trouble }: ProblemSources): Problem[] {
  return trouble === null ? [] : [ofCode(trouble.code, 'warning', trouble.reason)];
}

/** As long as the last one serves nothing stands still yet. */
function tokenOf({ token }: ProblemSources): Problem[] {
  if (token === null || token.trouble === null) return [];
  const { error, forMs } = token.trouble;
  const until = token.expiresInMs === null ? '' : ` for ${span(token.expiresInMs)} more`;
  const rest = token.usable ? `the last one serves${until}` : 'and there is no other';
  const text = `No new token for ${span(forMs)}, ${rest}: ${error.reason}.`;
  return [ofCode(error.code, token.usable ? 'warning' : 'error', text)];
}

/** A warning: tasks go on, only nobody hears of it. What nobody will ever hear of is an error. */
function notifyOf({ notifier }: ProblemSources): Problem[] {
  const { trouble = null, lost = null } = notifier ?? {};
  return [
    ...(lost === null ? [] : [ofCode(lost.code, 'error', lost.reason)]),
    ...(trouble === null ? [] : [ofCode(trouble.code, 'warning', trouble.reason)]),
  ];
}

function pauseOf({ view: { self, tasks, attemptsRest } }: ProblemSources): Problem[] {
  if (attemptsRest) {
    const text =
      'An operator paused this peer: its attempts stand still, and keep their tasks; nothing new is begun.';
    const advice = `On the machine of ${self.name}: \`bzzz resume\`, or \`bzzz drain\` to finish these alone.`;
    return [{ code: 'paused', severity: 'warning', text, advice }];
  }
  const standing = tasks
    .filter(({ resting }) => resting)
    .map(({ task }) => restingProblem(self.name, task));
  if (self.paused !== true) return standing;
  const isMesh = self.meshPause?.paused === true;
  const [code, what, advice] = isMesh
    ? ['mesh_paused', 'the whole mesh', 'On the machine of any peer: `bzzz resume --mesh`.']
    : ['paused', 'this peer', `On the machine of ${self.name}: \`bzzz resume\`.`];
  const text = `An operator drained ${what}: nothing new is begun here, and what is under way is finished.`;
  return [{ code, severity: 'warning', text, advice }, ...standing];
}

function restingProblem(name: string, task: string): Problem {
  const text = `An operator paused the attempt at ${task}: it stands still, and keeps its task and its slot.`;
  const advice = `On the machine of ${name}: \`bzzz resume '${task}'\`.`;
  return { code: 'attempt_paused', severity: 'warning', text, advice };
}

function spendOf({ view: { spendCap } }: ProblemSources): Problem[] {
  if (spendCap === null) return [];
  const text = `No model is asked: ${spendCap}.`;
  const advice = 'Wait until enough of it is a day ago, or raise `spend` in the configuration.';
  return [{ code: 'spend_cap', severity: 'warning', text, advice }];
}

function untoldOf({ config, view }: ProblemSources): Problem[] {
  const untold = untoldCosts(config.spend, view.self.executors);
  if (untold === null) return [];
  const text = `${untold}.`;
  return [{ code: 'spend_untold', severity: 'warning', text, advice: untoldAdvice }];
}

function looksOf({ lookFailures }: ProblemSources): Problem[] {
  return lookFailures.map(({ what, reason }) => {
    const text = `The last look for ${what} failed, so what was known before stands: ${reason}.`;
    const advice = 'Run `bzzz doctor --refresh` when it is mended.';
    return { code: 'look_failed', severity: 'warning', text, advice };
  });
}

function settingsOf({ config }: ProblemSources): Problem[] {
  if (config.repositories.length > 0) return [];
  const text = 'No repository is configured, so there is nothing to work on.';
  const advice = 'Set `repositories` in the configuration.';
  return [{ code: 'no_repositories', severity: 'warning', text, advice }];
}

function troublesOf({ view, token }: ProblemSources): Problem[] {
  return view.troubles
    .filter(({ code }) => !forgeCodes.includes(code) && code !== token?.trouble?.error.code)
    .map(({ code, reason, task }) =>
      ofCode(code, 'warning', task === undefined ? reason : `${task}: ${reason}`),
    );
}
