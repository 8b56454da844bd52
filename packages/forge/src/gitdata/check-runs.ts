import type { RouteCall } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import { invalid, json, notFound, unprocessable } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { CheckRunRow, RepoRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import { numberOf, repoOf, requireAccess } from '../tracker/access.ts';
import { htmlUrl, nodeId, repoUrl } from '../tracker/format.ts';
import type { World } from '../world.ts';
import { latestRuns } from './checks.ts';
import { resolveRef } from './commits.ts';

const repoPath = '/repos/:owner/:repo';

/**
 * Check runs. Only Apps write them on GitHub; there are none here, so whoever may push plays one. Those
 * of emulate know nothing of the commits, which are git's.
 */
export function checkRunRoutes(world: World): Route[] {
  const one = `${repoPath}/check-runs/:id`;
  return [
    {
      method: 'POST',
      pattern: `${repoPath}/check-runs`,
      handler: (call) => create(world, call),
    },
    { method: 'GET', pattern: one, handler: (call) => get(world, call) },
    { method: 'PATCH', pattern: one, handler: (call) => update(world, call) },
    {
      method: 'GET',
      pattern: `${repoPath}/commits/*ref/check-runs`,
      handler: (call) => list(world, call),
    },
  ];
}

async function create(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const body = objectBody(call);
  const name = textOf(body['name']);
  const sha = textOf(body['head_sha']);
  if (name === null || name.trim() === '') throw wrong('name', 'missing_field');
  if (sha === null) throw wrong('head_sha', 'missing_field');
  if ((await world.git.resolve(repo.full_name, sha)) !== sha) {
    throw unprocessable(`No commit found for SHA: ${sha}`);
  }
  const row = world.tables.checkRuns.insert({
    node_id: '',
    repo_id: repo.id,
    head_sha: sha,
    name: name.trim(),
    external_id: textOf(body['external_id']) ?? '',
    details_url: textOf(body['details_url']),
    started_at: textOf(body['started_at']) ?? isoSeconds(world.now()),
    output: outputIn(body['output'], { title: null, summary: null, text: null }),
    ...progressIn(world, body, { status: 'queued', conclusion: null }),
  });
  const saved = world.tables.checkRuns.update(row.id, { node_id: nodeId('CheckRun', row.id) });
  return json(201, format(world, repo, saved ?? row));
}

function get(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  return json(200, format(world, repo, runOf(world, repo, call)));
}

function update(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const run = runOf(world, repo, call);
  const body = objectBody(call);
  const saved = world.tables.checkRuns.update(run.id, {
    ...progressIn(world, body, run),
    output: outputIn(body['output'], run.output),
  });
  return json(200, format(world, repo, saved ?? run));
}

/** `filter=all` of GitHub is not served: of each name the latest. */
async function list(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const runs = latestRuns(world, repo, await resolveRef(world, repo, call.param('ref')));
  return json(200, {
    total_count: runs.length,
    check_runs: runs.map((run) => format(world, repo, run)),
  });
}

type Progress = Pick<CheckRunRow, 'status' | 'conclusion' | 'completed_at'>;

const conclusions: readonly unknown[] = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
];

/** A conclusion completes a run, and nothing else does. */
function progressIn(
  world: World,
  body: Record<string, unknown>,
  before: Pick<CheckRunRow, 'status' | 'conclusion'>,
): Progress {
  const conclusion = body['conclusion'] ?? before.conclusion;
  const status = body['conclusion'] === undefined ? (body['status'] ?? before.status) : 'completed';
  if (status === 'completed') {
    if (typeof conclusion !== 'string' || !conclusions.includes(conclusion)) {
      throw wrong('conclusion', conclusion === null ? 'missing_field' : 'invalid');
    }
    const completed_at = textOf(body['completed_at']) ?? isoSeconds(world.now());
    return { status, conclusion, completed_at };
  }
  if (status !== 'queued' && status !== 'in_progress') throw wrong('status', 'invalid');
  return { status, conclusion: null, completed_at: null };
}

function outputIn(value: unknown, before: CheckRunRow['output']): CheckRunRow['output'] {
  const given: Record<string, unknown> = typeof value === 'object' ? { ...value } : {};
  return {
    title: textOf(given['title']) ?? before.title,
    summary: textOf(given['summary']) ?? before.summary,
    text: textOf(given['text']) ?? before.text,
  };
}

function runOf(world: World, repo: RepoRow, call: RouteCall): CheckRunRow {
  const run = world.tables.checkRuns.get(numberOf(call.param('id')));
  if (run?.repo_id !== repo.id) throw notFound();
  return run;
}

export function checkRunUrl(world: World, repo: RepoRow, run: CheckRunRow): string {
  return `${htmlUrl(world, repo)}/commit/${run.head_sha}/checks/${run.id}`;
}

function format(world: World, repo: RepoRow, run: CheckRunRow): Record<string, unknown> {
  const url = `${repoUrl(world, repo)}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: run.node_id,
    head_sha: run.head_sha,
    name: run.name,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.started_at,
    completed_at: run.completed_at,
    external_id: run.external_id,
    url,
    html_url: checkRunUrl(world, repo, run),
    details_url: run.details_url,
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: null,
    app: null,
    pull_requests: [],
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function wrong(field: string, code: string): Error {
  return invalid({ resource: 'CheckRun', field, code });
}
