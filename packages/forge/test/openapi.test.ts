import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConformity } from './openapi.ts';
import type { Conformity } from './openapi.ts';
import { bench, pushBranch } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let on: Bench;
let github: Conformity;
beforeAll(async () => {
  [on, github] = await Promise.all([bench(), loadConformity()]);
});
afterAll(() => on.close());

test('the check itself can fail', async () => {
  const url = `${on.forge.url}/user`;
  const { data } = await on.octokit('token-ada').rest.users.getAuthenticated();
  github.check('GET', url, { status: 200, data });
  expect(() => github.check('GET', url, { status: 200, data: { ...data, login: 7 } })).toThrow();
  expect(() => github.check('GET', url, { status: 201, data })).toThrow();
  expect(() => github.check('GET', `${on.forge.url}/nowhere`, { status: 200, data })).toThrow();
});

test('issues, comments, assignees, labels, events', async () => {
  const { rest } = github.octokit(on.forge.url, 'token-ada');
  const { data } = await rest.issues.create({
    ...demo,
    title: 'T',
    body: 'B',
    labels: ['bzzz'],
    assignees: ['bob'],
  });
  const at = { ...demo, issue_number: data.number };
  await rest.issues.update({ ...at, title: 'U', body: null });
  await rest.issues.update({ ...at, state: 'closed' });
  await rest.issues.get(at);
  await rest.issues.listForRepo({ ...demo, state: 'all' });
  await rest.issues.addAssignees({ ...at, assignees: ['ada'] });
  await rest.issues.removeAssignees({ ...at, assignees: ['ada'] });
  await rest.issues.listAssignees(demo);
  await rest.issues.checkUserCanBeAssigned({ ...demo, assignee: 'bob' });
  const comment_id = (await rest.issues.createComment({ ...at, body: 'c' })).data.id;
  await rest.issues.updateComment({ ...demo, comment_id, body: 'd' });
  await rest.issues.getComment({ ...demo, comment_id });
  await rest.issues.listComments(at);
  await rest.issues.listCommentsForRepo(demo);
  await rest.issues.addLabels({ ...at, labels: ['one'] });
  await rest.issues.setLabels({ ...at, labels: ['one', 'two'] });
  await rest.issues.listLabelsOnIssue(at);
  await rest.issues.removeLabel({ ...at, name: 'one' });
  await rest.issues.removeAllLabels(at);
  await rest.issues.createLabel({ ...demo, name: 'three', color: 'ff0000' });
  await rest.issues.updateLabel({ ...demo, name: 'three', new_name: 'four' });
  await rest.issues.getLabel({ ...demo, name: 'four' });
  await rest.issues.deleteLabel({ ...demo, name: 'four' });
  await rest.issues.listLabelsForRepo(demo);
  await rest.issues.listEvents(at);
  await rest.issues.listEventsForRepo(demo);
  await rest.issues.listEventsForTimeline(at);
  await rest.issues.deleteComment({ ...demo, comment_id });
});

test('pull requests', async () => {
  await pushBranch(on, 'conform');
  const { rest } = github.octokit(on.forge.url, 'token-ada');
  const { data } = await rest.pulls.create({
    ...demo,
    title: 'P',
    head: 'conform',
    base: 'main',
    body: 'b',
  });
  const at = { ...demo, pull_number: data.number };
  await rest.pulls.get(at);
  await rest.pulls.list({ ...demo, state: 'all' });
  await rest.pulls.update({ ...at, title: 'Q' });
  await rest.pulls.listFiles(at);
  await rest.pulls.listCommits(at);
  await rest.pulls.createReview({ ...at, event: 'COMMENT', body: 'fine' });
  const fine = await rest.pulls.createReview({ ...at, body: 'fine' });
  const review_id = fine.data.id;
  await rest.pulls.submitReview({ ...at, review_id, event: 'COMMENT', body: 'fine' });
  await rest.pulls.updateReview({ ...at, review_id, body: 'very fine' });
  await rest.pulls.listReviews(at);
  const spot = { ...at, commit_id: data.head.sha, path: 'NOTES.md', line: 1 };
  const comment_id = (await rest.pulls.createReviewComment({ ...spot, body: 'c' })).data.id;
  await rest.pulls.createReplyForReviewComment({ ...at, comment_id, body: 'd' });
  await rest.pulls.updateReviewComment({ ...demo, comment_id, body: 'e' });
  await rest.pulls.getReviewComment({ ...demo, comment_id });
  await rest.pulls.listReviewComments(at);
  await rest.pulls.deleteReviewComment({ ...demo, comment_id });
  await rest.issues.get({ ...demo, issue_number: data.number });
  await rest.pulls.merge(at);
  await rest.pulls.checkIfMerged(at);
  await rest.pulls.get(at);
  await rest.pulls.list({ ...demo, state: 'closed' });
});

test('git data, contents, statuses', async () => {
  const { rest } = github.octokit(on.forge.url, 'token-ada');
  const sha = (await rest.git.getRef({ ...demo, ref: 'heads/main' })).data.object.sha;
  await rest.git.createRef({ ...demo, ref: 'refs/heads/conform-2', sha });
  await rest.git.updateRef({ ...demo, ref: 'heads/conform-2', sha });
  await rest.git.listMatchingRefs({ ...demo, ref: 'heads/' });
  await rest.git.deleteRef({ ...demo, ref: 'heads/conform-2' });
  const tree = (await rest.git.getCommit({ ...demo, commit_sha: sha })).data.tree.sha;
  await rest.git.getTree({ ...demo, tree_sha: tree, recursive: 'true' });
  const blob = (await rest.git.createBlob({ ...demo, content: 'x' })).data.sha;
  await rest.git.getBlob({ ...demo, file_sha: blob });
  await rest.git.createTree({
    ...demo,
    base_tree: tree,
    tree: [{ path: 'x', mode: '100644', type: 'blob', sha: blob }],
  });
  await rest.git.createCommit({ ...demo, tree, parents: [sha], message: 'm' });
  await rest.repos.listBranches(demo);
  await rest.repos.getBranch({ ...demo, branch: 'main' });
  await rest.repos.listCommits(demo);
  await rest.repos.getCommit({ ...demo, ref: 'main' });
  await rest.repos.compareCommitsWithBasehead({ ...demo, basehead: `${sha}...main` });
  await rest.repos.getContent({ ...demo, path: 'README.md' });
  await rest.repos.createOrUpdateFileContents({
    ...demo,
    path: 'n',
    message: 'm',
    content: 'eA==',
  });
  await rest.repos.createCommitStatus({ ...demo, sha, state: 'success', context: 'ci' });
  await rest.repos.listCommitStatusesForRef({ ...demo, ref: 'main' });
  await rest.repos.getCombinedStatusForRef({ ...demo, ref: 'main' });
  const run = { ...demo, name: 'build', head_sha: sha };
  const check_run_id = (await rest.checks.create(run)).data.id;
  await rest.checks.update({ ...demo, check_run_id, conclusion: 'success' });
  await rest.checks.get({ ...demo, check_run_id });
  await rest.checks.listForRef({ ...demo, ref: 'main' });
});

test('accounts and repositories', async () => {
  const { rest } = github.octokit(on.forge.url, 'token-ada');
  await rest.users.getAuthenticated();
  await rest.users.getByUsername({ username: 'bob' });
  await rest.repos.get(demo);
  await rest.repos.createForAuthenticatedUser({ name: 'fresh', auto_init: true });
  await rest.repos.listCollaborators(demo);
  await rest.repos.getCollaboratorPermissionLevel({ ...demo, username: 'bob' });
  await rest.repos.checkCollaborator({ ...demo, username: 'bob' });
  await rest.repos.removeCollaborator({ ...demo, username: 'bob' });
  await rest.repos.addCollaborator({ ...demo, username: 'bob', permission: 'push' });
  await rest.rateLimit.get();
  expect(github.checked.size).toBeGreaterThan(60);
});
