import { readCommits, writeCommit } from '../git/commits.ts';
import type { RouteCall } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import { GitHubError, json, notFound, unprocessable } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { RepoRow, UserRow } from '../store/rows.ts';
import { repoOf } from '../tracker/access.ts';
import { htmlUrl, repoUrl } from '../tracker/format.ts';
import { identityOf } from '../tracker/merge.ts';
import type { World } from '../world.ts';
import { resolveRef } from './commits.ts';
import { encodePath } from './files.ts';
import { formatGitCommit } from './format.ts';
import { isSafePath, lined, treeWith, writeBlob } from './objects.ts';
import { writing } from './refs.ts';

const contents = '/repos/:owner/:repo/contents';

/** Files by path. */
export function contentRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: `${contents}/*path`, handler: (call) => get(world, call) },
    { method: 'GET', pattern: contents, handler: (call) => get(world, call) },
    { method: 'PUT', pattern: `${contents}/*path`, handler: (call) => put(world, call) },
    { method: 'DELETE', pattern: `${contents}/*path`, handler: (call) => remove(world, call) },
  ];
}

interface Entry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly path: string;
}

async function get(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const at = call.param('path').replace(/\/$/, '');
  const ref = call.query.get('ref') ?? repo.default_branch;
  const commit = await resolveRef(world, repo, ref);
  if (at === '') return json(200, await listing(world, repo, { commit, ref, at }));
  const entry = await entryAt(world, repo, { commit, at });
  if (entry === undefined) throw notFound();
  if (entry.type === 'tree') return json(200, await listing(world, repo, { commit, ref, at }));
  const { stdout } = await world.git.run(repo.full_name, ['cat-file', 'blob', entry.sha]);
  if (/\.raw(\+json)?/.test(call.headers['accept'] ?? '')) {
    return { status: 200, headers: { 'content-type': 'application/vnd.github.raw' }, body: stdout };
  }
  const content = { encoding: 'base64', content: lined(stdout) };
  return json(200, {
    ...formatEntry(world, repo, { entry, ref }),
    size: stdout.length,
    ...content,
  });
}

async function listing(
  world: World,
  repo: RepoRow,
  where: { readonly commit: string; readonly ref: string; readonly at: string },
): Promise<Record<string, unknown>[]> {
  const tree = where.at === '' ? where.commit : `${where.commit}:${where.at}`;
  const entries = parseEntries(await world.git.text(repo.full_name, ['ls-tree', '-z', tree]));
  const prefix = where.at === '' ? '' : `${where.at}/`;
  return entries.map((entry) =>
    formatEntry(world, repo, {
      entry: { ...entry, path: `${prefix}${entry.path}` },
      ref: where.ref,
    }),
  );
}

function put(world: World, call: RouteCall): Promise<Reply> {
  return writing(world, call, async (repo, actor) => {
    const body = objectBody(call);
    if (typeof body['content'] !== 'string') throw unprocessable('content is not valid Base64');
    const content = Buffer.from(body['content'], 'base64');
    const at = pathIn(call);
    const where = await target(world, repo, { body, at });
    const known = body['sha'];
    if (where.entry !== undefined && known === undefined) {
      throw unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.');
    }
    if (typeof known === 'string' && where.entry?.sha !== known) {
      throw new GitHubError(409, `${at} does not match ${known}`);
    }
    const sha = await writeBlob(world, repo, content);
    const change = { path: at, mode: where.entry?.mode ?? '100644', sha };
    const commit = await commitChange(world, repo, { ...where, change, actor, body });
    const entry = { mode: change.mode, type: 'blob', sha, path: at };
    const value = formatEntry(world, repo, { entry, ref: where.branch });
    const status = where.entry === undefined ? 201 : 200;
    return json(status, { content: { ...value, size: content.length }, commit });
  });
}

function remove(world: World, call: RouteCall): Promise<Reply> {
  return writing(world, call, async (repo, actor) => {
    const body = objectBody(call);
    const at = pathIn(call);
    const where = await target(world, repo, { body, at });
    if (where.entry === undefined) throw notFound();
    if (where.entry.sha !== body['sha']) throw new GitHubError(409, `${at} does not match`);
    const change = { path: at, mode: where.entry.mode, sha: null };
    const commit = await commitChange(world, repo, { ...where, change, actor, body });
    return json(200, { content: null, commit });
  });
}

interface WriteTarget {
  readonly branch: string;
  readonly tip: string | null;
  readonly entry: Entry | undefined;
}

async function target(
  world: World,
  repo: RepoRow,
  asked: { readonly body: Record<string, unknown>; readonly at: string },
): Promise<WriteTarget> {
  const named = asked.body['branch'];
  const branch = typeof named === 'string' ? named : repo.default_branch;
  const tip = await world.git.resolve(repo.full_name, `refs/heads/${branch}`);
  if (tip === null && branch !== repo.default_branch) {
    throw new GitHubError(404, `Branch ${branch} not found`);
  }
  const entry =
    tip === null ? undefined : await entryAt(world, repo, { commit: tip, at: asked.at });
  return { branch, tip, entry };
}

async function commitChange(
  world: World,
  repo: RepoRow,
  made: WriteTarget & {
    readonly change: { readonly path: string; readonly mode: string; readonly sha: string | null };
    readonly actor: UserRow;
    readonly body: Record<string, unknown>;
  },
): Promise<Record<string, unknown>> {
  const { branch, tip, change, actor, body } = made;
  const tree = await treeWith(world, repo, { start: tip, changes: [change] });
  const verb = change.sha === null ? 'Delete' : made.entry === undefined ? 'Create' : 'Update';
  const sha = await writeCommit(world.git, repo.full_name, {
    tree,
    parents: tip === null ? [] : [tip],
    message: typeof body['message'] === 'string' ? body['message'] : `${verb} ${change.path}`,
    author: identityOf(actor),
    committer: identityOf(actor),
    timeMs: world.now(),
  });
  const old = tip ?? '0'.repeat(40);
  const moved = await world.git.run(repo.full_name, [
    'update-ref',
    `refs/heads/${branch}`,
    sha,
    old,
  ]);
  if (moved.code !== 0) throw new GitHubError(409, `${branch} was modified. Try again.`);
  const [commit] = await readCommits(world.git, repo.full_name, ['-1', sha]);
  if (commit === undefined) throw notFound();
  return formatGitCommit(world, repo, commit);
}

async function entryAt(
  world: World,
  repo: RepoRow,
  where: { readonly commit: string; readonly at: string },
): Promise<Entry | undefined> {
  if (!isSafePath(where.at)) throw notFound();
  const text = await world.git.text(repo.full_name, [
    'ls-tree',
    '-z',
    where.commit,
    '--',
    where.at,
  ]);
  return parseEntries(text).find((entry) => entry.path === where.at);
}

function parseEntries(text: string): Entry[] {
  return text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode, type, sha] = line.slice(0, tab).split(' ');
      return { mode: mode ?? '', type: type ?? '', sha: sha ?? '', path: line.slice(tab + 1) };
    });
}

function formatEntry(
  world: World,
  repo: RepoRow,
  what: { readonly entry: Entry; readonly ref: string },
): Record<string, unknown> {
  const { entry, ref } = what;
  const at = encodePath(entry.path);
  const file = entry.type === 'blob';
  const kind = entry.type === 'tree' ? 'dir' : 'file';
  const self = `${repoUrl(world, repo)}/contents/${at}?ref=${encodeURIComponent(ref)}`;
  const gitUrl = `${repoUrl(world, repo)}/git/${file ? 'blobs' : 'trees'}/${entry.sha}`;
  const html = `${htmlUrl(world, repo)}/${file ? 'blob' : 'tree'}/${ref}/${at}`;
  return {
    type: kind,
    size: 0,
    name: entry.path.split('/').at(-1),
    path: entry.path,
    sha: entry.sha,
    url: self,
    git_url: gitUrl,
    html_url: html,
    download_url: file ? `${htmlUrl(world, repo)}/raw/${ref}/${at}` : null,
    _links: { git: gitUrl, self, html },
  };
}

function pathIn(call: RouteCall): string {
  const at = call.param('path');
  if (!isSafePath(at)) throw unprocessable('path contains a malformed path component');
  return at;
}
