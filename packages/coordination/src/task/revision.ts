/** How a result that stands is revised: where the attempt begins, what it is told, what would be no answer. */
import {
  type BzzzError,
  isBzzzError,
  type Oid,
  plainText,
  taskParts,
  visibleText,
} from '@bzzz/protocol';
import type {
  Base,
  Forge,
  PromptPart,
  PromptSource,
  ReviewRemark,
  Workspaces,
} from '../ports/index.ts';
import type { AttemptJob } from './attempt.ts';
import type { Briefing } from './briefing.ts';
import type { Plan } from './plan.ts';
import type { Rework } from './rework.ts';
import { reviewerOf } from './rights.ts';
import { toldBesides } from './roles/team.ts';

type Revised = Pick<AttemptJob, 'plan' | 'policy' | 'base' | 'from' | 'revise'>;

/**
 * On top of the base branch as it stands now. A recipe makes its result anew; a model goes on from what
 * stands, with the marks of git where both sides changed the same. Throws what the forge throws.
 */
export async function revisionOf(
  { forge }: { readonly forge: Pick<Forge, 'rebaseWork'> },
  { plan, policy, base }: Briefing,
  rework: Rework,
  {
    task,
    signal,
  }: { readonly task: Parameters<typeof taskParts>[0]; readonly signal: AbortSignal },
): Promise<Revised> {
  // What is unfinished must not stand where people look at a result.
  const { checkpointMs: _, ...rest } = policy;
  const anew = { plan, policy: rest, base, from: null };
  if (plan.job.kind === 'recipe') return anew;
  const { repo } = taskParts(task);
  const rebased = await forge.rebaseWork(repo, rework.result, base, { signal });
  // The base branch was rewritten beneath it.
  if (rebased === null) return { ...anew, plan: told(plan, rework, base, null) };
  const { oid: from, conflicts } = rebased;
  return { ...anew, plan: told(plan, rework, base, conflicts), from, revise: { conflicts } };
}

/** Why what was made is no answer to those who asked for it; undefined: it may be one. */
export async function unrevised(
  { workspaces }: { readonly workspaces: Pick<Workspaces, 'diff'> },
  { from, revise, base }: Pick<AttemptJob, 'from' | 'revise' | 'base'>,
  result: Oid,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (revise === undefined || from === null) return undefined;
  const isSame = await workspaces
    .diff({ base, from, to: result, charsMax: 1 }, { signal })
    .then((text) => text === '', isLarger);
  if (isSame) return 'changed nothing';
  if (revise.conflicts.length === 0) return undefined;
  const whole = { base, from: base.oid, to: result, charsMax: diffCharsMax };
  const text = await workspaces.diff(whole, { signal });
  return /^\+(?:<{7}|>{7})(?: |$)/m.test(text)
    ? 'left marks of a conflict in the files'
    : undefined;
}

/** Above what the limits of a policy usually let pass. */
const diffCharsMax = 64 * 1024 * 1024;

function isLarger(error: BzzzError): boolean {
  if (isBzzzError(error, 'patch_too_large')) return false;
  throw error;
}

function told(
  plan: Plan,
  rework: Rework,
  { branch }: Base,
  conflicts: readonly string[] | null,
): Plan {
  if (plan.job.kind === 'recipe') return plan;
  const { remarks, failedChecks } = rework;
  const parts: PromptPart[] = [
    { source: 'bzzz', text: situation(branch, rework, conflicts) },
    // Whoever may name a file writes no rule by that.
    ...some('repository', (conflicts ?? []).map(nameOf), '\n'),
    ...some('reviewer', textsOf(remarks, 'reviewer')),
    ...some('stranger', textsOf(remarks, 'stranger')),
    ...some(
      'checks',
      failedChecks.map(({ name, summary }) => `${name}: ${summary}`),
    ),
  ];
  return toldBesides(plan, parts);
}

function textsOf(remarks: readonly ReviewRemark[], source: PromptSource): string[] {
  return remarks.filter((one) => reviewerOf(one) === source).map(remarkText);
}

/** Plain text, so that nothing is hidden in it; none: no part. */
function some(
  source: PromptPart['source'],
  texts: readonly string[],
  between = '\n\n',
): PromptPart[] {
  const text = plainText(texts.join(between)).trim();
  return text === '' ? [] : [{ source, text }];
}

function situation(branch: string, { cause }: Rework, conflicts: readonly string[] | null): string {
  const stands =
    conflicts === null
      ? `The issue was resolved before, on a branch ${branch} that was rewritten since: the folder holds that branch, without the change.`
      : 'The issue was resolved before: the folder holds that change. It is in review, and not right yet.';
  const clash = `Both the change and the branch ${branch} changed the same files, which hold both sides between marks of git. Their names come as a piece of the repository. Resolve that and leave no mark.`;
  return [stands, ...((conflicts ?? []).length === 0 ? [] : [clash]), wanted[cause]].join('\n');
}

/** In one line, and nothing hidden in it. */
function nameOf(path: string): string {
  return visibleText(path).replaceAll(/\s+/g, ' ').slice(0, 200);
}

const wanted: Readonly<Record<Rework['cause'], string>> = {
  remarks: 'What people who reviewed it say comes last; answer all of it by changing files.',
  checks: 'Checks of the repository failed on it; what they say comes last. Mend what they found.',
  conflict: 'Nothing else is asked for.',
};

function remarkText({ by, kind, path, line, text }: ReviewRemark): string {
  const where = path === null ? '' : ` on ${path}${line === null ? '' : ` line ${line}`}`;
  const what = text.trim() === '' ? '(no words)' : text.trim();
  return `${by ?? 'somebody'}${where}${kind === 'changes-requested' ? ', who requests changes' : ''}:\n${what}`;
}
