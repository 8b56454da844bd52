import { passOn } from '../emulation.ts';
import type { Call, RouteCall } from '../http/call.ts';
import { objectBody, userOf } from '../http/call.ts';
import { forbidden, invalid, json, noContent, notFound } from '../http/reply.ts';
import type { Reply, ValidationDetail } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { PullRow, RepoRow, UserRow } from '../store/rows.ts';
import type { World } from '../world.ts';
import { findIssue, findPull, may, pullOf, repoOf } from './access.ts';
import { addIssue, checkBody, checkTitle, saveIssue, setState } from './changes.ts';
import { nodeId } from './format.ts';
import { editText } from './issues.ts';
import { mergeabilityOf, statsOf } from './pull-git.ts';
import { syncBeforeRead } from './pull-sync.ts';

const pulls = '/repos/:owner/:repo/pulls';

export function pullRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: pulls, handler: (call) => list(world, call) },
    { method: 'POST', pattern: pulls, handler: (call) => create(world, call) },
    { method: 'GET', pattern: `${pulls}/:number`, handler: (call) => get(world, call) },
    { method: 'PATCH', pattern: `${pulls}/:number`, handler: (call) => patch(world, call) },
    { method: 'GET', pattern: `${pulls}/:number/merge`, handler: (call) => merged(world, call) },
  ];
}

/** The full JSON of a pull request: emulate's, with what git knows laid over it. */
async function renderPull(
  world: World,
  call: Call,
  at: { readonly repo: RepoRow; readonly pull: PullRow },
): Promise<Record<string, unknown>> {
  const { repo, pull } = at;
  const path = `/repos/${repo.full_name}/pulls/${pull.number}`;
  const reply = await world.emulation.fetch({ method: 'GET', path, user: call.user });
  const value = asObject(JSON.parse(reply.body.toString('utf8')));
  const merge = await mergeabilityOf(world, repo, pull);
  return { ...mended(value), ...merge, rebaseable: false, maintainer_can_modify: false };
}

/** In lists GitHub leaves out what it would have to compute; who relies on it must notice here. */
async function list(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  await syncBeforeRead(world, repo);
  const query = new URLSearchParams(call.query);
  // GitHub ignores a head without its owner.
  if (query.get('head')?.includes(':') === false) query.delete('head');
  const reply = await passOn(world.emulation, {
    ...call,
    path: `/repos/${repo.full_name}/pulls`,
    query,
  });
  const values: unknown = JSON.parse(reply.body.toString('utf8'));
  if (!Array.isArray(values)) return reply;
  const items = values.map((value: unknown) => {
    const entries = Object.entries(mended(asObject(value)));
    return Object.fromEntries(entries.filter(([key]) => !onlyInFull.has(key)));
  });
  const { link } = reply.headers;
  return json(200, items, link === undefined ? {} : { link });
}

const onlyInFull = new Set([
  'merged',
  'mergeable',
  'rebaseable',
  'mergeable_state',
  'merged_by',
  'comments',
  'review_comments',
  'maintainer_can_modify',
  'commits',
  'additions',
  'deletions',
  'changed_files',
]);

function create(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  return world.git.locked(repo.full_name, async () => {
    const actor = userOf(call);
    if (!may(world.tables, { repo, user: actor }, 'push')) {
      throw forbidden('Must have write access to the head branch.');
    }
    const body = objectBody(call);
    const title = checkTitle(body['title'], 'PullRequest');
    const text = checkBody(body['body'], 'PullRequest');
    const between = await checkBranches(world, repo, body);
    const stats = await statsOf(world, repo, { base: between.baseSha, head: between.headSha });
    if (stats.commits === 0) {
      throw wrong({
        code: 'custom',
        message: `No commits between ${between.base} and ${between.head}`,
      });
    }
    const pull = insert(world, repo, {
      ...stats,
      ...between,
      title,
      body: text,
      draft: body['draft'] === true,
      actor,
    });
    const value = await renderPull(world, call, { repo, pull });
    const location = `${world.baseUrl}/repos/${repo.full_name}/pulls/${pull.number}`;
    return json(201, value, { location });
  });
}

interface Branches {
  readonly head: string;
  readonly headSha: string;
  readonly base: string;
  readonly baseSha: string;
}

async function checkBranches(
  world: World,
  repo: RepoRow,
  body: Record<string, unknown>,
): Promise<Branches> {
  const named = branchField(body, 'head');
  const base = branchField(body, 'base');
  const owner = repo.full_name.split('/')[0] ?? '';
  const [prefix, rest] = named.includes(':') ? named.split(':', 2) : [owner, named];
  const head = rest ?? '';
  // No forks here: a head is a branch of the same repository.
  const foreign = prefix?.toLowerCase() !== owner.toLowerCase();
  const headSha = foreign ? null : await world.git.resolve(repo.full_name, `refs/heads/${head}`);
  if (headSha === null) throw wrong({ field: 'head', code: 'invalid' });
  const baseSha = await world.git.resolve(repo.full_name, `refs/heads/${base}`);
  if (baseSha === null) throw wrong({ field: 'base', code: 'invalid' });
  const common = await world.git.run(repo.full_name, ['merge-base', baseSha, headSha]);
  if (common.code !== 0) {
    throw wrong({
      code: 'custom',
      message: `The ${head} branch has no history in common with ${base}`,
    });
  }
  if (openPull(world, repo, { head, base }) !== undefined) {
    const message = `A pull request already exists for ${owner}:${head}.`;
    throw wrong({ code: 'custom', message });
  }
  return { head, headSha, base, baseSha };
}

function openPull(
  world: World,
  repo: RepoRow,
  between: { readonly head: string; readonly base: string },
): PullRow | undefined {
  return world.tables.pulls
    .findBy('repo_id', repo.id)
    .find(
      (pull) =>
        pull.state === 'open' && pull.head_ref === between.head && pull.base_ref === between.base,
    );
}

function insert(
  world: World,
  repo: RepoRow,
  made: Branches &
    Pick<
      PullRow,
      'title' | 'body' | 'draft' | 'commits' | 'additions' | 'deletions' | 'changed_files'
    > & {
      readonly actor: UserRow;
    },
): PullRow {
  const { head, headSha, base, baseSha, actor, ...fields } = made;
  const issue = addIssue(world, repo, {
    title: made.title,
    body: made.body,
    user_id: actor.id,
    is_pull_request: true,
  });
  const row = world.tables.pulls.insert({
    ...fields,
    node_id: '',
    number: issue.number,
    repo_id: repo.id,
    state: 'open',
    locked: false,
    user_id: actor.id,
    assignee_ids: [],
    label_ids: [],
    milestone_id: null,
    head_ref: head,
    head_sha: headSha,
    head_repo_id: repo.id,
    base_ref: base,
    base_sha: baseSha,
    base_repo_id: repo.id,
    merged: false,
    merged_at: null,
    merged_by_id: null,
    merge_commit_sha: null,
    mergeable: null,
    mergeable_state: 'unknown',
    comments: 0,
    review_comments: 0,
    requested_reviewer_ids: [],
    requested_team_ids: [],
    closed_at: null,
    auto_merge: null,
  });
  return world.tables.pulls.update(row.id, { node_id: nodeId('PullRequest', row.id) }) ?? row;
}

async function get(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  await syncBeforeRead(world, repo);
  return json(200, await renderPull(world, call, { repo, pull: pullOf(world.tables, repo, call) }));
}

function patch(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  return world.git.locked(repo.full_name, async () => {
    const actor = userOf(call);
    const pull = pullOf(world.tables, repo, call);
    if (pull.user_id !== actor.id && !may(world.tables, { repo, user: actor }, 'push')) {
      throw forbidden('Must have write access to the pull request.');
    }
    const body = objectBody(call);
    const base = typeof body['base'] === 'string' ? body['base'] : pull.base_ref;
    const baseSha = await world.git.resolve(repo.full_name, `refs/heads/${base}`);
    if (baseSha === null && 'base' in body) throw wrong({ field: 'base', code: 'invalid' });
    if (body['state'] === 'open' && pull.state === 'closed') await checkReopen(world, repo, pull);
    let issue = findIssue(world.tables, repo, pull.number);
    if (issue === undefined) throw notFound();
    issue = editText(world, { repo, issue }, { body, actor });
    if (body['state'] === 'open' || body['state'] === 'closed') {
      issue = setState(world, { repo, issue }, { state: body['state'], actor });
    }
    if (base !== pull.base_ref && baseSha !== null) {
      world.tables.pulls.update(pull.id, { base_ref: base, base_sha: baseSha });
      saveIssue(world, { repo, issue }, {});
    }
    const fresh = findPull(world.tables, repo, pull.number) ?? pull;
    return json(200, await renderPull(world, call, { repo, pull: fresh }));
  });
}

async function checkReopen(world: World, repo: RepoRow, pull: PullRow): Promise<void> {
  const head = await world.git.resolve(repo.full_name, `refs/heads/${pull.head_ref}`);
  const taken = openPull(world, repo, { head: pull.head_ref, base: pull.base_ref });
  if (!pull.merged && head !== null && taken === undefined) return;
  throw wrong({ code: 'custom', field: 'state', message: 'state cannot be changed.' });
}

function merged(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  if (pullOf(world.tables, repo, call).merged) return noContent();
  throw notFound();
}

/** emulate gives everybody every permission on the repositories inside a pull request. */
function mended(value: Record<string, unknown>): Record<string, unknown> {
  const side = (name: 'head' | 'base'): Record<string, unknown> => {
    const part = asObject(value[name]);
    const { permissions: _, ...repo } = asObject(part['repo']);
    return { ...part, repo };
  };
  return { ...value, head: side('head'), base: side('base') };
}

function branchField(body: Record<string, unknown>, field: 'head' | 'base'): string {
  const value = body[field];
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw wrong({ field, code: 'missing_field' });
}

function wrong(detail: Omit<ValidationDetail, 'resource'>): Error {
  return invalid({ resource: 'PullRequest', ...detail });
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}
