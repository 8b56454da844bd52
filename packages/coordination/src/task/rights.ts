/**
 * What a job may do follows from the least trusted of those whose words have a part in it (invariant 11). The
 * policy opens hosts; whoever is not listed here closes them again, whatever he writes, leaves a model only commands that
 * nobody minds, and keeps the work from files that make others run something. Every job passes through here on its way
 * to an executor (`execution.ts`), and every result on its way out (`reins.ts`).
 */
import type { Association, Issue, Policy } from '@bzzz/protocol';
import type { Job, PromptSource, ReviewRemark } from '../ports/index.ts';

/**
 * Whose words may have a part in work that reaches hosts. Those in files of the repository do: people who may write put
 * them on the base branch, and without reading them nothing could be done. They are no rules all the same (`labels.ts`).
 */
const mayReach: ReadonlySet<PromptSource> = new Set([
  'bzzz',
  'maintainer',
  'author',
  'repository',
  'model',
]);

/** Who may write to the repository, as the forge calls them, and so could run anything of his choice anyway. */
const writers: ReadonlySet<Association> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

/**
 * Whose the words of an issue are. That somebody approved a stranger's words, or that the policy takes work from
 * such, lets them be worked on, and no more.
 */
export function authorOf({ association }: Issue, { authors }: Policy): PromptSource {
  return authors.includes(association) && mayWrite(association) ? 'author' : 'stranger';
}

/** Whose the words of a review are. That the policy hears somebody makes him no more than it makes an author. */
export function reviewerOf({ association }: Pick<ReviewRemark, 'association'>): PromptSource {
  return mayWrite(association) ? 'reviewer' : 'stranger';
}

export function mayWrite(association: Association): boolean {
  return writers.has(association);
}

/** Whether nobody has a part in the work who is not trusted with more. */
export function isOpenTo(job: Job, beside: readonly PromptSource[]): boolean {
  return [...sourcesOf(job), ...beside].every((source) => mayReach.has(source));
}

/** `beside`: of what else has a part in the work, such as files that somebody left. */
export function confined<J extends Job>(job: J, beside: readonly PromptSource[]): J {
  if (isOpenTo(job, beside)) return job;
  if (job.kind === 'recipe') return { ...job, network: [] };
  const lasting = new Set(job.lasting ?? []);
  const commands = Object.entries(job.commands).filter(([name]) => lasting.has(name));
  return { ...job, network: [], commands: Object.fromEntries(commands) };
}

/**
 * What results of work with these sources may touch. A reviewer may write to the repository, and asks for a change;
 * that closes hosts, but no files.
 */
export function heldBy(policy: Policy, sources: readonly PromptSource[]): Policy {
  const isFree = sources.every((source) => source === 'reviewer' || mayReach.has(source));
  if (isFree) return policy;
  return { ...policy, protected: [...policy.protected, ...policy.untrusted.protected] };
}

export function sourcesOf(job: Job): readonly PromptSource[] {
  // Whichever its parts are, whoever does it looks at files.
  if (job.kind === 'prompt') return [...job.parts.map(({ source }) => source), 'repository'];
  return job.sources ?? ['stranger'];
}
