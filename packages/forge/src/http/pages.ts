import type { RouteCall } from './call.ts';
import { notFound } from './reply.ts';
import type { Reply } from './reply.ts';
import type { Route } from './router.ts';
import type { IssueRow, PullRow, RepoRow } from '../store/rows.ts';
import { findIssue, findPull, numberOf, repoOf } from '../tracker/access.ts';
import type { World } from '../world.ts';

/**
 * What a person finds behind an `html_url`: plain pages to read, and pull requests as `.diff` and
 * `.patch` like GitHub's. No scripts, no forms; whatever users wrote is escaped.
 */
export function pageRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/:owner/:repo/pull/:number',
      handler: (call) => pullPage(world, call),
    },
    {
      method: 'GET',
      pattern: '/:owner/:repo/issues/:number',
      handler: (call) => issuePage(world, call),
    },
    { method: 'GET', pattern: '/:owner/:repo/issues', handler: (call) => issuesPage(world, call) },
  ];
}

function issuesPage(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const rows = world.tables.issues
    .findBy('repo_id', repo.id)
    .toSorted((a, b) => b.number - a.number);
  const items = rows.map((issue) => {
    const kind = issue.is_pull_request ? 'pull' : 'issues';
    const link = `/${repo.full_name}/${kind}/${issue.number}`;
    return `<li><a href="${link}">#${issue.number} ${escape(issue.title)}</a> ${stateOf(world, repo, issue)}</li>`;
  });
  return page(repo, 'Issues and pull requests', `<ul>${items.join('\n')}</ul>`);
}

function issuePage(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const issue = findIssue(world.tables, repo, numberOf(call.param('number')));
  if (issue === undefined) throw notFound();
  return page(repo, `#${issue.number} ${issue.title}`, storyOf(world, repo, issue));
}

async function pullPage(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const [, number = '', form] = /^(\d+)(?:\.(diff|patch))?$/.exec(call.param('number')) ?? [];
  const pull = findPull(world.tables, repo, numberOf(number));
  const issue = findIssue(world.tables, repo, numberOf(number));
  if (pull === undefined || issue === undefined) throw notFound();
  const diff = await textOf(world, repo, { pull, form: form === 'patch' ? 'patch' : 'diff' });
  if (form !== undefined) {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    return { status: 200, headers, body: Buffer.from(diff) };
  }
  const branches = `<p>${escape(pull.head_ref)} into ${escape(pull.base_ref)}</p>`;
  const content = `${branches}${storyOf(world, repo, issue)}<pre>${escape(diff)}</pre>`;
  return page(repo, `#${pull.number} ${pull.title}`, content);
}

async function textOf(
  world: World,
  repo: RepoRow,
  of: { readonly pull: PullRow; readonly form: 'diff' | 'patch' },
): Promise<string> {
  const { base_sha: base, head_sha: head } = of.pull;
  const args =
    of.form === 'diff'
      ? ['diff', `${base}...${head}`]
      : ['format-patch', '--stdout', `${base}..${head}`];
  return `${await world.git.text(repo.full_name, args)}\n`;
}

function storyOf(world: World, repo: RepoRow, issue: IssueRow): string {
  const name = (id: number): string => escape(world.tables.users.get(id)?.login ?? 'ghost');
  const labels = issue.label_ids.flatMap((id) => world.tables.labels.get(id)?.name ?? []);
  const facts = [
    stateOf(world, repo, issue),
    `by ${name(issue.user_id)}`,
    ...(labels.length === 0 ? [] : [`labels: ${labels.map(escape).join(', ')}`]),
    ...(issue.assignee_ids.length === 0
      ? []
      : [`assigned: ${issue.assignee_ids.map(name).join(', ')}`]),
  ];
  const comments = world.tables.comments
    .findBy('repo_id', repo.id)
    .filter((row) => row.comment_type === 'issue' && row.issue_number === issue.number)
    .map((row) => `<h4>${name(row.user_id)}, ${row.created_at}</h4><pre>${escape(row.body)}</pre>`);
  return `<p>${facts.join(' · ')}</p><pre>${escape(issue.body ?? '')}</pre>${comments.join('')}`;
}

function stateOf(world: World, repo: RepoRow, issue: IssueRow): string {
  const pull = issue.is_pull_request ? findPull(world.tables, repo, issue.number) : undefined;
  if (pull?.merged === true) return 'merged';
  return pull?.draft === true && issue.state === 'open' ? 'open draft' : issue.state;
}

function page(repo: RepoRow, title: string, content: string): Reply {
  const home = `<p><a href="/${repo.full_name}/issues">${escape(repo.full_name)}</a></p>`;
  const style =
    '<style>body{font:16px sans-serif;max-width:60em;margin:2em auto}pre{white-space:pre-wrap}</style>';
  const text = `<!doctype html><meta charset="utf-8"><title>${escape(title)}</title>${style}${home}<h1>${escape(title)}</h1>${content}\n`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  };
  return { status: 200, headers, body: Buffer.from(text) };
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
