/**
 * What an eligible issue comes to: a job for an executor and the commands that judge its result, with
 * nothing left to interpret. An issue names a recipe of the policy, or says in plain words what it wants.
 */
import {
  BzzzError,
  fillArgv,
  type Issue,
  type IssueNumber,
  issueHash,
  type ModelNeeds,
  type Needs,
  plainText,
  type Policy,
  type Recipe,
  readAcceptances,
  readDependencies,
  readModelNeeds,
  readWorkRequest,
  type RepoName,
  type Sha256Hex,
  type TaskKind,
  visibleText,
  type WorkRequest,
} from '@bzzz/protocol';
import type { Job, PromptSource } from '../ports/index.ts';
import { authorOf } from './rights.ts';
import { plainWorkOf, type Team } from './roles/team.ts';

export interface Plan {
  /** What success is counted under, and the name for people: the recipe, or `plain`. */
  readonly kind: TaskKind;
  /** Where there are several steps, the one that changes files. */
  readonly job: Job;
  /** Absent: one executor does all. */
  readonly team?: Team;
  readonly accept: readonly (readonly string[])[];
  readonly needs: Needs;
  readonly bodySha256: Sha256Hex;
  /** Issues of the repository that must be closed first. */
  readonly after: readonly IssueNumber[];
  /** Open issues that the forge shows as blocking this one. */
  readonly blockedByOpen: number;
}

type Work = Pick<Plan, 'kind' | 'job' | 'team' | 'accept' | 'needs'>;

/** Throws `task_refused` with what people must mend. */
export function planOf(issue: Issue, policy: Policy, repo: RepoName): Plan {
  const asked = requestIn(issue.body, repo);
  const work = workOf(issue, asked, policy);
  const { numbers: after, objection } = asked.dependencies;
  if (objection !== null) throw refused(objection);
  const { blockedByOpen } = issue;
  const accept = [...work.accept, ...furtherAcceptances(asked, policy)];
  return { ...work, accept, bodySha256: issueHash(issue), after, blockedByOpen };
}

type Asked = ReturnType<typeof readAll>;

function readAll(text: string, repo: RepoName) {
  return {
    work: readWorkRequest(text),
    model: readModelNeeds(text),
    acceptances: readAcceptances(text),
    dependencies: readDependencies(text, repo),
  };
}

/**
 * What the page shows is what models and people go by, so nothing else may decide. Read both ways and not from the
 * page's words alone: a request that says less than its author wrote would be done without a word. But for comments, which
 * everybody knows to be hidden: forms explain themselves in them.
 */
function requestIn(body: string, repo: RepoName): Asked {
  const asked = readAll(plainText(body), repo);
  const written = [body, body.replaceAll(/<!--[^]*?(?:-->|$)/g, '')].map((text) =>
    JSON.stringify(readAll(visibleText(text), repo)),
  );
  if (written.includes(JSON.stringify(asked))) return asked;
  throw refused(
    'something of what it asks for stands where the page does not show it, as in the text of an image, a title or an attribute, or the page shows it otherwise than it is written: a block of code shows all as it is',
  );
}

/** Besides what the policy wants in any case: an issue may ask for more proof, never for less. */
function furtherAcceptances(asked: Asked, { acceptances }: Policy): readonly (readonly string[])[] {
  const { names, objection } = asked.acceptances;
  if (objection !== null) throw refused(objection);
  return names.map((name) => {
    const argv = Object.hasOwn(acceptances, name) ? acceptances[name] : undefined;
    if (argv === undefined) throw refused(`no acceptance "${name}" in the policy`);
    return argv;
  });
}

function workOf(issue: Issue, asked: Asked, policy: Policy): Work {
  const { work: reading } = asked;
  const { needs: model, objection } = asked.model;
  if (objection !== null) throw refused(objection);
  switch (reading.kind) {
    case 'invalid':
      throw refused(reading.reason);
    case 'request':
      if (model !== undefined) throw refused('a recipe asks no model, so none can be needed');
      return recipeWork(reading.request, policy, authorOf(issue, policy));
    case 'none':
      return plainWork(issue, policy, model);
  }
}

function recipeWork(request: WorkRequest, { recipes }: Policy, author: PromptSource): Work {
  const { recipe: kind, parameters } = request;
  const recipe = Object.hasOwn(recipes, kind) ? recipes[kind] : undefined;
  if (recipe === undefined) throw refused(`no recipe "${kind}" in the policy`);
  checkParameters(request, recipe);
  const commands = recipe.run.map((argv) => fillArgv(argv, parameters));
  const { network } = recipe;
  const isAsGiven = Object.keys(parameters).length === 0;
  const sources = isAsGiven ? (['maintainer'] as const) : (['maintainer', author] as const);
  return {
    kind,
    job: { kind: 'recipe', commands, sources, network },
    accept: recipe.accept.map((argv) => fillArgv(argv, parameters)),
    needs: { executors: ['recipe'], tools: recipe.needs, models: [] },
  };
}

function plainWork(issue: Issue, policy: Policy, model: ModelNeeds | undefined): Work {
  const { plain } = policy;
  if (plain === undefined) throw refused('the issue names no recipe');
  const asked = { author: authorOf(issue, policy), model };
  const { needs, ...work } = plainWorkOf(issue, { ...policy, plain }, asked);
  return { kind: 'plain', ...work, accept: plain.accept, needs: { ...needs, tools: plain.needs } };
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
