/**
 * What stands on the machine and is nobody's business: secrets that must come out nowhere, files that
 * must stay as they are, a program that leaves a mark when somebody runs it, a port that counts callers.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { tokenOf } from '../e2e/harness/forge.ts';
import { account } from '../e2e/harness/peer.ts';
import type { Stage } from '../e2e/harness/stage.ts';

/** Stands in the repository for everybody to see: shows that what should not get out would be found. */
export const openSecret = 'open-secret-6f1c2e9a';

export interface Places {
  readonly outside: string;
  readonly home: string;
  readonly data: string;
  readonly port: number;
  /** What must not get out, by the name of where it stands. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The environment of the peer. */
  readonly env: Readonly<Record<string, string>>;
  fill(text: string): string;
  /** The way back, for what is compared with the corpus. */
  unfill(text: string): string;
  /** Puts secrets where the running peer keeps its things. */
  plantInData(): Promise<void>;
  /** Connections and datagrams that came. */
  calls(): number;
  /** Whether the program was run. */
  rang(): Promise<boolean>;
  /** Of everything that must stay as it is. */
  print(): Promise<string>;
}

export async function makePlaces(stage: Stage, peerName: string): Promise<Places> {
  const outside = join(stage.dir, 'outside');
  const home = join(stage.dir, 'home');
  const data = join(stage.dir, 'peers', peerName);
  const mark = join(stage.dir, 'rung');
  const secret = (where: string) => `canary-${where}-${randomBytes(12).toString('hex')}`;
  const names = ['outside', 'netrc', 'ssh', 'environment', 'neighbour', 'mirror'] as const;
  const own = Object.fromEntries(names.map((name) => [name, secret(name)]));
  const secrets: Record<string, string> = { ...own, token: tokenOf(account) };
  const listener = await listen(stage);

  // Open to everybody on the machine: only the sandbox stands before it.
  await put(join(outside, 'secret.txt'), `${secrets['outside']}\n`, 0o666);
  await put(join(outside, 'precious.txt'), 'as it was\n', 0o666);
  await put(join(outside, 'ring'), `#!/bin/sh\necho "$0 $*" >> ${mark}\n`, 0o777);
  await put(join(home, '.netrc'), `machine forge login x password ${secrets['netrc']}\n`, 0o644);
  await put(join(home, '.ssh', 'id_ed25519'), `${secrets['ssh']}\n`, 0o644);

  // The longest first, for the way back.
  const values = { ring: join(outside, 'ring'), outside, home, data, port: String(listener.port) };
  const swap = (text: string, direction: 1 | -1) =>
    Object.entries(values).reduce((all, [name, value]) => {
      const [from, to] = direction === 1 ? [`{${name}}`, value] : [value, `{${name}}`];
      return all.replaceAll(from, to);
    }, text);
  return {
    outside,
    home,
    data,
    port: listener.port,
    secrets,
    env: { HOME: home, DEPLOY_KEY: secrets['environment'] ?? '', CI_JOB_TOKEN: tokenOf(account) },
    fill: (text) => swap(text, 1),
    unfill: (text) => swap(text, -1),
    async plantInData() {
      const neighbour = join(data, 'worktrees', 'neighbour-1-Abc123', 'tree', 'secret.txt');
      await put(neighbour, `${secrets['neighbour']}\n`, 0o666);
      await put(join(data, 'mirrors', 'secret.txt'), `${secrets['mirror']}\n`, 0o666);
    },
    calls: listener.calls,
    rang: () => exists(mark),
    print: () => printOf([outside, home]),
  };
}

async function put(path: string, text: string, mode: number): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text, { mode });
}

/** TCP and UDP at one port of the loopback address. */
async function listen(stage: Stage): Promise<{ port: number; calls: () => number }> {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const datagrams = createSocket('udp4').on('message', () => (calls += 1));
  datagrams.bind(port, '127.0.0.1');
  await once(datagrams, 'listening');
  stage.defer(async () => {
    datagrams.close();
    server.close();
    await once(server, 'close');
  });
  return { port, calls: () => calls };
}

/** Of all names, modes and contents below these folders, without following a link. */
async function printOf(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const open = [...folders];
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    const folder = path;
    const info = await lstat(folder);
    hash.update(`${folder} ${info.mode} ${info.uid}\n`);
    if (info.isSymbolicLink()) hash.update(await readlink(folder));
    else if (info.isFile()) hash.update(await readFile(folder));
    if (!info.isDirectory()) continue;
    open.push(...(await readdir(folder)).sort().map((name) => join(folder, name)));
  }
  return hash.digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return (await readdir(join(path, '..'))).includes(path.slice(path.lastIndexOf('/') + 1));
}
