/** A program that wants out, and a few that want everything: what they reach, to the last item. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createRecipeExecutor, createRunner, type Runner } from '@bzzz/execution';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { limits, lives, makeWorld, put, uniqueSleep, type World } from './support.ts';

const isRoot = process.geteuid?.() === 0;
const ways = isRoot ? (['root', 'user-namespace'] as const) : (['user-namespace'] as const);

const Report = z.object({ open: z.array(z.string()), shut: z.record(z.string(), z.string()) });

let world: World;
let doors: { readonly at: { readonly outside: string }; close(): Promise<void> };
beforeAll(async () => {
  world = makeWorld();
  doors = await openDoors(world);
});
afterAll(async () => {
  await doors.close();
  await world.dispose();
});

async function sabotage(runner: Runner, gentle: boolean, network: readonly string[] = []) {
  const source = readFileSync(new URL('sabotage/saboteur.mjs', import.meta.url), 'utf8');
  const workspace = await world.create();
  symlinkSync(doors.at.outside, join(workspace.path, 'way-out'));
  await put(workspace, 'saboteur.mjs', source);
  // Not as an argument, by which it would find itself where it looks for others.
  await put(workspace, 'doors.json', JSON.stringify({ ...doors.at, gentle }));
  const commands = [['node', 'saboteur.mjs']];
  const job = { kind: 'recipe' as const, commands, network };
  const executor = createRecipeExecutor({ runner });
  const { succeeded, reason } = await executor.run({ job, path: workspace.path, limits });
  expect(succeeded, reason).toBe(true);
  return Report.parse(JSON.parse(readFileSync(join(workspace.path, 'report.json'), 'utf8')));
}

const allowed = [
  'own: the worktree',
  'own: /tmp',
  'own: a process and its environment',
  'own: a server on its loopback',
  'own: a link of the network namespace by netlink',
];

describe.each(ways)('a program that wants out, by way of %s', (way) => {
  it('reaches what is its own, and nothing else', async () => {
    const { open, shut } = await sabotage(createRunner({ sandbox: 'required', way }), false);
    expect(open).toEqual(allowed);
    expect(Object.keys(shut).length).toBeGreaterThan(50);
  });

  it('reaches no more where the policy opens a host to it', async () => {
    const runner = createRunner({ sandbox: 'required', way });
    const { open } = await sabotage(runner, false, ['packages.example.org']);
    expect(open).toEqual(allowed);
  });
});

/** Open to anybody on the machine; much of the rest is only to root, or is not on every machine. */
const openToAll = [
  'net: a port of the host',
  'net: a datagram to the host',
  'net: a socket of the host by its path',
  'net: an abstract socket of the host',
  'net: the table of sockets of the host',
  'process: a signal',
  'process: command lines',
  'process: environments',
  'process: files behind a working folder',
  'file: a secret',
  'file: to write beside it',
  'file: another worktree',
  'file: to write another worktree',
  'file: the mirror',
  'file: to write the mirror',
  'file: the git directory of the peer',
  'file: to write beside the worktree',
  'file: behind a link out',
  'file: the home folder',
  'file: /var',
  'file: /sys',
  'system: privileges of setuid programs',
];

it('the same program reaches most of it when nothing stands before it', async () => {
  const { open, shut } = await sabotage(createRunner({ sandbox: 'off' }), true);
  expect(open).toEqual(expect.arrayContaining([...allowed, ...openToAll]));
  if (isRoot) expect(open.length).toBeGreaterThan(Object.keys(shut).length);
});

describe.each(ways)('a program that wants everything, by way of %s', (way) => {
  const run = async (text: string, more: Partial<typeof limits>) => {
    const workspace = await world.create();
    const runner = createRunner({ sandbox: 'required', way, graceMs: 200 });
    const argv = ['sh', '-c', text];
    return runner.run({
      argv,
      path: workspace.path,
      limits: { ...limits, ...more },
      timeMs: 20_000,
    });
  };

  it('by making processes that make processes, is ended with all of them', async () => {
    const seconds = uniqueSleep();
    // Doubles ten times a second: faster than the looks, behind which nothing stands where commands have no user
    // of their own (`rlimitArgs`), and yet not so fast that no look is taken any more.
    const bomb = `b() { sleep ${seconds} & sleep 0.1; b & b & wait; }; b`;
    expect((await run(bomb, { processesMax: 20 })).ended).toBe('processes');
    expect(lives(seconds)).toBe(false);
  });

  it('by filling /tmp, finds it full and the machine as it was', async () => {
    const fill = 'head -c 200000000 /dev/zero > /tmp/all; wc -c < /tmp/all';
    const { report } = await run(fill, { memoryBytesMax: 64 * 1024 * 1024 });
    expect(report.outputTail).toMatch(/No space left/);
    expect(Number(report.outputTail.split('\n').at(-1))).toBeLessThanOrEqual(16 * 1024 * 1024);
  });
});

async function openDoors(of: World) {
  const outside = join(of.folder, 'outside');
  const secret = randomBytes(16).toString('hex');
  const other = await of.create();
  mkdirSync(outside);
  chmodSync(of.folder, 0o755);
  chmodSync(outside, 0o777);
  for (const folder of [outside, other.path]) writeFileSync(join(folder, 'secret.txt'), secret);
  const port = await listening(
    createServer((socket) => socket.destroy()),
    0,
  );
  const datagrams = await answering(port.number);
  const socket = join(outside, 'socket');
  const abstract = `bzzz-${secret.slice(0, 8)}`;
  const byPath = await listening(
    createServer((one) => one.destroy()),
    socket,
  );
  const byName = await listening(
    createServer((one) => one.destroy()),
    `\0${abstract}`,
  );
  const marker = uniqueSleep();
  const victim = spawn('sleep', [marker], {
    cwd: outside,
    env: { ...process.env, SECRET: secret },
  });
  await once(victim, 'spawn');
  return {
    at: {
      secret,
      outside,
      socket,
      abstract,
      marker,
      port: port.number,
      pid: victim.pid,
      other: other.path,
      mirror: of.base.mirror,
      home: homedir(),
    },
    close: () => closeAll([port.server, byPath.server, byName.server], datagrams, victim),
  };
}

async function listening(server: Server, where: number | string) {
  if (typeof where === 'number') server.listen(where, '127.0.0.1');
  else server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  return { server, number: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

async function answering(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (_, from) => socket.send('heard', from.port, from.address));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

async function closeAll(servers: readonly Server[], datagrams: Socket, victim: ChildProcess) {
  datagrams.close();
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  victim.kill('SIGKILL');
  await once(victim, 'exit');
}
