/** What becomes of gits whose peer was killed, and with it the process that started them and knows their limits. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { commandLines } from './support/command-lines.ts';

const lonePeer = fileURLToPath(new URL('support/lone-peer.ts', import.meta.url));
/** Of git: half a minute of silence. The rest is for a busy machine. */
const patience = { timeout: 150_000, interval: 100 };

let root: string;
let server: Server;
let peer: ChildProcess | undefined;
const open = new Set<Socket>();

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bzzz-orphans-'));
  server = createServer((socket) => {
    open.add(socket);
    // It takes every word, and never says one.
    socket.resume();
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  peer?.kill('SIGKILL');
  for (const socket of open) socket.destroy();
  server.close();
  await vi.waitFor(() => expect(gits()).toEqual([]), patience);
  await rm(root, { recursive: true, force: true });
});

it('a fetch and a push to a server that says nothing end by themselves', async () => {
  const { port } = server.address() as AddressInfo; // listens on TCP
  const args = [path.join(root, 'mirror'), `http://127.0.0.1:${port}`];
  peer = spawn(
    process.execPath,
    ['--conditions', 'bzzz-source', lonePeer, ...args],
    // A group of its own, in which is what it starts programs with.
    { detached: true, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const ended = once(peer, 'exit');
  await vi.waitFor(() => expect(open.size).toBe(2), patience);
  if (peer.pid === undefined) throw new Error('it has no pid');
  process.kill(-peer.pid, 'SIGKILL');
  await ended;
  // Each git has a group of its own, so that they have outlived it.
  expect(gits()).not.toEqual([]);
  await vi.waitFor(() => expect([open.size, gits()]).toEqual([0, []]), patience);
}, 320_000);

/** They name the mirror in their arguments. */
function gits(): string[] {
  return commandLines().filter((line) => line.includes(`--git-dir=${root}`));
}
