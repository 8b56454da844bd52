/**
 * May this issue be worked on, and what exactly would be done? Everything that an issue could ask
 * for passes through here (invariants 4 and 11); a refusal always has a reason for a person.
 */
import {
  type Account,
  BzzzError,
  fillArgv,
  type Issue,
  type IssueNumber,
  isBzzzError,
  issueHash,
  type Needs,
  type Policy,
  type Recipe,
  readDependencies,
  readWorkRequest,
  type RepoName,
  type Sha256Hex,
  visibleText,
  type WorkRequest,
} from '@bzzz/protocol';

/** What an eligible issue comes to: argument vectors, with nothing left to interpret. */
export interface Plan {
  readonly recipe: string;
  readonly run: readonly (readonly string[])[];
  readonly accept: readonly (readonly string[])[];
  readonly needs: Needs;
  readonly bodySha256: Sha256Hex;
  /** Issues of the repository that must be closed first. */
  readonly after: readonly IssueNumber[];
  /** Open issues that the forge shows as blocking this one. */
  readonly blockedByOpen: number;
}

export type GateVerdict =
  | { readonly kind: 'eligible'; readonly plan: Plan }
  /**
   * `unasked`: closed, or nobody wants bzzz to do it. `people`: it is somebody's, or nobody's that we
   * trust. `request`: the issue must be mended first. What it waits for is not looked at here, since
   * that takes reads (`waiting.ts`).
   */
  | { readonly kind: 'refused'; readonly cause: RefusalCause; readonly reason: string };
type RefusalCause = 'unasked' | 'people' | 'request';

export interface GateOptions {
  readonly policy: Policy;
  /** The accounts that the fence names; their assignment is bzzz's own. */
  readonly fenceAccounts: readonly Account[];
  readonly repo: RepoName;
}

export function judgeIssue(issue: Issue, options: GateOptions): GateVerdict {
  const unasked = unaskedFor(issue, options.policy);
  if (unasked !== undefined) return refusal('unasked', unasked);
  const people = peopleObject(issue, options);
  if (people !== undefined) return refusal('people', people);
  try {
    return { kind: 'eligible', plan: planOf(issue, options) };
  } catch (error) {
    if (!isBzzzError(error)) throw error;
    return refusal('request', error.reason);
  }
}

function refusal(cause: RefusalCause, reason: string): GateVerdict {
  return { kind: 'refused', cause, reason };
}

function unaskedFor(issue: Issue, { labels }: Policy): string | undefined {
  if (issue.state === 'closed') return 'the issue is closed';
  return isAsked(issue, { labels }) ? undefined : `no label of bzzz (${labels.join(', ')})`;
}

/** Whether somebody put a label on that offers the issue to bzzz. */
export function isAsked({ labels }: Issue, policy: Pick<Policy, 'labels'>): boolean {
  // As on GitHub, where `Bzzz` and `bzzz` are one label.
  const wanted = policy.labels.map((label) => label.toLowerCase());
  return labels.some((label) => wanted.includes(label.toLowerCase()));
}

function peopleObject(issue: Issue, { policy, fenceAccounts }: GateOptions): string | undefined {
  const person = issue.assignees.find((login) => !fenceAccounts.includes(login));
  if (person !== undefined) return `assigned to ${person}`;
  if (policy.authors.includes(issue.association)) return undefined;
  return `${issue.author} is ${issue.association} here; the policy trusts ${policy.authors.join(', ')}`;
}

function planOf(issue: Issue, { policy, repo }: GateOptions): Plan {
  const text = visibleText(issue.body);
  const reading = readWorkRequest(text);
  if (reading.kind === 'none') throw refused('the issue names no recipe');
  if (reading.kind === 'invalid') throw refused(reading.reason);
  const { request } = reading;
  const recipe = Object.hasOwn(policy.recipes, request.recipe)
    ? policy.recipes[request.recipe]
    : undefined;
  if (recipe === undefined) throw refused(`no recipe "${request.recipe}" in the policy`);
  checkParameters(request, recipe);
  const { numbers: after, objection } = readDependencies(text, repo);
  if (objection !== null) throw refused(objection);
  return {
    recipe: request.recipe,
    run: recipe.run.map((argv) => fillArgv(argv, request.parameters)),
    accept: recipe.accept.map((argv) => fillArgv(argv, request.parameters)),
    needs: { executor: 'recipe', tools: recipe.needs },
    bodySha256: issueHash(issue),
    after,
    blockedByOpen: issue.blockedByOpen,
  };
}

function checkParameters(request: WorkRequest, recipe: Recipe): void {
  for (const [name, value] of Object.entries(request.parameters)) {
    const pattern = Object.hasOwn(recipe.parameters, name) ? recipe.parameters[name] : undefined;
    if (pattern === undefined)
      throw refused(`recipe "${request.recipe}" takes no parameter ${name}`);
    // A value that starts with a dash would be read as an option by most programs.
    if (value.startsWith('-')) throw refused(`parameter ${name} starts with "-"`);
    if (!new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
      throw refused(`parameter ${name} does not match ${pattern}`);
    }
  }
}

function refused(reason: string): BzzzError {
  return new BzzzError('task_refused', reason);
}
