import type { RouteCall } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { json, notFound } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { EventRow, RepoRow } from '../store/rows.ts';
import type { World } from '../world.ts';
import { findIssue, issueOf, numberOf, repoOf } from './access.ts';
import { formatComment, formatEvent, formatIssue } from './format.ts';

const issues = '/repos/:owner/:repo/issues';

/** Who did what to an issue, and when: labels, assignments, renames, closing. */
export function eventRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: `${issues}/events`, handler: (call) => listAll(world, call) },
    { method: 'GET', pattern: `${issues}/events/:id`, handler: (call) => get(world, call) },
    { method: 'GET', pattern: `${issues}/:number/events`, handler: (call) => list(world, call) },
    {
      method: 'GET',
      pattern: `${issues}/:number/timeline`,
      handler: (call) => timeline(world, call),
    },
  ];
}

function listAll(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const rows = world.tables.events.findBy('repo_id', repo.id).toSorted((a, b) => b.id - a.id);
  return pageOf(call, world.baseUrl, rows, (row) => withIssue(world, repo, row));
}

function get(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const event = world.tables.events.get(numberOf(call.param('id')));
  if (event?.repo_id !== repo.id) throw notFound();
  return json(200, withIssue(world, repo, event));
}

function list(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const issue = issueOf(world.tables, repo, call);
  return pageOf(call, world.baseUrl, eventsOf(world, repo, issue.number), (row) =>
    formatEvent(world, repo, row),
  );
}

function timeline(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const issue = issueOf(world.tables, repo, call);
  const events = eventsOf(world, repo, issue.number).map((row) => ({
    at: row.created_at,
    value: formatEvent(world, repo, row),
  }));
  const comments = world.tables.comments
    .findBy('repo_id', repo.id)
    .filter((row) => row.comment_type === 'issue' && row.issue_number === issue.number)
    .map((row) => {
      const comment = formatComment(world, repo, row);
      return {
        at: row.created_at,
        value: { ...comment, event: 'commented', actor: comment['user'] },
      };
    });
  const rows = [...events, ...comments].toSorted((a, b) => a.at.localeCompare(b.at));
  return pageOf(call, world.baseUrl, rows, (row) => row.value);
}

function eventsOf(world: World, repo: RepoRow, number: number): EventRow[] {
  return world.tables.events
    .findBy('repo_id', repo.id)
    .filter((row) => row.issue_number === number)
    .toSorted((a, b) => a.id - b.id);
}

function withIssue(world: World, repo: RepoRow, event: EventRow): Record<string, unknown> {
  const issue = findIssue(world.tables, repo, event.issue_number);
  return {
    ...formatEvent(world, repo, event),
    ...(issue === undefined ? {} : { issue: formatIssue(world, repo, issue) }),
  };
}
