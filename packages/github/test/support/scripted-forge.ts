/** The adapter over a server that answers what the test says. */
import type { Clock } from '@bzzz/coordination';
import { createGithubForge, type GithubForge, tokenFromValue } from '../../src/index.ts';
import { type ScriptedServer, startScripted } from './scripted.ts';

export interface ScriptedForge {
  readonly server: ScriptedServer;
  readonly forge: GithubForge;
  stop(): Promise<void>;
}

export async function startScriptedForge(deps: { clock?: Clock } = {}): Promise<ScriptedForge> {
  const server = await startScripted();
  const { url } = server;
  const options = { apiUrl: url, gitUrl: url, dataDir: '/nonexistent', writeGapMs: 0 };
  const forge = createGithubForge({ ...deps, token: tokenFromValue('secret-token') }, options);
  return {
    server,
    forge,
    async stop() {
      await forge.close();
      await server.close();
    },
  };
}
