import { journalProtocol, protocolId } from '@bzzz/protocol';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';
import type { Journals, Replica, ReplicationEnd } from '../src/index.ts';
import { onCleanup } from './support.ts';

export const protocol = protocolId(journalProtocol);

/** A real libp2p host on loopback. */
export async function startedHost(): Promise<Libp2p> {
  const host = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
  onCleanup(async () => {
    await host.stop();
  });
  return host;
}

export interface Link {
  /** Cuts the connection under the stream, as a dying machine does. */
  drop(): Promise<void>;
  /** Ends the replication from the side that dialled. */
  cut(): Promise<void>;
  readonly dialled: Promise<ReplicationEnd>;
  readonly answered: Promise<ReplicationEnd>;
}

/** Journals, or something worse. */
export type Replicator = Pick<Journals, 'replicate'>;

/** Replicates between two stores over a stream of a real connection. */
export async function linked(from: Replicator, to: Replicator): Promise<Link> {
  const [dialler, listener] = [await startedHost(), await startedHost()];
  const answered = Promise.withResolvers<ReplicationEnd>();
  await listener.handle(protocol, (stream) => {
    answered.resolve(to.replicate(stream, { initiator: false }));
  });
  // A refusal is looked at later, by the test that is about it.
  answered.promise.catch(() => undefined);
  const controller = new AbortController();
  const stream = await dialler.dialProtocol(listener.getMultiaddrs(), protocol);
  const dialled = from.replicate(stream, { initiator: true, signal: controller.signal });
  return {
    dialled,
    answered: answered.promise,
    async drop() {
      for (const connection of dialler.getConnections()) connection.abort(new Error('cut'));
      await Promise.all([dialled, answered.promise]);
    },
    async cut() {
      controller.abort();
      await Promise.all([dialled, answered.promise]);
    },
  };
}

/**
 * Waits until so much of a log is here. Hypercore can forget to acknowledge a length; then the stream is made anew,
 * as a peer does (`peer/src/wiring/progress.ts`). The link that stands in the end.
 */
export async function arrivedOver(
  link: Link,
  relink: () => Promise<Link>,
  replica: Replica,
  length: number,
): Promise<Link> {
  let current = link;
  while (replica.length() < length) {
    const before = replica.length();
    const until = AbortSignal.timeout(2_000);
    for await (const _ of following(replica, until)) if (replica.length() > before) break;
    if (replica.length() > before) continue;
    await current.cut();
    current = await relink();
  }
  return current;
}

async function* following(replica: Replica, signal: AbortSignal) {
  try {
    yield* replica.follow({ from: replica.length(), signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
