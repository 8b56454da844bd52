/**
 * A bare libp2p node as a program: what a peer's start is measured beside. Arguments: the port of loopback to listen on,
 * then multiaddrs of others. Prints one JSON object a line: `{ ready }` when it listens, `{ met }` with the number
 * of those whose subscription it knows. Ends when it is told to by a signal.
 */
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';

const TOPIC = 'bench';
const REDIAL_MS = 250;

// A normal end, with which Node keeps what it compiled.
process.once('SIGTERM', () => process.exit(0));
const [port = '0', ...others] = process.argv.slice(2);
const node = await createLibp2p({
  addresses: { listen: [`/ip4/127.0.0.1/tcp/${port}`] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  // All of this machine: by default more than five connections a second of one address are refused.
  connectionManager: { inboundConnectionThreshold: 64 },
  services: {
    identify: identify(),
    pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }),
  },
});
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const { pubsub } = node.services;
pubsub.addEventListener('subscription-change', () => {
  say({ met: pubsub.getSubscribers(TOPIC).length });
});
pubsub.subscribe(TOPIC);
say({ ready: node.peerId.toString() });

/** Whoever starts first finds nobody. */
async function meet(address: string): Promise<void> {
  try {
    await node.dial(multiaddr(address));
  } catch {
    setTimeout(() => void meet(address), REDIAL_MS);
  }
}
for (const address of others) void meet(address);
