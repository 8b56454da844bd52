/** What the work on an issue reaches: the hosts that its policy opens, by name, until somebody else has a say in it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '@bzzz/coordination';
import { createRecipeExecutor, type Reach } from '@bzzz/execution';
import { inOrder } from '@bzzz/testkit/scripted/ollama';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCliWorld } from '../support/cli-world.ts';
import { helpInOrder, says } from '../support/helpers.ts';
import { calls, finish, makeOllamaWorld, toolOutputs } from '../support/ollama-world.ts';
import { limits, makeWorld, put, type World } from '../support.ts';

const host = 'packages.example.org';

/** Tries every way to every place that it is given, and writes down which of them answered. */
const prober = `
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
const { places } = JSON.parse(readFileSync('places.json', 'utf8'));
const proxy = process.env.HTTP_PROXY && new URL(process.env.HTTP_PROXY);
const tries = {
  fetched: (url) => fetch(url).then((answer) => answer.ok),
  asked: (url) => new Promise((resolve, reject) => {
    const { hostname: host, port } = proxy;
    request({ host, port, path: url }, ({ statusCode }) => resolve(statusCode === 200)).on('error', reject).end();
  }),
  tunnelled: (url) => new Promise((resolve, reject) => {
    const { hostname: host, port } = proxy;
    const at = new URL(url);
    request({ host, port, method: 'CONNECT', path: at.hostname + ':' + (at.port || 80) })
      .on('connect', ({ statusCode }, socket) => resolve(statusCode === 200) ?? socket.destroy())
      .on('error', reject).end();
  }),
  connected: (url) => new Promise((resolve, reject) => {
    const { hostname: host, port } = new URL(url);
    const socket = connect({ host: host.replace(/[[\\]]/g, ''), port: port || 80 });
    socket.on('connect', () => resolve(true) ?? socket.destroy()).on('error', reject);
    socket.setTimeout(3000, () => resolve(false) ?? socket.destroy());
  }),
};
const reached = [];
for (const url of places) for (const [name, attempt] of Object.entries(tries)) {
  if (await attempt(url).catch(() => false)) reached.push(name + ' ' + url);
}
writeFileSync('reached.json', JSON.stringify(reached));
process.exit();
`;
const probe = ['node', 'probe.mjs'];

let web: Server;
let heard: string[];
let asked: string[];
let here: Reach;
let places: string[];
let world: World;
let workspace: Workspace;

beforeEach(async () => {
  heard = [];
  asked = [];
  web = createServer((request, response) => {
    heard.push(`${request.headers.host}${request.url}`);
    response.end('here');
  });
  await new Promise<void>((resolve) => web.listen(0, '0.0.0.0', resolve));
  const { port } = web.address() as AddressInfo;
  here = async (name) => {
    asked.push(name);
    return { addresses: [{ address: '127.0.0.1', family: 4 }], port };
  };
  const own = Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one?.family === 'IPv4' ? [`http://${one.address}:${port}/`] : []));
  places = [
    `http://${host}/`,
    `http://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    ...own,
    'http://elsewhere.example.org/',
    `http://${host}.example.net/`,
    'http://192.0.2.1/',
  ];
});
afterEach(async () => {
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));
});

async function prepare(into: Workspace) {
  await put(into, 'probe.mjs', prober);
  await put(into, 'places.json', JSON.stringify({ places }));
}
const reachedIn = ({ path }: Workspace): string[] =>
  JSON.parse(readFileSync(join(path, 'reached.json'), 'utf8'));
const onlyHost = [`fetched http://${host}/`, `asked http://${host}/`, `tunnelled http://${host}/`];

describe.each(['root', 'user-namespace'] as const)('a recipe, by way of %s', (way) => {
  beforeEach(async () => {
    world = makeWorld({ way, reach: here });
    workspace = await world.create();
    await prepare(workspace);
  });
  afterEach(async () => {
    await workspace.dispose();
    await world.dispose();
  });
  const run = (network: readonly string[]) => {
    const executor = createRecipeExecutor({ runner: world.runner, reach: here });
    const job = { kind: 'recipe' as const, commands: [probe], network };
    return executor.run({ job, path: workspace.path, limits });
  };

  it.runIf(way !== 'root' || process.geteuid?.() === 0)(
    'reaches a host that the policy opens, and nothing by any other way',
    async () => {
      const report = await run([host]);
      expect(report).toMatchObject({ succeeded: true, commands: [{ argv: probe, exitCode: 0 }] });
      expect(reachedIn(workspace)).toEqual(onlyHost);
      expect(new Set(asked)).toEqual(new Set([host]));
      expect(new Set(heard)).toEqual(new Set([`${host}/`]));
    },
  );
});

describe('a recipe', () => {
  beforeEach(async () => {
    world = makeWorld({ reach: here });
    workspace = await world.create();
    await prepare(workspace);
  });
  afterEach(async () => {
    await workspace.dispose();
    await world.dispose();
  });
  const run = (network: readonly string[], commands = [probe], reach?: Reach) => {
    const executor = createRecipeExecutor({ runner: world.runner, ...(reach && { reach }) });
    const job = { kind: 'recipe' as const, commands, network };
    return executor.run({ job, path: workspace.path, limits });
  };

  it('reaches nothing where the policy opens nothing', async () => {
    expect(await run([], [probe], here)).toMatchObject({ succeeded: true });
    expect(reachedIn(workspace)).toEqual([]);
    expect([heard, asked]).toEqual([[], []]);
  });

  it('does not reach this machine by a name that leads to it', async () => {
    places = ['http://localhost/'];
    await prepare(workspace);
    const read = "fetch('http://localhost/', { signal: AbortSignal.timeout(5000) })";
    const viaProxy = [
      'sh',
      '-c',
      'unset NO_PROXY no_proxy; exec node -e "$0"',
      `await ${read}.then(async (a) => { console.log(await a.text()); process.exit(a.ok ? 0 : 3); })`,
    ];
    const report = await run(['localhost'], [viaProxy]);
    expect(report).toMatchObject({
      succeeded: false,
      reason: expect.stringContaining('localhost leads to no public address'),
    });
    expect(heard).toEqual([]);
  });

  it('serves itself on its own loopback, beside the way out', async () => {
    const serve = `
const server = require('node:http').createServer((_, answer) => answer.end('own')).listen(0, '127.0.0.1', async () => {
  const answer = await fetch('http://127.0.0.1:' + server.address().port);
  process.exit((await answer.text()) === 'own' ? 0 : 4);
});`;
    expect(await run([host], [['node', '-e', serve]], here)).toMatchObject({ succeeded: true });
    expect(asked).toEqual([]);
  });

  it('says which host it missed, leaves no socket behind, and its acceptance reaches nothing', async () => {
    const get = (name: string) => [
      'node',
      '-e',
      `fetch('http://${name}/').then((a) => process.exit(a.ok ? 0 : 3))`,
    ];
    expect(await run([host], [get(host), get('elsewhere.example.org')], here)).toMatchObject({
      succeeded: false,
      reason: expect.stringContaining('the policy does not name elsewhere.example.org'),
      commands: [{ exitCode: 0 }, { exitCode: 3 }],
    });
    await put(workspace, 'src/value.txt', 'new\n');
    const result = (await workspace.collect('work\n'))?.result ?? world.base.oid;
    const job = { base: world.base, result, judge: [], limits, commands: [get(host)] };
    expect(await world.workspaces.accept(job)).toMatchObject({ passed: false });
    expect(heard).toEqual([`${host}/`]);
  });
});

describe('a model', () => {
  it('runs commands that reach the host, until a helper has answered', async () => {
    const script = inOrder(
      calls(['run', { name: 'probe' }]),
      calls(['ask_for_help', { question: 'How?' }]),
      calls(['run', { name: 'probe' }]),
      finish,
    );
    const at = await makeOllamaWorld({ script, world: { reach: here } });
    try {
      await prepare(at.workspace);
      let before: string[] = [];
      const { help } = helpInOrder(async () => {
        before = reachedIn(at.workspace);
        return says(`Send all of it to http://${host}/`);
      });
      const report = await at.run({ commands: { probe }, network: [host] }, { help });
      expect(report).toMatchObject({
        succeeded: true,
        commands: [{ argv: probe }, { argv: probe }],
      });
      expect(before).toEqual(onlyHost);
      expect(reachedIn(at.workspace)).toEqual([]);
      expect(toolOutputs(at.server.chats.at(-1))).toHaveLength(3);
    } finally {
      await at.dispose();
    }
  });
});

describe('a coding tool', () => {
  const tool = `
import { copyFileSync, existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
execFileSync('node', ['probe.mjs'], { stdio: 'ignore' });
if (process.argv.includes('--resume')) {
  // The socket of before, which it may have kept in mind.
  const socket = connect('/opt/bzzz/cli/out.sock');
  socket.on('connect', () => done({ result: 'still open' }) ?? process.exit());
  socket.on('error', ({ code }) => done({ result: 'shut' }) ?? process.exit());
} else {
  const { status } = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', { method: 'POST', body: '{}' }).catch(() => ({ status: 0 }));
  copyFileSync('reached.json', 'before.json');
  done({ result: 'API ' + status + '.\\nBZZZ-HELP: How?' });
}`;

  it('reaches its model and the host, and only its model once a helper has answered', async () => {
    const at = await makeCliWorld({ script: tool, world: { reach: here } });
    try {
      await prepare(at.workspace);
      const { help, questions } = helpInOrder(async () => says('Like this.'));
      const report = await at.run({ network: [host] }, { help });
      expect(questions).toEqual(['How?']);
      expect(report).toMatchObject({ succeeded: true, answer: 'shut' });
      const before = JSON.parse(readFileSync(join(at.workspace.path, 'before.json'), 'utf8'));
      expect(before).toEqual(onlyHost);
      expect(reachedIn(at.workspace)).toEqual([]);
    } finally {
      await at.dispose();
    }
  });
});
