/** Git goes through the proxy of the environment, whose password no process shows. */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openMirror } from '../src/git/mirror.ts';
import { createGitRunner } from '../src/git/process.ts';
import { createRemote } from '../src/git/remote.ts';
import { createStats } from '../src/stats.ts';
import { tokenFromValue } from '../src/index.ts';
import { codeOf } from './support/code-of.ts';
import { repo } from './support/locks.ts';

const password = 'the-password-of-the-proxy';

/** What all processes show of themselves that have this word in their arguments. */
async function shownBy(word: string): Promise<string[]> {
  const shown: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    const args = await read('cmdline');
    if (args.includes(word)) shown.push(`${args}\n${await read('environ')}`);
  }
  return shown;
}

it.each([['http_proxy'], ['all_proxy']])('that %s names', async (variable) => {
  const asked: { url: string; credential: string; shown: string[] }[] = [];
  const proxy = createServer((request, response) => {
    void (async () => {
      const credential = String(request.headers['proxy-authorization']);
      asked.push({ url: request.url ?? '', credential, shown: await shownBy('forge.invalid') });
      response.writeHead(credential.startsWith('Basic ') ? 502 : 407, {
        'proxy-authenticate': 'Basic realm="proxy"',
      });
      response.end();
    })();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  // Reason for the cast: it listens on a port.
  const { port } = proxy.address() as AddressInfo;
  for (const name of ['http_proxy', 'all_proxy', 'no_proxy', 'NO_PROXY']) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv(variable, `http://bee:${password}@127.0.0.1:${port}`);
  onTestFinished(() => void vi.unstubAllEnvs());

  const dir = await mkdtemp(path.join(tmpdir(), 'bzzz-proxy-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const runGit = createGitRunner();
  const { signal } = new AbortController();
  const mirror = await openMirror(runGit, path.join(dir, 'mirror'), signal);
  const remote = createRemote(
    { runGit, token: tokenFromValue('a-token'), stats: createStats() },
    { gitUrl: 'http://forge.invalid', gitTimeoutMs: 20_000, fetchTimeoutMs: 20_000 },
  );
  expect(await codeOf(remote.fetch(repo, mirror, 'refs/heads/main', signal))).toMatch(/^forge_/);

  const last = asked.at(-1);
  expect(last?.url).toContain('http://forge.invalid/');
  const basic = Buffer.from(`bee:${password}`).toString('base64');
  expect(last?.credential).toBe(`Basic ${basic}`);
  expect(last?.shown.length).toBeGreaterThan(0);
  for (const text of last?.shown ?? []) expect(text).not.toContain(password);
});
