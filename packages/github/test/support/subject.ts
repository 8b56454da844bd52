/** The subject of the contract suite over any server that speaks GitHub's API. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RepoName } from '@bzzz/protocol';
import type { ForgeSubject } from '@bzzz/testkit/contracts/forge';
import { createGithubForge, type GithubForge, tokenFromValue } from '../../src/index.ts';
import { commitFiles } from './git.ts';
import { createPerson, type Person } from './person.ts';

export interface SubjectOptions {
  readonly apiUrl: string;
  readonly gitUrl: string;
  readonly repo: RepoName;
  readonly token: string;
  readonly writeGapMs?: number;
  /** Of an account without push access. */
  readonly outsiderToken: string | null;
  /** Runs before everything is removed. */
  cleanUp(person: Person): Promise<void>;
}

export async function createSubject(options: SubjectOptions): Promise<ForgeSubject> {
  const { apiUrl, gitUrl, repo } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'bzzz-github-'));
  const person = await createPerson(options);
  const clients: GithubForge[] = [];

  const clientOf = async (token: string): Promise<GithubForge> => {
    const dataDir = await mkdtemp(path.join(folder, 'peer-'));
    const forge = createGithubForge({ token: tokenFromValue(token) }, { apiUrl, gitUrl, dataDir });
    clients.push(forge);
    return forge;
  };
  const { outsiderToken } = options;

  return {
    repo,
    person,
    client: () => clientOf(options.token),
    commitOnBase: (base, files) => commitFiles(base.mirror, files, base.oid),
    outsider: outsiderToken === null ? null : () => clientOf(outsiderToken),
    async dispose() {
      await Promise.all(clients.map((client) => client.close()));
      await options.cleanUp(person);
      await person.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
