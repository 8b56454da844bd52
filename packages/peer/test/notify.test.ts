/** A whole peer that tells somebody what became of an issue. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { NewsKind } from '@bzzz/protocol';
import { createControlClient } from '../src/index.ts';
import { configFor, onCleanup, startedPeer, startForge, tempDir, until } from './support.ts';

const secret = 'it-is-a-secret';

/** A receiver that checks what it gets, and the configuration of a peer that tells it. */
async function stage() {
  const heard: { kind: unknown; number: unknown; pullRequestUrl: unknown }[] = [];
  const receiver = { isAway: true };
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
      if (!receiver.isAway && isRight) heard.push(JSON.parse(text));
      response.writeHead(receiver.isAway ? 503 : isRight ? 200 : 401).end();
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
  return { heard, receiver, host: `127.0.0.1:${port}`, forge, dataDir, config };
}

async function told(dataDir: string) {
  const { problems } = await createControlClient(dataDir).status();
  return problems.find(({ code }) => code === 'notify_undelivered');
}

const issue = { title: 'A note', body: 'recipe: note\ntext: hi\n', labels: ['bzzz'] };

it('tells once that an issue is done, and says so while it cannot', async () => {
  const { heard, receiver, host, forge, dataDir, config } = await stage();
  const peer = await startedPeer(config);
  const client = createControlClient(dataDir);
  await client.submit(issue);
  const problem = await until(() => told(dataDir));
  expect(problem.text).toContain(`${host} answered 503`);
  // Not the address itself, which may be all that one needs to write there.
  expect(problem.text).not.toContain('/bzzz');

  await peer.stop();
  receiver.isAway = false;
  const again = await startedPeer(config);
  await until(() => heard.length > 0);
  expect(heard).toMatchObject([
    { kind: 'task.done', number: 1, pullRequestUrl: `${forge.forge.url}/${forge.repo}/pull/2` },
  ]);
  await until(async () => (await told(dataDir)) === undefined);
  await again.stop();
  await startedPeer(config);
  await until(async () => (await client.tasks()).tasks.length > 0);
  expect(heard).toHaveLength(1);
});

it('gives a message up a day after its first try, also over a start, and keeps that in the journal', async () => {
  const { heard, receiver, host, dataDir, config } = await stage();
  const peer = await startedPeer(config);
  const client = createControlClient(dataDir);
  await client.submit(issue);
  await until(() => told(dataDir));
  await peer.stop();

  const file = join(dataDir, 'notified.json');
  const kept = Kept.parse(JSON.parse(await readFile(file, 'utf8')));
  const dayAgoMs = kept.failedSinceMs - 86_400_000;
  await writeFile(file, JSON.stringify({ ...kept, failedSinceMs: dayAgoMs }));
  await startedPeer(config);
  const lost = await until(async () => {
    const problem = await told(dataDir);
    return problem?.severity === 'error' && problem;
  });
  expect(lost.text).toContain(`is given up: ${host} answered 503`);
  const trouble = await until(async () => {
    for await (const { entry } of client.logs()) {
      const { body } = entry;
      if (body.kind === 'trouble' && body['code'] === 'notify_undelivered') return body;
    }
    return undefined;
  });
  expect(trouble['reason']).toMatch(/^task\.done: msg_\S+ is given up: /);
  expect(receiver.isAway).toBe(true);
  expect(heard).toEqual([]);
});

const Kept = z.looseObject({ failedSinceMs: z.number() });
