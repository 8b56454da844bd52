import { readdir, readFile, readlink, lstat } from 'node:fs/promises';
import path from 'node:path';
import { forgeError } from './errors.ts';
import { writeCommit } from './git/commits.ts';
import { treeWith, writeBlob } from './gitdata/objects.ts';
import type { TreeChange } from './gitdata/objects.ts';
import type { Permission, RepoRow, UserRow } from './store/rows.ts';
import { findRepo, findUser } from './tracker/access.ts';
import {
  addIssue,
  addLabel,
  assignable,
  findLabel,
  labelNamed,
  setAssignees,
  setLabels,
} from './tracker/changes.ts';
import { identityOf } from './tracker/merge.ts';
import { syncBeforeRead } from './tracker/pull-sync.ts';
import type { Accounts } from './accounts.ts';
import type { World } from './world.ts';

export interface SeedRepository {
  readonly owner: string;
  readonly name: string;
  readonly description?: string;
  readonly private?: boolean;
  /** Logins with push access, or with the permission named. */
  readonly collaborators?: readonly (
    | string
    | { readonly login: string; readonly permission: Permission }
  )[];
  /** A folder whose files become the first commit on `main`; without one the repository is empty. */
  readonly filesDir?: string;
  readonly labels?: readonly {
    readonly name: string;
    readonly color?: string;
    readonly description?: string;
  }[];
  readonly issues?: readonly {
    readonly title: string;
    readonly body: string;
    readonly author: string;
    readonly labels?: readonly string[];
    readonly assignees?: readonly string[];
  }[];
}

export interface SeedResult {
  /** Whether anything was made; false when all of it was there. */
  readonly created: boolean;
  /** The numbers of the issues, in the order given. */
  readonly issues: readonly number[];
}

/**
 * Makes what it has not made before: repository, collaborators, first commit, labels, issues (told
 * by author and title). A second run changes nothing, and nothing that people did since is undone.
 * Throws `forge_config` for an owner or author who is not a user.
 */
export async function seedInto(
  world: World,
  accounts: Accounts,
  seed: SeedRepository,
): Promise<SeedResult> {
  const owner = knownUser(world, seed.owner);
  for (const { author } of seed.issues ?? []) knownUser(world, author);
  const before = world.tables.seeds.count();
  const repo = await seedRow(world, owner, seed);
  for (const one of seed.collaborators ?? []) {
    const { login, permission = 'push' } = typeof one === 'string' ? { login: one } : one;
    const user = accounts.add({ login });
    once(world, repo, `collaborator ${user.login}`, () =>
      addCollaborator(world, repo, { user, permission }),
    );
  }
  if (seed.filesDir !== undefined) await firstCommit(world, repo, { owner, dir: seed.filesDir });
  await syncBeforeRead(world, repo);
  for (const { name, color = 'ededed', description = null } of seed.labels ?? []) {
    once(world, repo, `label ${name}`, () => {
      if (findLabel(world, repo, name) === undefined) {
        addLabel(world, repo, { name, color, description });
      }
      return 0;
    });
  }
  const issues = (seed.issues ?? []).map((issue) =>
    once(world, repo, `issue ${issue.author}: ${issue.title}`, () =>
      seedIssue(world, repo, { ...issue, owner }),
    ),
  );
  return { created: world.tables.seeds.count() > before, issues };
}

/** Runs `make` unless this was made before; the number is remembered with it. */
function once(world: World, repo: RepoRow, what: string, make: () => number): number {
  const rows = world.tables.seeds.findBy('repo_id', repo.id);
  const made = rows.find((row) => row.what === what);
  if (made !== undefined) return made.number;
  const number = make();
  world.tables.seeds.insert({ repo_id: repo.id, what, number });
  return number;
}

async function seedRow(world: World, owner: UserRow, seed: SeedRepository): Promise<RepoRow> {
  const { name, description, private: hidden = false } = seed;
  const found = findRepo(world.tables, owner.login, name);
  if (found === undefined) {
    const row = { owner: owner.login, name, private: hidden, auto_init: false as const };
    world.emulation.seed({ repos: [description === undefined ? row : { ...row, description }] });
  }
  const repo = found ?? findRepo(world.tables, owner.login, name);
  if (repo === undefined) throw forgeError('forge_emulate', `repository ${name} was not made`);
  if (repo.pushed_at === null) world.tables.repos.update(repo.id, { pushed_at: repo.created_at });
  await world.git.create(repo.full_name, repo.default_branch);
  once(world, repo, 'repository', () => 0);
  return repo;
}

function seedIssue(
  world: World,
  repo: RepoRow,
  seed: NonNullable<SeedRepository['issues']>[number] & { readonly owner: UserRow },
): number {
  const author = knownUser(world, seed.author);
  const { title, body } = seed;
  const row = addIssue(world, repo, { title, body, user_id: author.id, is_pull_request: false });
  const actor = seed.owner;
  const labels = (seed.labels ?? []).map((name) => labelNamed(world, repo, name));
  // In the author's name, as a template of the repository does: nobody has looked at the issue yet.
  const issue = setLabels(world, { repo, issue: row }, { labels, actor: author });
  const ids = assignable(world, repo, seed.assignees ?? []).map((user) => user.id);
  setAssignees(world, { repo, issue }, { ids, actor });
  return issue.number;
}

function addCollaborator(
  world: World,
  repo: RepoRow,
  one: { readonly user: UserRow; readonly permission: Permission },
): number {
  const { user, permission } = one;
  const rows = world.tables.collaborators.findBy('repo_id', repo.id);
  const known = user.id === repo.owner_id || rows.some((row) => row.user_id === user.id);
  if (!known) world.tables.collaborators.insert({ repo_id: repo.id, user_id: user.id, permission });
  return 0;
}

async function firstCommit(
  world: World,
  repo: RepoRow,
  from: { readonly owner: UserRow; readonly dir: string },
): Promise<void> {
  const ref = `refs/heads/${repo.default_branch}`;
  if ((await world.git.resolve(repo.full_name, ref)) !== null) return;
  const changes = await filesUnder(world, repo, from.dir);
  const tree = await treeWith(world, repo, { start: null, changes });
  const who = identityOf(from.owner);
  const commit = await writeCommit(world.git, repo.full_name, {
    tree,
    parents: [],
    message: 'Initial commit\n',
    author: who,
    committer: who,
    timeMs: world.now(),
  });
  await world.git.text(repo.full_name, ['update-ref', ref, commit, '0'.repeat(40)]);
}

/** Not by a recursive `readdir`, which goes through links, behind which the whole machine may lie. */
async function namesUnder(dir: string, below = ''): Promise<string[]> {
  const entries = await readdir(path.join(dir, below), { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    const name = path.join(below, entry.name);
    return entry.isDirectory() ? namesUnder(dir, name) : [name];
  });
  return (await Promise.all(lists)).flat();
}

async function filesUnder(world: World, repo: RepoRow, dir: string): Promise<TreeChange[]> {
  const names = await namesUnder(dir);
  const changes: TreeChange[] = [];
  for (const name of names.toSorted()) {
    if (name.split(path.sep).some((part) => part === '.git' || part === 'node_modules')) continue;
    const file = path.join(dir, name);
    const stats = await lstat(file);
    if (!stats.isFile() && !stats.isSymbolicLink()) continue;
    const link = stats.isSymbolicLink();
    const content = link ? Buffer.from(await readlink(file)) : await readFile(file);
    const mode = link ? '120000' : (stats.mode & 0o100) === 0 ? '100644' : '100755';
    const at = name.split(path.sep).join('/');
    changes.push({ path: at, mode, sha: await writeBlob(world, repo, content) });
  }
  return changes;
}

function knownUser(world: World, login: string): UserRow {
  const user = findUser(world.tables, login);
  if (user === undefined) throw forgeError('forge_config', `${login} is not one of the users`);
  return user;
}
