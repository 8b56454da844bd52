/** What operators say over a peer stands on the issue, and holds for all peers. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createControlClient } from '../src/index.ts';
import { codeOf, configFor, errorOf, startedPeer, startForge, tempDir, until } from './support.ts';

const issue = { title: 'A note', body: 'recipe: note\ntext: hello\n' };

async function started(policyToo = '') {
  const forge = await startForge(policyToo);
  const dataDir = await tempDir();
  await startedPeer(configFor(dataDir, { forge }));
  const client = createControlClient(dataDir);
  const task = async () => (await client.tasks()).tasks[0];
  return { forge, client, task };
}

describe('an order', () => {
  it('to cancel leaves the task to people, and one to retry gives it back', async () => {
    const { client, task, forge } = await started();
    await client.pause({ scope: 'self', paused: true });
    await client.submit(issue);
    await until(async () => (await task())?.wanted);
    const said = await client.order('1', { order: 'cancel' });
    expect(said).toMatchObject({ task: 'owner/sample#1', order: 'cancel' });
    expect(said.url).toContain('/owner/sample/issues/1#issuecomment-');
    await until(async () => (await task())?.reason === 'peers said /bzzz stop');
    expect(await task()).toMatchObject({ wanted: false });
    await client.order(`${forge.repo}#1`, { order: 'retry' });
    await client.pause({ scope: 'self', paused: false });
    await until(async () => (await task())?.state === 'done');
    const told = [];
    for await (const { entry } of client.history({ kind: 'operator.acted' })) told.push(entry.body);
    const by = 'control socket';
    expect(told.slice(-3)).toMatchObject([
      { by, act: 'cancel', about: 'owner/sample#1' },
      { by, act: 'retry', about: 'owner/sample#1' },
      { by, act: 'resume' },
    ]);
  });

  it('stands in the journal with the name of who typed it, where that can be one', async () => {
    const dataDir = await tempDir();
    await startedPeer(configFor(dataDir));
    const ask = { scope: 'self', paused: true } as const;
    const users = ['mära', 'CORP\\mara', undefined, '\u001b[31mroot', 'x'.repeat(65)];
    for (const user of users) await createControlClient(dataDir, { user }).pause(ask);
    const told: unknown[] = [];
    const acted = createControlClient(dataDir).history({ kind: 'operator.acted' });
    for await (const { entry } of acted) told.push([entry.body['by'], entry.body['user']]);
    const known = ['mära', 'CORP\\mara', undefined, undefined, undefined];
    expect(told).toEqual(known.map((user) => ['control socket', user]));
  });

  it('is refused where nobody would listen to it, and says who is listened to', async () => {
    const { client, forge } = await started('\nauthors: [OWNER]\n');
    const { number } = await client.submit({ ...issue, labels: [] });
    expect(await codeOf(client.order(`${number}`, { order: 'cancel' }))).toBe('order_unheard');
    const comments = await fetch(
      `${forge.forge.url}/repos/owner/sample/issues/${number}/comments`,
      { headers: { authorization: 'Bearer token-of-owner' } },
    );
    expect(await comments.json()).toEqual([]);
  });

  it('is refused where the peer speaks as a GitHub App, since only people are heard', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const installations = [{ id: 70, owner: 'owner', repositories: ['sample'] }];
    const key = publicKey.export({ type: 'spki', format: 'pem' });
    const forge = await startForge('', [{ id: 7, slug: 'bees', publicKey: key, installations }]);
    const dataDir = await tempDir();
    const privateKeyFile = join(dataDir, 'app.pem');
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
    await writeFile(privateKeyFile, pem, { mode: 0o600 });
    const { forge: at, ...config } = configFor(dataDir, { forge });
    const { apiUrl, gitUrl } = at;
    const app = { id: 7, installationId: 70, privateKeyFile };
    await startedPeer(Config.parse({ ...config, forge: { apiUrl, gitUrl, app } }));
    const client = createControlClient(dataDir);
    const { number } = await client.submit(issue);
    const refused = await errorOf(client.order(`${number}`, { order: 'cancel' }));
    expect(refused).toMatchObject({ code: 'order_unheard' });
    expect(refused.reason).toContain('bees[bot]');
  });

  it('is refused for what this peer does not know', async () => {
    const { client } = await started();
    expect(await codeOf(client.order('other/repo#1', { order: 'retry' }))).toBe(
      'control_request_invalid',
    );
    expect(await codeOf(client.order('7', { order: 'retry' }))).toBe('forge_not_found');
  });
});
