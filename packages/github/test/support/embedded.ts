/** The embedded forge with one repository, for tests that need a whole server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createForge, type Forge as EmbeddedForge } from '@bzzz/forge';
import { RepoName } from '@bzzz/protocol';
import { createPerson } from './person.ts';

export const tokens = {
  owner: 'token-of-the-owner',
  peer: 'token-of-the-peers',
  outsider: 'token-of-an-outsider',
} as const;

export interface Embedded {
  readonly forge: EmbeddedForge;
  /** A new repository with files on `main`; the account of the peers may push. */
  createRepository(): Promise<RepoName>;
  stop(): Promise<void>;
}

export async function startEmbedded(): Promise<Embedded> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bzzz-embedded-'));
  const forge = await createForge({
    dataDir,
    users: [
      { login: 'owner', token: tokens.owner },
      { login: 'peers', token: tokens.peer },
      { login: 'outsider', token: tokens.outsider },
    ],
    // One account writes for all tests of a file here, faster than a person could. What a peer does
    // about the limits is tested where the limit is the point.
    limits: { contentPerMinute: 10_000, contentPerHour: 10_000, pointsPerMinute: 100_000 },
  });
  let repositories = 0;
  return {
    forge,
    async createRepository() {
      repositories += 1;
      const name = `sample-${repositories}`;
      await forge.seed({ owner: 'owner', name, collaborators: ['peers'] });
      const repo = RepoName.parse(`owner/${name}`);
      const url = forge.url;
      const person = await createPerson({ apiUrl: url, gitUrl: url, repo, token: tokens.owner });
      await person.pushFiles('main', { 'README.md': '# Sample\n', 'src/index.js': 'export {};\n' });
      await person.dispose();
      return repo;
    },
    async stop() {
      await forge.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
