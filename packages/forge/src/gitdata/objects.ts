import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { RouteCall } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import { json, notFound, unprocessable } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { RepoRow } from '../store/rows.ts';
import { repoOf, requireAccess } from '../tracker/access.ts';
import { nodeId, repoUrl } from '../tracker/format.ts';
import type { World } from '../world.ts';

const git = '/repos/:owner/:repo/git';

/** Trees and blobs. */
export function objectRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: `${git}/trees/*sha`, handler: (call) => getTree(world, call) },
    { method: 'POST', pattern: `${git}/trees`, handler: (call) => createTree(world, call) },
    { method: 'GET', pattern: `${git}/blobs/:sha`, handler: (call) => getBlob(world, call) },
    { method: 'POST', pattern: `${git}/blobs`, handler: (call) => createBlob(world, call) },
  ];
}

async function getTree(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const sha = await world.git.resolve(repo.full_name, call.param('sha'), 'tree');
  if (sha === null) throw notFound();
  const recursive = call.query.has('recursive') ? ['-r', '-t'] : [];
  return json(200, await formatTree(world, repo, { sha, flags: recursive }));
}

async function formatTree(
  world: World,
  repo: RepoRow,
  tree: { readonly sha: string; readonly flags: readonly string[] },
): Promise<Record<string, unknown>> {
  const url = `${repoUrl(world, repo)}/git`;
  const text = await world.git.text(repo.full_name, [
    'ls-tree',
    '-l',
    '-z',
    ...tree.flags,
    tree.sha,
  ]);
  const entries = text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode, type, sha, size] = line.slice(0, tab).split(/ +/);
      return {
        path: line.slice(tab + 1),
        mode,
        type,
        sha,
        ...(size === '-' ? {} : { size: Number(size) }),
        ...(type === 'commit' ? {} : { url: `${url}/${type}s/${sha}` }),
      };
    });
  return { sha: tree.sha, url: `${url}/trees/${tree.sha}`, tree: entries, truncated: false };
}

async function createTree(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const body = objectBody(call);
  const entries = Array.isArray(body['tree']) ? body['tree'] : null;
  if (entries === null) throw unprocessable('Invalid tree info');
  const base = body['base_tree'];
  const start =
    typeof base === 'string' ? await world.git.resolve(repo.full_name, base, 'tree') : null;
  if (typeof base === 'string' && start === null)
    throw unprocessable('base_tree is not a valid tree oid');
  const changes = await Promise.all(entries.map((entry: unknown) => entryIn(world, repo, entry)));
  const sha = await treeWith(world, repo, { start, changes });
  return json(201, await formatTree(world, repo, { sha, flags: [] }));
}

export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  /** Null deletes the path. */
  readonly sha: string | null;
}

/** Writes a tree: `start` with the changes laid over it, in an index of its own. */
export async function treeWith(
  world: World,
  repo: RepoRow,
  from: { readonly start: string | null; readonly changes: readonly TreeChange[] },
): Promise<string> {
  const file = path.join(world.git.dirOf(repo.full_name), `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: file };
  const subtrees = from.changes.filter((change) => change.mode === '040000');
  try {
    const start = from.start === null ? ['--empty'] : [from.start];
    await world.git.text(repo.full_name, ['read-tree', ...start], { env });
    const lines = from.changes
      .filter((change) => change.mode !== '040000')
      .map(
        ({ mode, sha, path: at }) =>
          `${sha === null ? '0' : mode} ${sha ?? '0'.repeat(40)}\t${at}\0`,
      );
    const input = Buffer.from(lines.join(''));
    const args = ['update-index', '-z', '--index-info'];
    const updated = await world.git.run(repo.full_name, args, { env, input });
    if (updated.code !== 0) throw unprocessable(`Invalid tree info: ${updated.stderr}`);
    for (const { path: at, sha } of subtrees) {
      await world.git.text(repo.full_name, ['read-tree', `--prefix=${at}/`, sha ?? ''], { env });
    }
    return await world.git.text(repo.full_name, ['write-tree'], { env });
  } finally {
    await rm(file, { force: true });
  }
}

async function entryIn(world: World, repo: RepoRow, entry: unknown): Promise<TreeChange> {
  if (typeof entry !== 'object' || entry === null) throw unprocessable('Invalid tree info');
  const fields: Record<string, unknown> = Object.fromEntries(Object.entries(entry));
  const at = fields['path'];
  const mode = fields['mode'] ?? '100644';
  if (typeof at !== 'string' || !isSafePath(at) || typeof mode !== 'string') {
    throw unprocessable('tree.path contains a malformed path component');
  }
  if (!['100644', '100755', '040000', '160000', '120000'].includes(mode)) {
    throw unprocessable('tree.mode is not valid');
  }
  if (fields['sha'] === null) return { path: at, mode, sha: null };
  if (typeof fields['sha'] === 'string') return { path: at, mode, sha: fields['sha'] };
  if (typeof fields['content'] !== 'string') throw unprocessable('Invalid tree info');
  return { path: at, mode, sha: await writeBlob(world, repo, Buffer.from(fields['content'])) };
}

/** What git would refuse in a tree, refused before it gets there. */
export function isSafePath(at: string): boolean {
  const parts = at.split('/');
  return (
    parts.every(
      (part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git',
    ) && !at.includes('\0')
  );
}

async function getBlob(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const sha = await world.git.resolve(repo.full_name, call.param('sha'), 'blob');
  if (sha === null) throw notFound();
  const { stdout } = await world.git.run(repo.full_name, ['cat-file', 'blob', sha]);
  return json(200, {
    sha,
    node_id: nodeId(`Blob:${repo.id}:${sha}:`, 0),
    size: stdout.length,
    url: `${repoUrl(world, repo)}/git/blobs/${sha}`,
    content: lined(stdout),
    encoding: 'base64',
  });
}

async function createBlob(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const body = objectBody(call);
  if (typeof body['content'] !== 'string') throw unprocessable('content is missing');
  const encoding = body['encoding'] === 'base64' ? 'base64' : 'utf8';
  const sha = await writeBlob(world, repo, Buffer.from(body['content'], encoding));
  return json(201, { sha, url: `${repoUrl(world, repo)}/git/blobs/${sha}` });
}

export function writeBlob(world: World, repo: RepoRow, input: Buffer): Promise<string> {
  return world.git.text(repo.full_name, ['hash-object', '-t', 'blob', '-w', '--stdin'], { input });
}

/** GitHub breaks base64 into lines of 60. */
export function lined(content: Buffer): string {
  return content.toString('base64').replace(/(.{60})/g, '$1\n');
}
