/** Bare libp2p, of which nothing is ours: what a process costs that runs this, and no more. */
import { type GossipSub, gossipsub } from '@libp2p/gossipsub';
import { type Identify, identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';

export const bareTopic = 'bench';

export type BareNode = Libp2p<{ identify: Identify; pubsub: GossipSub }>;

export interface BareOptions {
  /** Of loopback; default: the system's choice. */
  readonly port?: string;
  /** How often it pings each connection; default: as it comes, every ten seconds. */
  readonly pingMs?: number;
}

/** With gossipsub as it comes, but for alone-at-first being no error; listens, and has no DHT. */
export function createBareNode({ port = '0', pingMs }: BareOptions = {}): Promise<BareNode> {
  return createLibp2p({
    addresses: { listen: [`/ip4/127.0.0.1/tcp/${port}`] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // All of this machine: by default more than five connections a second of one address are refused.
    connectionManager: { inboundConnectionThreshold: 64 },
    ...(pingMs === undefined ? {} : { connectionMonitor: watchful(pingMs) }),
    services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) },
  });
}

/** It would abort what is slow to answer, which on a busy machine cuts healthy connections. */
function watchful(pingInterval: number) {
  return { pingInterval, abortConnectionOnPingFailure: false };
}
