/** A bare repository behind HTTP, and clients of it: for what only git has to do with. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createGithubForge,
  type GithubForge,
  type GithubOptions,
  type TokenSource,
  tokenFromValue,
} from '../../src/index.ts';
import { commitFiles, git } from './git.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { repo } from './locks.ts';

export interface GitBench {
  readonly server: GitServer;
  /** The forge's bare repository. */
  readonly origin: string;
  /** A peer with a data folder of its own, or with the one that is named. */
  client(options?: Partial<GithubOptions> & { token?: TokenSource }): Promise<GithubForge>;
  folder(): Promise<string>;
  tip(ref: string): Promise<string | null>;
  dispose(): Promise<void>;
}

export async function createGitBench(): Promise<GitBench> {
  const root = await mkdtemp(path.join(tmpdir(), 'bzzz-git-'));
  const server = await startGitServer(path.join(root, 'served'));
  const origin = await server.createRepository(repo);
  const first = await commitFiles(origin, { 'README.md': '# Sample\n' }, null);
  await git(origin, ['update-ref', 'refs/heads/main', first]);
  const clients: GithubForge[] = [];
  const folder = (): Promise<string> => mkdtemp(path.join(root, 'peer-'));

  return {
    server,
    origin,
    folder,
    async client({ token = tokenFromValue('secret-token'), ...options } = {}) {
      const { url } = server;
      const dataDir = options.dataDir ?? (await folder());
      const forge = createGithubForge({ token }, { apiUrl: url, gitUrl: url, ...options, dataDir });
      clients.push(forge);
      return forge;
    },
    async tip(ref) {
      const text = await git(origin, ['for-each-ref', '--format=%(objectname)', ref]);
      return text === '' ? null : text;
    },
    async dispose() {
      await Promise.all(clients.map((client) => client.close()));
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
