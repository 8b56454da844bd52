/**
 * The workflows of `deploy/n8n` without n8n: that they are what it imports, hold no secret and no host, and that the checks
 * in them decide as they must. `npm run n8n` runs them in a real one.
 */
import { createHmac } from 'node:crypto';
import { signedHeaders } from '@bzzz/webhook';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  evaluate,
  type Node,
  nodeOf,
  readCredentials,
  readWorkflow,
  runCode,
  textOf,
  type Workflow,
} from './workflows.ts';

/** All of n8n's own, and none that needs a license. */
const core = [
  'code',
  'crypto',
  'dataTable',
  'extractFromFile',
  'github',
  'httpRequest',
  'if',
  'respondToWebhook',
  'scheduleTrigger',
  'set',
  'stickyNote',
  'webhook',
].map((name) => `n8n-nodes-base.${name}`);

const files = ['file.json', 'report.json'] as const;
const isTrigger = ({ type }: Node) => /\.(?:webhook|scheduleTrigger)$/.test(type);

describe.each(files)('%s', (file) => {
  it('has nodes of the core only, each with a name of its own', async () => {
    const { nodes } = await readWorkflow(file);
    expect(nodes.filter(({ type }) => !core.includes(type))).toEqual([]);
    expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
  });

  it('connects nodes that are there, and reaches each of them', async () => {
    const workflow = await readWorkflow(file);
    const names = new Set(workflow.nodes.map(({ name }) => name));
    const targets = Object.values(workflow.connections).flatMap(({ main }) => main.flat());
    expect(targets.map(({ node }) => node).filter((name) => !names.has(name))).toEqual([]);
    expect(Object.keys(workflow.connections).filter((name) => !names.has(name))).toEqual([]);
    const reached = new Set(targets.map(({ node }) => node));
    const begins = workflow.nodes.filter(
      ({ name, type }) => !reached.has(name) && !type.endsWith('.stickyNote'),
    );
    expect(begins.filter((node) => !isTrigger(node))).toEqual([]);
  });

  it('speaks in expressions of nodes that are there', async () => {
    const { nodes } = await readWorkflow(file);
    const names = new Set(nodes.map(({ name }) => name));
    const spokenOf = [...JSON.stringify(nodes).matchAll(/\$\('([^']+)'\)/g)];
    expect(spokenOf.length).toBeGreaterThan(5);
    expect(spokenOf.flatMap(([, name = '']) => (names.has(name) ? [] : [name]))).toEqual([]);
  });

  it('answers whoever asked, however it goes', async () => {
    const workflow = await readWorkflow(file);
    for (const { name } of workflow.nodes.filter(({ type }) => type.endsWith('.webhook'))) {
      expect(silentEnds(workflow, name)).toEqual([]);
    }
  });

  it('names no host and holds no secret', async () => {
    const { nodes } = await readWorkflow(file);
    expect(JSON.stringify(nodes)).not.toMatch(/https?:\/\/\w/);
    const example = new Map((await readCredentials()).map((one) => [one.id, one]));
    const references = nodes.flatMap(({ credentials = {} }) => Object.entries(credentials));
    expect(references.length).toBeGreaterThan(1);
    for (const [type, { id, name }] of references) {
      expect(example.get(id)).toMatchObject({ type, name });
    }
  });
});

/** Paths from a node that end, or begin to tell others, before an answer was given. */
function silentEnds(workflow: Workflow, from: string): string[] {
  const { type, onError } = nodeOf(workflow, from);
  if (type.endsWith('.respondToWebhook')) return [];
  const outputs = workflow.connections[from]?.main ?? [];
  const wanted = type.endsWith('.if') || onError === 'continueErrorOutput' ? 2 : 1;
  if (outputs.length < wanted || outputs.some((one) => one.length === 0)) return [from];
  return outputs.flat().flatMap(({ node }) => silentEnds(workflow, node));
}

describe('the example of the credentials', () => {
  it('has placeholders where secrets go', async () => {
    const secrets = (await readCredentials()).map(
      ({ data }) => data['value'] ?? data['accessToken'] ?? data['hmacSecret'],
    );
    expect(secrets).toEqual([
      'REPLACE_CALLERS',
      'REPLACE_FORGE',
      'REPLACE_NEWS',
      'REPLACE_REPORTS',
    ]);
  });
});

const good = {
  id: 'order-1',
  repo: 'Ada/words',
  title: 'Write hello',
  body: 'recipe: quick\nword: hello\n',
  reportTo: 'https://ci.example.org/bzzz/told?x=1',
};
const origins = 'http://127.0.0.1:9000, https://ci.example.org';

/** What the workflow finds right of a request. */
async function rightOf(body: unknown, BZZZ_REPORT_ORIGINS: string | undefined = origins) {
  const node = nodeOf(await readWorkflow('file.json'), 'What is right with it');
  const Assignments = z.object({
    assignments: z.array(z.object({ name: z.string(), value: z.string() })),
  });
  const { assignments } = Assignments.parse(node.parameters['assignments']);
  const names = { $json: { body }, $env: { BZZZ_REPORT_ORIGINS } };
  return Object.fromEntries(assignments.map(({ name, value }) => [name, evaluate(value, names)]));
}

describe('a request', () => {
  it('that is complete is filed', async () => {
    const right = { id: true, repo: true, title: true, body: true, reportTo: true };
    expect(await rightOf(good)).toEqual(right);
    expect(await rightOf({ ...good, reportTo: 'http://127.0.0.1:9000' })).toEqual(right);
    const conditions = JSON.stringify(nodeOf(await readWorkflow('file.json'), 'All of it?'));
    for (const name of Object.keys(right)) expect(conditions).toContain(`{{ $json.${name} }}`);
  });

  it.each<[string, unknown]>([
    ['id', undefined],
    ['id', 7],
    ['id', 'a b'],
    ['id', 'x'.repeat(101)],
    ['repo', 'words'],
    ['repo', '../../user'],
    ['repo', 'ada/words/issues'],
    ['title', ' '],
    ['title', { toString: 'x' }],
    ['title', 'x'.repeat(201)],
    ['body', ['x']],
    ['body', 'x'.repeat(60_001)],
    ['reportTo', undefined],
    ['reportTo', 'https://evil.example.org/'],
    ['reportTo', 'https://ci.example.org@evil.example.org/'],
    ['reportTo', 'https://ci.example.org:8443/'],
    ['reportTo', 'https://ci.example.org.evil.example.org/'],
    ['reportTo', 'https://ci.example.org\\@evil.example.org/'],
    ['reportTo', 'https://ci.example.org/ x'],
    ['reportTo', 'file:///etc/passwd'],
    ['reportTo', ''],
  ])('with a wrong %s is refused: %j', async (name, value) => {
    expect(await rightOf({ ...good, [name]: value })).toMatchObject({ [name]: false });
  });

  it('is refused where nobody said who may be told, and without a body', async () => {
    expect(await rightOf({ ...good, reportTo: '' }, '')).toMatchObject({ reportTo: false });
    expect(await rightOf(good, '')).toMatchObject({ reportTo: false });
    expect(Object.values(await rightOf(undefined))).toEqual([false, false, false, false, false]);
  });
});

const secret = 'it-is-a-secret';
const text = JSON.stringify({ id: 'msg_1', kind: 'task.done', reason: 'ü, as it is' });
const nowS = () => Math.floor(Date.now() / 1000);
const Verdict = z.tuple([
  z.object({
    json: z.discriminatedUnion('isGenuine', [
      z.object({ isGenuine: z.literal(true), id: z.string(), news: z.looseObject({}) }),
      z.object({ isGenuine: z.literal(false), why: z.string() }),
    ]),
  }),
]);

/** What the two nodes of the workflow say to a message: n8n's HMAC, here by Node's own, and the code. */
async function checked(headers: Readonly<Record<string, string>>, body: string) {
  const workflow = await readWorkflow('report.json');
  const hmac = nodeOf(workflow, 'What the signature must be');
  expect(hmac.parameters).toMatchObject({ action: 'hmac', type: 'SHA256', encoding: 'base64' });
  const message = { headers, text: body };
  const value = evaluate(textOf(hmac, 'value'), { $json: message });
  const expected = createHmac('sha256', secret).update(String(value)).digest('base64');
  const json = { ...message, [textOf(hmac, 'dataPropertyName')]: expected };
  const said = runCode(nodeOf(workflow, 'Genuine and fresh?'), {
    $input: { first: () => ({ json }) },
  });
  return Verdict.parse(said)[0].json;
}

describe('news', () => {
  const signed = (timestampS = nowS(), key = secret) =>
    signedHeaders({ id: 'msg_1', timestampS, body: text }, key);

  const longer = (headers: Readonly<Record<string, string>>) => ({
    ...headers,
    'webhook-signature': `${headers['webhook-signature'] ?? ''}A`,
  });

  it('that a peer has signed are taken, also beside another signature', async () => {
    const taken = {
      isGenuine: true,
      id: 'msg_1',
      news: { kind: 'task.done', reason: 'ü, as it is' },
    };
    expect(await checked(signed(), text)).toEqual({ ...taken, news: JSON.parse(text) });
    const headers = signed();
    const two = `v1,${'A'.repeat(43)}= ${headers['webhook-signature'] ?? ''}`;
    expect(await checked({ ...headers, 'webhook-signature': two }, text)).toMatchObject(taken);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'without %s are refused',
    async (name) => {
      const headers = Object.entries(signed()).filter(([one]) => one !== name);
      expect(await checked(Object.fromEntries(headers), text)).toMatchObject({
        isGenuine: false,
        why: expect.stringContaining('missing'),
      });
    },
  );

  it.each([
    ['a changed byte', {}, text.replace('done', 'gone')],
    ['a byte more', {}, `${text} `],
    ['another id', { 'webhook-id': 'msg_2' }, text],
    ['another time', { 'webhook-timestamp': String(nowS() - 1) }, text],
    ['half a signature', { 'webhook-signature': 'v1,' }, text],
    ['a longer signature', longer(signed()), text],
    ['another scheme', { 'webhook-signature': 'v2,x' }, text],
    ['the secret of somebody else', signed(nowS(), 'not-the-secret'), text],
  ])('with %s are refused', async (_, headers, body) => {
    expect(await checked({ ...signed(), ...headers }, body)).toEqual({
      isGenuine: false,
      why: 'the signature is wrong',
    });
  });

  it.each([-301, 301])('signed %d seconds from now are refused', async (offsetS) => {
    expect(await checked(signed(nowS() + offsetS), text)).toMatchObject({
      isGenuine: false,
      why: expect.stringContaining('five minutes'),
    });
    expect(await checked(signed(nowS() + offsetS - Math.sign(offsetS) * 10), text)).toMatchObject({
      isGenuine: true,
    });
  });
});
