/** A repository with one issue on an embedded forge, anew for each test; forges that are closed after it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { IssueNumber, RepoName } from '@bzzz/protocol';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import {
  createGithubForge,
  type GithubDeps,
  type GithubForge,
  type GithubOptions,
  tokenFromValue,
} from '../../src/index.ts';
import { type Embedded, startEmbedded, tokens } from './embedded.ts';
import { createPerson, type Person } from './person.ts';

export interface EmbeddedIssue {
  readonly embedded: Embedded;
  readonly repo: RepoName;
  readonly person: Person;
  readonly number: IssueNumber;
  /** For files of the test; removed at its end. */
  readonly folder: string;
  /** The adapter of a peer with a folder of its own. */
  connect(deps?: Partial<GithubDeps>, options?: Partial<GithubOptions>): Promise<GithubForge>;
}

/** To be called once in a file; `onIssue` is told before each test. */
export function useEmbeddedIssue(onIssue: (issue: EmbeddedIssue) => void): void {
  let embedded: Embedded;
  let folder: string;
  let person: Person;
  let forges: GithubForge[];
  beforeAll(async () => {
    embedded = await startEmbedded();
    folder = await mkdtemp(path.join(tmpdir(), 'bzzz-github-'));
  });
  afterAll(async () => {
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    forges = [];
    const repo = await embedded.createRepository();
    const { url } = embedded.forge;
    person = await createPerson({ apiUrl: url, gitUrl: url, repo, token: tokens.owner });
    const number = await person.openIssue({ title: 'Something to do', body: 'recipe: format' });
    onIssue({ embedded, repo, person, number, folder, connect });
  });
  afterEach(async () => {
    embedded.forge.faults.clear();
    await Promise.all(forges.map((forge) => forge.close()));
    await person.dispose();
  });

  async function connect(deps = {}, options = {}): Promise<GithubForge> {
    const { url } = embedded.forge;
    const dataDir = await mkdtemp(path.join(folder, 'peer-'));
    const forge = createGithubForge(
      { token: tokenFromValue(tokens.peer), ...deps },
      { apiUrl: url, gitUrl: url, dataDir, ...options },
    );
    forges.push(forge);
    return forge;
  }
}
