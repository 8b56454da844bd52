/**
 * What an account is to a repository. GitHub says it of authors only; of others it tells what they may do
 * there. From that nobody can tell members of an organisation from collaborators whom it invited.
 */
import type { Clock } from '@bzzz/coordination';
import { type Account, type Association, isBzzzError, type RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import { createBoundedMap } from '../bounded-map.ts';
import type { Rest } from './client.ts';
import { repoParameters } from './issues.ts';
import { parseAnswer } from './schemas.ts';

export interface AssociationApi {
  read(repo: RepoName, account: Account, signal: AbortSignal): Promise<Association>;
}

/**
 * `permission` is in older words, where `triage` is `read`; `role_name` may be a name that the
 * organisation made up, whose base only the permissions tell.
 */
const Permission = z.object({
  permission: z.string(),
  role_name: z.string().nullish(),
  user: z
    .object({ permissions: z.object({ triage: z.boolean().nullish() }).nullish() })
    .nullish()
    .catch(null),
});

/** So long somebody still counts whose rights were taken. */
const keptMs = 120_000;
const keptMax = 1_024;

export function createAssociationApi(deps: {
  readonly rest: Rest;
  readonly clock: Clock;
}): AssociationApi {
  const { rest, clock } = deps;
  const kept = createBoundedMap<{ readonly association: Association; readonly atMs: number }>(
    keptMax,
  );

  async function ask(repo: RepoName, account: Account, signal: AbortSignal): Promise<Association> {
    const { owner } = repoParameters(repo);
    if (owner.toLowerCase() === account.toLowerCase()) return 'OWNER';
    const parameters = { ...repoParameters(repo), username: account };
    const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
    try {
      const { data } = await rest.read({ route, parameters, signal });
      return mayLabel(parseAnswer('permission', Permission, data)) ? 'COLLABORATOR' : 'NONE';
    } catch (error) {
      // No such account.
      if (isBzzzError(error, 'forge_not_found')) return 'NONE';
      throw error;
    }
  }

  return {
    async read(repo, account, signal) {
      const key = `${repo} ${account}`;
      const known = kept.get(key);
      const atMs = clock.monotonicMs();
      if (known !== undefined && atMs - known.atMs < keptMs) return known.association;
      const association = await ask(repo, account, signal);
      kept.set(key, { association, atMs });
      return association;
    },
  };
}

function mayLabel({ permission, role_name: role, user }: z.infer<typeof Permission>): boolean {
  if (permission === 'admin' || permission === 'write') return true;
  return role === 'triage' || user?.permissions?.triage === true;
}
