/** A webhook in a whole peer: it hastens what polls would find, and nothing else. */
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createControlClient, createPeer } from '../src/index.ts';
import { codeOf, configFor, silent, startedPeer, startForge, tempDir, until } from './support.ts';

const secret = 'it-is-a-secret';

async function secretFileIn(dir: string): Promise<string> {
  const file = join(dir, 'webhook.secret');
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return file;
}

async function deliver(address: string, repo: string, signedWith = secret): Promise<number> {
  const body = JSON.stringify({ action: 'opened', repository: { full_name: repo } });
  const signature = createHmac('sha256', signedWith).update(body).digest('hex');
  const answer = await fetch(`http://${address}/webhook`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-hub-signature-256': `sha256=${signature}`,
    },
    body,
  });
  return answer.status;
}

describe('a peer with a webhook', () => {
  it('takes an issue at once, however seldom it polls', async () => {
    const forge = await startForge();
    const dataDir = await tempDir();
    const secretFile = await secretFileIn(dataDir);
    const webhook = { listen: '127.0.0.1:0', secretFile };
    await startedPeer(configFor(dataDir, { forge, webhook, pollMs: 3_600_000 }));
    const client = createControlClient(dataDir);
    const { address } = await until(async () => {
      const status = await client.status();
      return status.forge.watching[0]?.answeredAgoMs != null && (status.webhook ?? undefined);
    });

    // By the forge itself: an issue that is filed through the peer is looked for anyway.
    const filed = await fetch(`${forge.forge.url}/repos/${forge.repo}/issues`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-of-owner' },
      body: JSON.stringify({ title: 'A note', body: 'recipe: note\ntext: hi\n', labels: ['bzzz'] }),
    });
    expect(filed.status).toBe(201);
    expect(await deliver(address, forge.repo, 'guessed')).toBe(401);
    expect((await client.status()).forge.watching).toMatchObject([{ polls: 1 }]);
    expect((await client.tasks()).tasks).toEqual([]);

    expect(await deliver(address, forge.repo.toUpperCase())).toBe(202);
    const done = await until(async () => {
      const { tasks } = await client.tasks();
      return tasks.find(({ state }) => state === 'done');
    });
    expect(done).toMatchObject({ task: `${forge.repo}#1`, epoch: 1 });
    const status = await client.status();
    expect(status.webhook).toEqual({ address, hints: 1, ignored: 0, refused: 1 });
    expect(status.problems.map(({ code }) => code)).toEqual(['alone']);
  });

  it('says so when it cannot know who signs', async () => {
    const dataDir = await tempDir();
    const webhook = { listen: '127.0.0.1:0', secretFile: join(dataDir, 'none') };
    await startedPeer(configFor(dataDir, { webhook }));
    const { problems } = await createControlClient(dataDir).status();
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'webhook_secret_unusable', severity: 'warning' }),
    );
  });

  it('does not start where its port is taken, and leaves nothing behind; stopped, it frees it', async () => {
    const [one, two] = [await tempDir(), await tempDir()];
    const secretFile = await secretFileIn(one);
    const first = await startedPeer(
      configFor(one, { webhook: { listen: '127.0.0.1:0', secretFile } }),
    );
    const { webhook } = await createControlClient(one).status();
    const listen = webhook?.address ?? '';
    const config = configFor(two, { webhook: { listen, secretFile } });
    const blocked = createPeer(config, { logger: silent });
    expect(await codeOf(blocked.start())).toBe('webhook_listen_failed');
    await blocked.stop();
    await first.stop();
    await startedPeer(config);
    expect((await createControlClient(two).status()).webhook).toMatchObject({ address: listen });
  });
});

it('a peer without a webhook listens to nobody', async () => {
  const dataDir = await tempDir();
  await startedPeer(configFor(dataDir));
  expect((await createControlClient(dataDir).status()).webhook).toBeNull();
});
