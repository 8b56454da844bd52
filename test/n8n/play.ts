/** What `npm run n8n` plays: from the webhook that asks for an issue to the one that tells what became of it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signedHeaders } from '@bzzz/webhook';
import { z } from 'zod';
import { startForge, tokenOf } from '../e2e/harness/forge.ts';
import { fullMesh, type PeerProcess, startPeers } from '../e2e/harness/peer.ts';
import type { Stage } from '../e2e/harness/stage.ts';
import { bodyOf, findWaiting, gatedWorld, maintainer, openGate } from '../e2e/harness/worlds.ts';
import type { Installed } from './install.ts';
import { type N8n, startN8n } from './n8n.ts';
import { type Receiver, type Report, startReceiver } from './receiver.ts';

const Answer = z.looseObject({
  number: z.int().optional(),
  again: z.boolean().optional(),
  reported: z.boolean().optional(),
});
type Answer = z.infer<typeof Answer> & { readonly status: number };

interface Scene {
  readonly stage: Stage;
  readonly n8n: N8n;
  readonly receiver: Receiver;
  readonly repo: string;
  readonly secrets: { readonly callers: string; readonly news: string };
}

/** Says in a few words what was seen; throws with what was not. */
export async function play(
  stage: Stage,
  installed: Installed,
  say: (line: string) => void,
): Promise<string> {
  const secrets = {
    callers: randomBytes(32).toString('hex'),
    forge: tokenOf(maintainer),
    news: randomBytes(32).toString('hex'),
    reports: randomBytes(32).toString('hex'),
  };
  const receiver = await startReceiver(secrets.reports);
  stage.defer(() => receiver.close());
  const forge = await startForge(stage, await gatedWorld(stage, []));
  const spec = { installed, secrets, forgeUrl: forge.url, reportOrigins: receiver.origin };
  const n8n = await startN8n(stage, spec);
  say('n8n runs with the workflows in it');

  const secretFile = join(stage.dir, 'news.secret');
  await writeFile(secretFile, secrets.news, { mode: 0o600 });
  const env = { BZZZ_NOTIFY_URL: n8n.url('bzzz/news'), BZZZ_NOTIFY_SECRET_FILE: secretFile };
  const peers = await startPeers(stage, forge, ['ash', 'elm'], { env });
  await fullMesh(stage, peers);
  const scene: Scene = { stage, n8n, receiver, repo: forge.repo, secrets };

  await fileFirst(scene);
  assert.deepEqual(
    (await forge.issue(1)).labels.map(({ name }) => name),
    ['bzzz'],
  );
  say('filed #1; what was not complete or not allowed was refused');

  const holder = await untilSomeoneWaits(stage, peers);
  await n8n.crash();
  receiver.open(false);
  await openGate(stage, holder);
  await stage.until('a report was refused', () => receiver.refused.includes('away'));
  say(`n8n was killed while ${holder.name} worked, and began again; the receiver is away`);
  await n8n.crash();
  receiver.open(true);
  const report = await untilReported(scene, 'order-1');
  const [pull] = await forge.pullRequests();
  assert.equal(report.kind, 'task.done');
  assert.equal(report.number, 1);
  assert.equal(report.pullRequest, pull?.number);
  say('n8n was killed again; the report came when the receiver was back, rightly signed');

  const refused = await refuseForged(scene, report);
  say(`${refused} forged messages were refused`);
  await tellTwice(scene, report);
  say('what was told twice was reported once');

  // What comes after all that shows that nothing else came of it.
  const second = await ask(scene, { id: 'order-2', body: bodyOf('quick', 'second') });
  assert.equal(second.status, 201);
  await untilReported(scene, 'order-2');
  const { taken } = receiver;
  assert.deepEqual(
    taken.map(({ requestId, epoch }) => `${requestId} ${epoch}`),
    ['order-1 1', 'order-1 9', 'order-2 1'],
  );
  assert.deepEqual(new Set(receiver.refused), new Set(['away']));
  const codes = await Promise.all(peers.map((peer) => peer.stop()));
  assert.deepEqual(codes, [0, 0]);
  return `2 issues filed and done, ${taken.length} reports, each once, ${refused} forged messages refused, killed twice`;
}

async function fileFirst(scene: Scene): Promise<void> {
  const asked = { id: 'order-1', body: bodyOf('gated', 'first') };
  const statuses = [
    await ask(scene, asked, 'not-the-key'),
    await ask(scene, { ...asked, reportTo: 'http://127.0.0.1:1/elsewhere' }),
    await ask(scene, { ...asked, title: '' }),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [403, 400, 400]);
  const first = await ask(scene, asked);
  assert.deepEqual([first.status, first.number], [201, 1]);
  const again = await ask(scene, asked);
  assert.deepEqual([again.status, again.number, again.again], [200, 1, true]);
  const unheardOf = await ask(scene, { id: 'order-0', repo: 'ada/unheard-of', body: '' });
  assert.equal(unheardOf.status, 502);
}

interface Asked {
  readonly id: string;
  readonly body: string;
  readonly title?: string;
  readonly repo?: string;
  readonly reportTo?: string;
}

/** As a program does that wants an issue to be filed. */
async function ask(
  { n8n, repo, receiver, secrets }: Scene,
  asked: Asked,
  key = secrets.callers,
): Promise<Answer> {
  const request = { repo, title: 'Write a word', reportTo: `${receiver.origin}/told`, ...asked };
  const headers = { 'content-type': 'application/json', 'x-bzzz-key': key };
  return post(n8n.url('bzzz/file'), headers, JSON.stringify(request));
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { ...Answer.parse(isJson ? JSON.parse(text) : {}), status: response.status };
}

function untilSomeoneWaits(stage: Stage, peers: readonly PeerProcess[]): Promise<PeerProcess> {
  return stage.until('a peer works on #1', async () => {
    for (const peer of peers) if ((await findWaiting(peer)) !== undefined) return peer;
    return undefined;
  });
}

function untilReported({ stage, receiver }: Scene, requestId: string): Promise<Report> {
  return stage.until(`${requestId} is reported`, () =>
    receiver.taken.find((one) => one.requestId === requestId),
  );
}

/** News of an issue that was filed, as the last report has it. */
function newsOf({ repo }: Scene, { number, issueUrl }: Report, id: string, epoch: number): string {
  const facts = { repo, number, issueUrl, task: `${repo}#${number}`, epoch, reason: 'ü' };
  return JSON.stringify({ id, kind: 'task.failed', needsPerson: true, atMs: Date.now(), ...facts });
}

/** How many were refused. */
async function refuseForged(scene: Scene, report: Report): Promise<number> {
  const { n8n, secrets } = scene;
  const id = 'msg_forged';
  const body = newsOf(scene, report, id, 7);
  const nowS = Math.floor(Date.now() / 1_000);
  const right = signedHeaders({ id, timestampS: nowS, body }, secrets.news);
  const forged: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{}, body],
    [signedHeaders({ id, timestampS: nowS, body }, 'not-the-secret'), body],
    [signedHeaders({ id, timestampS: nowS - 600, body }, secrets.news), body],
    [right, body.replace('failed', 'done')],
    [right, ''],
    [{ ...right, 'webhook-id': 'msg_other' }, body],
  ];
  for (const [headers, text] of forged) {
    const json = { 'content-type': 'application/json', ...headers };
    const { status } = await post(n8n.url('bzzz/news'), json, text);
    assert.equal(status, 401, JSON.stringify([headers, text]));
  }
  return forged.length;
}

/** Genuine ones: of an issue that nobody asked for here, and one that comes twice at once and once more. */
async function tellTwice(scene: Scene, report: Report): Promise<void> {
  const { n8n, stage, receiver, secrets } = scene;
  const tell = (id: string, body: string) => {
    const timestampS = Math.floor(Date.now() / 1_000);
    const headers = signedHeaders({ id, timestampS, body }, secrets.news);
    return post(n8n.url('bzzz/news'), { 'content-type': 'application/json', ...headers }, body);
  };
  const foreign = await tell(
    'msg_foreign',
    newsOf(scene, { ...report, number: 77 }, 'msg_foreign', 1),
  );
  assert.deepEqual([foreign.status, foreign.reported], [200, false]);
  const body = newsOf(scene, report, 'msg_twice', 9);
  const both = await Promise.all([tell('msg_twice', body), tell('msg_twice', body)]);
  assert.deepEqual(
    both.map(({ status }) => status).toSorted((one, other) => one - other),
    [200, 202],
  );
  await stage.until('it is reported', () => receiver.taken.some(({ epoch }) => epoch === 9));
  const later = await tell('msg_twice', body);
  assert.deepEqual([later.status, later.again], [200, true]);
}
