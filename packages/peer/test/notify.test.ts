/** A whole peer that tells somebody what became of an issue. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { NewsKind } from '@bzzz/protocol';
import { createControlClient } from '../src/index.ts';
import { configFor, onCleanup, startedPeer, startForge, tempDir, until } from './support.ts';

const secret = 'it-is-a-secret';

it('tells once that an issue is done, and says so while it cannot', async () => {
  const heard: { kind: unknown; number: unknown; pullRequestUrl: unknown }[] = [];
  let isAway = true;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const {
        'webhook-id': id,
        'webhook-timestamp': at,
        'webhook-signature': by,
      } = request.headers;
      const right = createHmac('sha256', secret).update(`${String(id)}.${String(at)}.${text}`);
      const isRight = by === `v1,${right.digest('base64')}`;
      if (!isAway && isRight) heard.push(JSON.parse(text));
      response.writeHead(isAway ? 503 : isRight ? 200 : 401).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());

  const forge = await startForge();
  const dataDir = await tempDir();
  const secretFile = join(dataDir, 'notify.secret');
  await writeFile(secretFile, secret, { mode: 0o600 });
  const notify = { url: `http://127.0.0.1:${port}/bzzz`, secretFile, events: NewsKind.options };
  const config = configFor(dataDir, { forge, notify: { ...notify, events: [...notify.events] } });
  const peer = await startedPeer(config);
  const client = createControlClient(dataDir);
  const issue = { title: 'A note', body: 'recipe: note\ntext: hi\n', labels: ['bzzz'] };
  await client.submit(issue);
  const problem = await until(async () => {
    const { problems } = await client.status();
    return problems.find(({ code }) => code === 'notify_undelivered');
  });
  expect(problem.text).toContain(`127.0.0.1:${port} answered 503`);
  // Not the address itself, which may be all that one needs to write there.
  expect(problem.text).not.toContain('/bzzz');

  await peer.stop();
  isAway = false;
  const again = await startedPeer(config);
  await until(() => heard.length > 0);
  expect(heard).toMatchObject([
    { kind: 'task.done', number: 1, pullRequestUrl: `${forge.forge.url}/${forge.repo}/pull/2` },
  ]);
  await until(async () => {
    const { problems } = await client.status();
    return problems.every(({ code }) => code !== 'notify_undelivered');
  });
  await again.stop();
  await startedPeer(config);
  await until(async () => (await client.tasks()).tasks.length > 0);
  expect(heard).toHaveLength(1);
});
