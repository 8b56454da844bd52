/**
 * One node that does nothing, in a process of its own. Started with an IPC channel: `bare`, `watchful` or `mesh`, and
 * addresses to dial. Tells its own addresses, answers each message with how many it is connected with, and ends with
 * the channel.
 */
import { once } from 'node:events';
import { createIdentity, createMesh } from '@bzzz/mesh';
import { livenessPresets, MeshName } from '@bzzz/protocol';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { benchTopic } from './group.ts';

/** What it tells. */
export interface IdleAnswer {
  readonly addresses: readonly string[];
  readonly connected: number;
}

interface Node {
  answer(): IdleAnswer;
  stop(): Promise<void>;
}

/** It would abort what is slow to answer, which on a busy machine cuts healthy connections. */
const watchfulMonitor = {
  pingInterval: livenessPresets.lan.pingMs,
  abortConnectionOnPingFailure: false,
};
const listen = ['/ip4/127.0.0.1/tcp/0'];
const [kind, ...others] = process.argv.slice(2);
const tell = process.send?.bind(process);
if (tell === undefined)
  throw new Error('idle-process bare|watchful|mesh ADDRESS..., with an IPC channel');

const node = await (kind === 'mesh' ? startMesh() : startBare());
const ended = once(process, 'disconnect');
process.on('message', () => tell(node.answer()));
tell(node.answer());
await ended;
await node.stop();

async function startMesh(): Promise<Node> {
  const mesh = createMesh(
    { identity: await createIdentity() },
    { name: MeshName.parse('bench'), listen, bootstrap: others },
  );
  mesh.subscribe(benchTopic, () => undefined);
  await mesh.start();
  return {
    answer: () => ({ addresses: mesh.multiaddrs(), connected: mesh.connected().length }),
    stop: () => mesh.stop(),
  };
}

/**
 * As it comes, which has it ping each connection every ten seconds; gossipsub with a topic, and no DHT. `watchful`: it pings
 * as often as a peer of ours does with preset lan.
 */
async function startBare(): Promise<Node> {
  const bare = await createLibp2p({
    addresses: { listen },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // All of this machine: by default more than five connections a second of one address are refused.
    connectionManager: { inboundConnectionThreshold: 64 },
    ...(kind === 'watchful' ? { connectionMonitor: watchfulMonitor } : {}),
    services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) },
  });
  bare.services.pubsub.subscribe(benchTopic.name);
  for (const address of others) await bare.dial(multiaddr(address));
  return {
    answer: () => ({
      addresses: bare.getMultiaddrs().map(String),
      connected: bare.getPeers().length,
    }),
    stop: async () => bare.stop(),
  };
}
