/** The peer as a program, bundled as for the image and as it is built, and bare libp2p beside it. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../e2e/harness/programs.ts';
import type { ChildOptions } from '../../liveness/child.ts';
import { makeTempFolder } from '../temp-folder.ts';
import type { Program } from './started.ts';
import { nodeTold, peerTold } from './told.ts';

const run = promisify(execFile);

export interface Place {
  readonly port: number;
  /** Of the others. */
  readonly ports: readonly number[];
}

export interface PeerPrograms {
  /** `bzzz up`, as the image has it. Each has a data folder of its own, which is not there yet. */
  bundled(place: Place): Promise<Program>;
  /** The same as `npm run build` leaves it. */
  unbundled(place: Place): Promise<Program>;
  /** Mesh and coordinator with neither journal on disk, gateway nor survey: the peer of test/liveness. */
  heart(): Promise<Program>;
  /** A node of libp2p with the same transport, encryption, multiplexer and gossip. */
  bare(place: Place): Promise<Program>;
  remove(): Promise<void>;
}

const peerMain = 'packages/cli/dist/main.js';
const heartMain = 'test/dist/liveness/child.js';
const bareMain = 'test/dist/bench/subjects/bare-peer.js';

/** Bundles them, as `npm run bundle` does. The packages must be built. */
export async function bundlePrograms(): Promise<PeerPrograms> {
  const folder = await makeTempFolder('start');
  const bundled = join(folder.path, 'ours');
  const alone = join(folder.path, 'alone');
  try {
    const bundle = join(root, 'scripts/lib/bundle.ts');
    await run(process.execPath, [bundle, bundled]);
    await run(process.execPath, [bundle, alone, heartMain, bareMain]);
  } catch (error) {
    await folder.remove();
    throw error;
  }
  // What Node compiled is kept, as the image does.
  const env = { NODE_COMPILE_CACHE: join(folder.path, 'cache'), HOME: folder.path };
  let count = 0;

  async function ours(main: string, { port, ports }: Place): Promise<Program> {
    count += 1;
    const dataDir = join(folder.path, `peer-${count}`);
    await mkdir(dataDir, { mode: 0o700 });
    const configFile = join(dataDir, 'bzzz.yml');
    await writeFile(configFile, JSON.stringify(configOf({ count, dataDir, port, ports })));
    return {
      env,
      argv: () => [main, 'up', '--config', configFile, '--json', '--log-format', 'json'],
      told: peerTold(),
    };
  }

  const saying = async (argv: readonly string[]): Promise<Program> => ({
    env,
    argv: () => argv,
    told: nodeTold,
  });

  return {
    bundled: (place) => ours(join(bundled, peerMain), place),
    unbundled: (place) => ours(join(root, peerMain), place),
    heart: () => {
      const here = { bootstrap: [], address: '127.0.0.1' };
      const options: ChildOptions = { mesh: 'start', name: 'one', preset: 'lan', ...here };
      return saying([join(alone, heartMain), JSON.stringify(options)]);
    },
    bare: ({ port, ports }) =>
      saying([join(alone, bareMain), String(port), ...ports.map(addressOf)]),
    remove: folder.remove,
  };
}

/** A peer that only watches, as it comes but for what is looked for outside of this machine. */
function configOf(peer: Place & { readonly count: number; readonly dataDir: string }) {
  return {
    name: `peer-${peer.count}`,
    dataDir: peer.dataDir,
    mesh: {
      name: 'start',
      key: 'b'.repeat(64),
      listen: [addressOf(peer.port)],
      bootstrap: peer.ports.map(addressOf),
      mdns: false,
    },
    // Never asked, since there is no repository.
    forge: { apiUrl: 'http://127.0.0.1:9', gitUrl: 'http://127.0.0.1:9', token: 'none' },
    gateway: { listen: '127.0.0.1:0' },
    work: { slots: 0 },
    ollama: { enabled: false },
  };
}

function addressOf(port: number): string {
  return `/ip4/127.0.0.1/tcp/${port}`;
}
