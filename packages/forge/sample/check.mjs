/**
 * Proves that the sample repository is what the demo says it is. For each issue: whether it may be
 * worked on, and where it may, that its acceptance fails on the base, its recipe makes a small
 * change, and the acceptance passes in a clean checkout under the judge files of the base. At last
 * all results are merged: they do not conflict, and every test passes.
 *
 *     node packages/forge/sample/check.mjs [--sandbox]
 *
 * `--sandbox` runs every command in bubblewrap, without network.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  alwaysProtected,
  fillArgv,
  parsePolicy,
  policyPath,
  readWorkRequest,
  visibleText,
} from '@bzzz/protocol';

const here = fileURLToPath(new URL('.', import.meta.url));
const content = join(here, 'files');

/** Throws an AssertionError that names the issue. `log` gets one line an issue. */
export function checkSample({ sandbox = false, log = () => {} } = {}) {
  const seed = JSON.parse(readFileSync(join(here, 'seed.json'), 'utf8'));
  const policy = parsePolicy(readFileSync(join(content, policyPath), 'utf8'));
  checkNames(seed);
  const folder = mkdtempSync(join(tmpdir(), 'bzzz-sample-'));
  try {
    const repository = createRepository(join(folder, 'base'), sandbox);
    for (const [index, issue] of seed.issues.entries()) {
      const number = index + 1;
      const obstacles = obstaclesOf(issue, seed, policy);
      const expected = issue.expect === 'pull-request' ? 0 : 1;
      assert.equal(obstacles.length, expected, `#${number} ${issue.title}: ${obstacles.join()}`);
      const work = workOf(issue, policy);
      const done = work ? `, ${carryOut(repository, number, issue, work, policy)}` : '';
      log(`#${number} ${issue.title}: ${obstacles[0] ?? 'pull request'}${done}`);
    }
    checkMerged(repository, seed);
    log('all results merge, and every test passes');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each issue that is left alone has exactly one reason, so that each gate is tested by itself. */
function obstaclesOf(issue, seed, policy) {
  const association = (login) => {
    if (login === seed.owner) return 'OWNER';
    return seed.collaborators.some((c) => c.login === login) ? 'COLLABORATOR' : 'NONE';
  };
  const obstacles = [];
  if (!issue.labels.some((label) => policy.labels.includes(label))) obstacles.push('no label');
  if (!policy.authors.includes(association(issue.author))) obstacles.push('author');
  if (issue.assignees.length > 0) obstacles.push('assigned');
  const reading = readWorkRequest(visibleText(issue.body));
  if (reading.kind !== 'request') return [...obstacles, 'asks for nothing'];
  const { recipe: name, parameters } = reading.request;
  const recipe = Object.hasOwn(policy.recipes, name) ? policy.recipes[name] : undefined;
  if (recipe === undefined) return [...obstacles, 'no such recipe'];
  if (!fit(recipe, parameters)) obstacles.push('parameters');
  return obstacles;
}

function fit(recipe, parameters) {
  const given = Object.entries(parameters);
  if (given.length !== Object.keys(recipe.parameters).length) return false;
  return given.every(([name, value]) => {
    const pattern = Object.hasOwn(recipe.parameters, name) ? recipe.parameters[name] : undefined;
    if (pattern === undefined || value.startsWith('-')) return false;
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  });
}

/** The commands of an issue, also of one that only its author, label or assignee keeps back. */
function workOf(issue, policy) {
  const reading = readWorkRequest(visibleText(issue.body));
  if (reading.kind !== 'request') return null;
  const recipe = policy.recipes[reading.request.recipe];
  if (recipe === undefined || !fit(recipe, reading.request.parameters)) return null;
  const fill = (argvs) => argvs.map((argv) => fillArgv(argv, reading.request.parameters));
  return { run: fill(recipe.run), accept: fill(recipe.accept) };
}

function carryOut(repository, number, issue, work, policy) {
  const { git, run, path } = repository;
  const name = `#${number} ${issue.title}`;
  git('checkout', '--quiet', '-B', `issue-${number}`, 'main');
  const before = work.accept.map(run);
  assert.ok(
    before.some(({ status }) => status !== 0),
    `${name}: accepted on the base already`,
  );
  assert.equal(git('status', '--porcelain'), '', `${name}: the acceptance changes files`);

  const startedMs = performance.now();
  for (const argv of work.run) assertPassed(run(argv), name);
  const changed = git('status', '--porcelain', '--untracked-files=all').split('\n').filter(Boolean);
  const paths = changed.map((line) => line.slice(3)).sort();
  if (issue.changes) assert.deepEqual(paths, issue.changes, name);
  assert.ok(paths.length > 0 && paths.length <= policy.limits.changedFilesMax, name);
  const forbidden = [...policy.protected, ...alwaysProtected, ...policy.judge];
  for (const glob of forbidden) assert.ok(!paths.some((p) => matchesGlob(p, glob)), name);
  git('add', '--all');
  git('commit', '--quiet', '--message', issue.title);

  // A clean checkout, and the judge files of the base laid over it.
  rmSync(path, { recursive: true, force: true });
  git('worktree', 'prune');
  git('worktree', 'add', '--quiet', '--detach', path, `issue-${number}`);
  git('checkout', 'main', '--', ...policy.judge.map((glob) => `:(glob)${glob}`));
  for (const argv of work.accept) assertPassed(run(argv), name);
  const elapsedMs = performance.now() - startedMs;
  assert.ok(elapsedMs < 15_000, `${name}: took ${Math.round(elapsedMs)} ms`);
  return `${paths.join(' ')} in ${(elapsedMs / 1000).toFixed(1)} s`;
}

function checkMerged({ git, run }, seed) {
  git('checkout', '--quiet', '--force', '-B', 'merged', 'main');
  for (const [index, { expect, title }] of seed.issues.entries()) {
    if (expect === 'pull-request') git('merge', '--quiet', '-m', title, `issue-${index + 1}`);
  }
  assertPassed(run(['node', '--test']), 'all results together');
}

function checkNames({ owner, users, collaborators, labels, issues }) {
  const logins = new Set(users.map((user) => user.login));
  const names = new Set(labels.map((label) => label.name));
  const used = [owner, ...collaborators.map((c) => c.login)];
  for (const issue of issues) used.push(issue.author, ...issue.assignees);
  for (const login of used) assert.ok(logins.has(login), `no such user: ${login}`);
  for (const label of issues.flatMap((issue) => issue.labels)) {
    assert.ok(names.has(label), `no such label: ${label}`);
  }
}

/** A repository, and beside it one worktree at `path` in which everything happens. */
function createRepository(store, sandbox) {
  const path = `${store}-work`;
  // Nothing of the caller's git: neither its configuration nor the repository that a hook runs in.
  const env = {
    PATH: process.env.PATH,
    HOME: path,
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const who = ['-c', 'user.name=check', '-c', 'user.email=check@example.invalid'];
  const git = (...argv) => {
    // What concerns the worktrees themselves has to run outside of them.
    const place = argv[0] === 'worktree' ? store : path;
    return execFileSync('git', ['-C', place, ...who, ...argv], { encoding: 'utf8', env });
  };
  const run = (argv) => {
    const [command, ...rest] = sandbox ? [...bubblewrap(path), ...argv] : argv;
    return { argv, ...spawnSync(command, rest, { cwd: path, env, encoding: 'utf8' }) };
  };
  cpSync(content, store, { recursive: true });
  const prepare = (...argv) => execFileSync('git', ['-C', store, ...who, ...argv], { env });
  prepare('init', '--quiet', '--initial-branch=main');
  prepare('add', '--all');
  prepare('commit', '--quiet', '--message', 'textkit');
  git('worktree', 'add', '--quiet', '--detach', path, 'main');
  return { path, git, run };
}

function bubblewrap(path) {
  const mounts = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'];
  return ['bwrap', ...mounts, '--bind', path, path, '--unshare-all', '--die-with-parent'];
}

function assertPassed({ argv, status, stdout, stderr, error }, name) {
  assert.equal(status, 0, `${name}: ${argv.join(' ')}\n${stdout}${stderr}${error ?? ''}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  checkSample({ sandbox: process.argv.includes('--sandbox'), log: console.log });
}
