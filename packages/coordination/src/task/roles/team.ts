/** The steps that a policy asks for on an issue in plain words, each as a job. */
import {
  BzzzError,
  isNamedBy,
  type Issue,
  type ModelNeeds,
  type Needs,
  type Plain,
  type Policy,
  type Profile,
  profileOf,
  type RoleName,
} from '@bzzz/protocol';
import type { Job, PromptJob, PromptPart, PromptSource } from '../../ports/index.ts';
import { areTried } from '../new-tests.ts';
import { promptParts } from '../prompt.ts';
import { builtin } from './builtin.ts';

interface Step {
  readonly role: RoleName;
  /** What it hears of the steps before is not in it yet. */
  readonly job: PromptJob;
}

export interface Team {
  readonly steps: readonly Step[];
  /** Of all steps together. */
  readonly turnsMax: number;
  readonly tokensMax: number;
}

interface PlainWork {
  /** Of the coder. */
  readonly job: PromptJob;
  readonly needs: Pick<Needs, 'executors' | 'models' | 'least' | 'also'>;
  /** Absent: the coder works alone. */
  readonly team?: Team;
}

const newTestsRule = `A test file that you add is also run on the base branch without the rest of your change, and must fail there: one that
passes there proves nothing, and the whole result is refused. Add tests only of what you change.`;

type CarriedOut = Pick<
  Policy,
  'roles' | 'newTests' | 'acceptances' | 'untrusted' | 'protected' | 'allowed'
> & {
  readonly plain: Plain;
};

/** What only code holds is told too, since work that is refused for it was in vain. Empty: nothing but what always is. */
function pathsRule({ protected: guarded, allowed }: Pick<Policy, 'protected' | 'allowed'>): string {
  const rules = [
    ...(allowed === undefined
      ? []
      : [`A change may touch only files that match: ${listed(allowed)}.`]),
    ...(guarded.length === 0 ? [] : [`No change may touch files that match: ${listed(guarded)}.`]),
  ];
  if (rules.length === 0) return '';
  return [...rules, 'Where it does otherwise the whole result is refused.'].join('\n');
}

function listed(globs: readonly string[]): string {
  return globs.map((glob) => JSON.stringify(glob)).join(', ');
}

interface Asked {
  /** As whose the words of the issue count. */
  readonly author: PromptSource;
  /** What the issue asks of the model that changes files; undefined: nothing. */
  readonly model: ModelNeeds | undefined;
}

/** Throws `task_refused` where the policy allows no such model. */
export function plainWorkOf(
  issue: Issue,
  { plain, roles, ...policy }: CarriedOut,
  { author, model }: Asked,
): PlainWork {
  const stepOf = (role: RoleName): Step => {
    const allowed = profileOf(plain, roles, role);
    const { executors, models, instructions, ...may } =
      role === 'coder' && model !== undefined ? narrowed(allowed, model) : allowed;
    const { access, rules, instructions: usual } = builtin[role];
    const isTested = role === 'coder' && areTried(policy, issue);
    const own: PromptPart[] = [
      ...told('bzzz', isTested ? newTestsRule : ''),
      ...(rules === null ? [] : [{ source: 'bzzz' as const, text: rules }]),
      ...told('bzzz', instructions === null ? usual : ''),
      ...told('maintainer', instructions ?? ''),
      ...told('bzzz', pathsRule(policy)),
    ];
    const parts = promptParts(issue, { own, isRuled: rules !== null, ...plain }, author);
    const job: PromptJob = {
      kind: 'prompt',
      executors,
      models,
      parts,
      ...may,
      access,
      lasting: lastingOf(may.commands, { plain, ...policy }),
    };
    const isAsked = role === 'coder' && model !== undefined;
    return { role, job: isAsked ? { ...job, least: model.least } : job };
  };
  const coder = stepOf('coder');
  const others = plain.steps.filter((role) => role !== 'coder').map(stepOf);
  const { executors, models } = coder.job;
  const least = model?.least ?? {};
  const asks = Object.keys(least).length > 0;
  const needs = { executors: [...executors], models: [...models], ...(asks && { least }) };
  if (others.length === 0) return { job: coder.job, needs };
  const also = others.map(({ job }) => ({
    executors: [...job.executors],
    models: [...job.models],
  }));
  const steps = plain.steps.map((role) => others.find((one) => one.role === role) ?? coder);
  const { turnsMax, tokensMax } = plain;
  return { job: coder.job, needs: { ...needs, also }, team: { steps, turnsMax, tokensMax } };
}

/** Which model a coding tool asks its operator decides, and nobody tells. */
function narrowed(profile: Profile, { names }: ModelNeeds): Profile {
  const executors = profile.executors.filter((name) => name === 'ollama');
  const models = profile.models.filter((name) => isNamedBy(name, names));
  if (models.length > 0 && executors.length > 0) return { ...profile, executors, models };
  const allowed = [...profile.models, ...profile.executors.filter((name) => name !== 'ollama')];
  const wanted = names.length === 0 ? '' : ` called ${names.join(' or ')}`;
  const reason = `the issue needs a model${wanted}, and the policy allows ${allowed.join(', ')}`;
  throw new BzzzError('task_refused', reason);
}

/** What the acceptance runs anyway, and what the policy names. */
function lastingOf(
  commands: PromptJob['commands'],
  { plain, acceptances, untrusted }: Pick<CarriedOut, 'plain' | 'acceptances' | 'untrusted'>,
): string[] {
  const run = new Set([...plain.accept, ...Object.values(acceptances)].map(textOf));
  const stays = ([name, argv]: [string, readonly string[]]) =>
    untrusted.commands.includes(name) || run.has(textOf(argv));
  return Object.entries(commands)
    .filter(stays)
    .map(([name]) => name);
}

function textOf(argv: readonly string[]): string {
  return JSON.stringify(argv);
}

/** The same work, of which every step is told these parts too. */
export function toldBesides<W extends { readonly job: Job; readonly team?: Team }>(
  work: W,
  parts: readonly PromptPart[],
): W {
  const { job, team } = work;
  if (job.kind !== 'prompt') return work;
  const more = (one: PromptJob) => ({ ...one, parts: [...one.parts, ...parts] });
  if (team === undefined) return { ...work, job: more(job) };
  const steps = team.steps.map((step) => ({ ...step, job: more(step.job) }));
  return { ...work, job: more(job), team: { ...team, steps } };
}

function told(source: PromptSource, text: string): PromptPart[] {
  return text.trim() === '' ? [] : [{ source, text: text.trim() }];
}
