/**
 * A bare libp2p node as a program: what a peer's start is measured beside. Arguments: the port of loopback to listen on,
 * then multiaddrs of others. Prints one JSON object a line: `{ ready }` when it listens, `{ met }` with the number
 * of those whose subscription it knows. Ends when it is told to by a signal.
 */
import { multiaddr } from '@multiformats/multiaddr';
import { bareTopic, createBareNode } from './bare-node.ts';

const REDIAL_MS = 250;

// A normal end, with which Node keeps what it compiled.
process.once('SIGTERM', () => process.exit(0));
const [port, ...others] = process.argv.slice(2);
const node = await createBareNode(port === undefined ? {} : { port });
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const { pubsub } = node.services;
pubsub.addEventListener('subscription-change', () => {
  say({ met: pubsub.getSubscribers(bareTopic).length });
});
pubsub.subscribe(bareTopic);
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
