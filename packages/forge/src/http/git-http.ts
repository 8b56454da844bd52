import { type GitService, runBackend } from '../git/backend.ts';
import type { Struck } from '../faults/faults.ts';
import type { RequestKind } from '../requests.ts';
import type { RepoRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import { findRepo, may, permissionOf } from '../tracker/access.ts';
import { syncWithRefs } from '../tracker/pull-sync.ts';
import type { World } from '../world.ts';
import type { Call } from './call.ts';
import { plainText, type Reply } from './reply.ts';

export interface GitCall {
  readonly owner: string;
  readonly repo: string;
  readonly rest: string;
  readonly service: GitService;
}

const gitPath = /^\/([^/]+)\/([^/]+?)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** What of git's smart HTTP this asks for; null when it is not that. The old "dumb" way is not served. */
export function gitCallOf(path: string, query: URLSearchParams): GitCall | null {
  const [, owner, repo, rest] = gitPath.exec(path) ?? [];
  if (owner === undefined || repo === undefined || rest === undefined) return null;
  const service = rest === 'info/refs' ? query.get('service') : rest;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return null;
  return { owner, repo, rest, service };
}

/** Git over HTTP with the accounts, permissions and statuses of GitHub. */
export function createGitHttp(deps: {
  readonly world: World;
  readonly count: (account: string, kind: RequestKind) => void;
  readonly flush: () => Promise<void>;
  readonly signal: AbortSignal;
}): (call: Call, git: GitCall, struck: Struck) => Promise<Reply> {
  const { world } = deps;
  const greetings = new Map<string, Reply>();

  async function greeting(fullName: string, run: () => Promise<Reply>): Promise<Reply> {
    const reply = greetings.get(fullName) ?? (await run());
    if (reply.status === 200) greetings.set(fullName, reply);
    return reply;
  }

  return async (call, git, struck) => {
    const repo = findRepo(world.tables, git.owner, git.repo);
    const push = git.service === 'git-receive-pack';
    const refusal = refusalOf(world, call, { repo, push });
    if (refusal !== null || repo === undefined) return refusal ?? plainText(404, 'Not Found');
    if (call.method !== (git.rest === 'info/refs' ? 'GET' : 'POST')) {
      return plainText(405, 'Method not allowed.');
    }
    const run = (): Promise<Reply> =>
      runBackend({
        dir: world.git.dirOf(repo.full_name),
        service: git.service,
        wants: git.rest === 'info/refs' ? 'greeting' : 'service',
        headers: call.headers,
        body: call.body,
        login: call.user?.login ?? null,
        signal: deps.signal,
      });
    if (git.rest === 'info/refs' || !push) {
      if (git.rest !== 'info/refs') deps.count(call.user?.login ?? 'anonymous', 'gitFetches');
      return struck.read(isGreeting(call, git) ? () => greeting(repo.full_name, run) : run);
    }
    deps.count(call.user?.login ?? 'anonymous', 'gitPushes');
    // Pushes race as they do on GitHub: git's own ref locks decide. Only the rows wait in line.
    const reply = await run();
    await world.git.locked(repo.full_name, async () => {
      world.tables.repos.update(repo.id, { pushed_at: isoSeconds(world.now()) });
      if (call.user !== null) await syncWithRefs(world, repo, call.user);
    });
    await deps.flush();
    return reply;
  };
}

/** In protocol version 2 it tells what the server can, and nothing of the repository: gitprotocol-v2(5). */
function isGreeting({ headers }: Call, { service, rest }: GitCall): boolean {
  const version = headers['git-protocol'];
  return rest === 'info/refs' && service === 'git-upload-pack' && version === 'version=2';
}

function refusalOf(
  world: World,
  call: Call,
  wants: { readonly repo: RepoRow | undefined; readonly push: boolean },
): Reply | null {
  const { repo, push } = wants;
  const visible = repo !== undefined && permissionOf(world.tables, repo, call.user) !== null;
  if (call.user === null && (push || !visible)) return askLogin();
  if (repo === undefined || !visible) return plainText(404, 'Repository not found.');
  if (push && !may(world.tables, { repo, user: call.user }, 'push')) {
    return plainText(
      403,
      `Permission to ${repo.full_name}.git denied to ${call.user?.login ?? ''}.`,
    );
  }
  return null;
}

export function askLogin(): Reply {
  const reply = plainText(401, 'Authentication failed.');
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Basic realm="GitHub"' } };
}
