/** What a running peer offers follows what its machine has: a server whose models change, programs that come and go. */
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '@bzzz/protocol';
import { inOrder, startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { expect, it } from 'vitest';
import { createControlClient } from '../src/index.ts';
import { configFor, onCleanup, startedPeer, tempDir, until } from './support.ts';

const key = 'cd'.repeat(32);

async function keyIn(dir: string): Promise<string> {
  const file = join(dir, 'key');
  await writeFile(file, 'sk-key\n', { mode: 0o600 });
  return file;
}

async function program(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/usr/bin/env node\nconsole.log('${text}')\n`);
  await chmod(path, 0o755);
}

function asks(dataDir: string) {
  const client = createControlClient(dataDir);
  const self = async () => {
    const { peers } = await client.peers();
    const own = peers.find((peer) => peer.self);
    if (own === undefined) throw new Error('no self');
    return own;
  };
  return { client, self };
}

it('a model that is pulled is offered, and told to the mesh; one that is removed is not any more', async () => {
  const server = await startScriptedOllama(inOrder(), [{ name: 'coder:7b' }]);
  onCleanup(() => server.close());
  const dataDir = await tempDir();
  const first = await startedPeer(
    Config.parse({
      ...configFor(dataDir, { meshKey: key }),
      ollama: { url: server.url },
      // Nobody looks by himself in this test.
      work: { slots: 1, refreshMs: 86_400_000 },
    }),
  );
  const bootstrap = first.addresses();
  const second = await startedPeer(
    configFor(await tempDir(), { name: 'beta', meshKey: key, bootstrap }),
  );
  const heard = () =>
    second
      .coordinator()
      .view()
      .members.find(({ peer }) => peer === first.id())?.capabilities;
  await until(() => heard()?.models.includes('coder:7b'));
  const before = heard()?.revision ?? 0;
  const { client } = asks(dataDir);
  server.models = [{ name: 'coder:14b', loaded: true }];
  // Two at once are one look.
  const asked = server.asked.filter((one) => one === 'GET /api/tags').length;
  await Promise.all([client.refresh(), client.refresh()]);
  expect(server.asked.filter((one) => one === 'GET /api/tags').length).toBe(asked + 1);
  await until(() => heard()?.models.join() === 'coder:14b');
  expect(heard()?.revision).toBeGreaterThan(before);
  server.broken = { status: 500, body: '{"error":"busy"}' };
  await client.refresh();
  expect(heard()?.models).toEqual(['coder:14b']);
  const { problems } = await client.status();
  const text = problems.find(({ code }) => code === 'look_failed')?.text;
  expect(text).toContain('the server answered 500: busy');
  server.broken = null;
  server.models = [];
  await client.refresh();
  await until(() => heard()?.models.length === 0);
  await until(() => !heard()?.executors.includes('ollama'));
});

it('a coding tool that appears on PATH is offered by the next look', async () => {
  const dataDir = await tempDir();
  const bin = await tempDir();
  const { PATH = '' } = process.env;
  process.env['PATH'] = `${bin}:${PATH}`;
  onCleanup(() => (process.env['PATH'] = PATH));
  const name = 'refresh-test-claude';
  await startedPeer(
    Config.parse({
      ...configFor(dataDir),
      cli: { claude: { apiKeyFile: await keyIn(bin), program: name } },
      work: { slots: 1, refreshMs: 1_000 },
    }),
  );
  const { self } = asks(dataDir);
  expect((await self()).executors).toEqual(['recipe']);
  await program(join(bin, name), '3.2.1 (Claude Code)');
  await until(async () => (await self()).executors.includes('claude'));
  await rm(join(bin, name));
  await until(async () => !(await self()).executors.includes('claude'));
});

it('a peer without recipes offers none', async () => {
  const dataDir = await tempDir();
  const work = { slots: 1, recipes: false };
  await startedPeer(Config.parse({ ...configFor(dataDir), work }));
  const { self } = asks(dataDir);
  expect((await self()).executors).toEqual([]);
});
