/** Replication of journals as a peer does it: over a libp2p stream, TCP on loopback, noise and yamux. */
import type { Journals } from '@bzzz/journal';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';

const PROTOCOL = '/bench/journal';

export interface Hosts {
  /** Opens a stream between the two, and replicates until `cut`. */
  link(reader: Journals): Promise<{ cut(): Promise<void> }>;
  close(): Promise<void>;
}

/** Two hosts that are connected; behind one of them is the writer. */
export async function connectHosts(writer: Journals): Promise<Hosts> {
  await using open = new AsyncDisposableStack();
  const [dialler, listener] = [await startHost(), await startHost()];
  open.defer(async () => listener.stop());
  open.defer(async () => dialler.stop());
  const answered: Promise<unknown>[] = [];
  await listener.handle(PROTOCOL, (stream) => {
    answered.push(writer.replicate(stream, { initiator: false }));
  });
  const addresses = listener.getMultiaddrs();
  await dialler.dial(addresses);
  const kept = open.move();
  return {
    async link(reader) {
      const ending = new AbortController();
      const stream = await dialler.dialProtocol(addresses, PROTOCOL);
      const dialled = reader.replicate(stream, { initiator: true, signal: ending.signal });
      return {
        async cut() {
          ending.abort();
          await Promise.all([dialled, ...answered.splice(0)]);
        },
      };
    },
    close: () => kept.disposeAsync(),
  };
}

function startHost(): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
}
