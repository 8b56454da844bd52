/** Assembles libp2p: which parts, with which limits, and why. */
import { type MeshName, topicName, topics } from '@bzzz/protocol';
import { type GossipSub, gossipsub } from '@libp2p/gossipsub';
import { createTopicScoreParams } from '@libp2p/gossipsub/score';
import { type Identify, identify } from '@libp2p/identify';
import type { ConnectionProtector, Libp2p, PeerId } from '@libp2p/interface';
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { noise } from '@libp2p/noise';
import { type Ping, ping } from '@libp2p/ping';
import { isLoopback } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import type { Multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { connectionLimits, dhtLimits, gossipLimits, muxerLimits } from './connection-limits.ts';
import type { Identity } from './identity.ts';
import type { Carriers } from './transports.ts';

export type MeshNode = Libp2p<{ identify: Identify; ping: Ping; pubsub: GossipSub }>;

export interface NodeParts {
  readonly identity: Identity;
  readonly connectionProtector: () => ConnectionProtector;
  readonly carriers: Carriers;
  /** Whether a dial of that peer may go ahead now. */
  readonly mayDial: (peer: string) => boolean;
  /** Score of a peer for what it gossiped: 0 or less. */
  readonly scoreOf: (peer: string) => number;
}

export interface NodeOptions {
  readonly name: MeshName;
  readonly listen: readonly string[];
  readonly dht: boolean;
}

/** A libp2p node that is not started yet. */
export function createNode(parts: NodeParts, options: NodeOptions): Promise<MeshNode> {
  const { addressSorter, ...carriers } = parts.carriers;
  return createLibp2p({
    start: false,
    privateKey: parts.identity.privateKey,
    nodeInfo: { userAgent: 'bzzz' },
    addresses: { listen: [...options.listen], announceFilter: withoutLoopback },
    ...carriers,
    connectionProtector: parts.connectionProtector,
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(muxerLimits)],
    connectionManager: {
      ...connectionLimits,
      ...(addressSorter === undefined ? {} : { addressSorter }),
    },
    connectionGater: {
      denyDialPeer: (peer) => !parts.mayDial(peer.toString()),
      denyInboundEncryptedConnection: isForeignKey,
      denyOutboundEncryptedConnection: isForeignKey,
      // A browser's default refuses private addresses, which is where our peers are.
      denyDialMultiaddr: () => false,
    },
    // It opens a stream for each ping and aborts what is slow to answer, so on a busy machine it cuts
    // healthy connections and loses gossip. Who lives is told by heartbeats, over a channel.
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      // The DHT asks with it whether an old entry still lives.
      ping: ping(),
      pubsub: gossipsub(gossipOptions(parts, options.name)),
      ...(options.dht ? { dht: dht(options.name) } : {}),
    },
  });
}

/** Our ids are Ed25519 keys; another kind cannot sign what this mesh is about. */
function isForeignKey(peer: PeerId): boolean {
  return peer.type !== 'Ed25519';
}

/** Others cannot use our loopback addresses, unless this machine is all there is. */
function withoutLoopback(addresses: Multiaddr[]): Multiaddr[] {
  const reachable = addresses.filter((address) => !isLoopback(address));
  return reachable.length === 0 ? addresses : reachable;
}

function gossipOptions(parts: NodeParts, mesh: MeshName): Parameters<typeof gossipsub>[0] {
  return {
    ...gossipLimits,
    globalSignaturePolicy: 'StrictSign',
    // Who is alone may publish: it is a hint, and nobody is there to miss it.
    allowPublishToZeroTopicPeers: true,
    fallbackToFloodsub: false,
    // One encoding for all receivers.
    batchPublish: true,
    // A duplicate is known by author and number, before its signature is checked.
    fastMsgIdFn: (message) =>
      message.from === undefined || message.seqno === undefined
        ? ''
        : `${latin1(message.from)}${latin1(message.seqno)}`,
    // Whoever publishes sends to all that it is connected with, which mostly is everybody. Handing on is
    // for those whom it does not reach: three ways to each are enough, where the default of six brings
    // each envelope to each of ten peers five times over. What all three lose comes by IHAVE within a second.
    D: 3,
    Dlo: 2,
    Dscore: 2,
    Dout: 1,
    // An IDONTWANT to everybody costs more than an envelope of many small messages that arrives twice,
    // and mostly comes too late to spare it.
    idontwantMinDataSize: 64 * 1024,
    scoreParams: {
      appSpecificScore: parts.scoreOf,
      appSpecificWeight: 1,
      // Many peers of one address are a test, a container host or a NAT, not an attack: all of
      // them hold the network key.
      IPColocationFactorWeight: 0,
      topics: Object.fromEntries(
        Object.values(topics).map((topic) => [topicName(mesh, topic), topicScore]),
      ),
    },
  };
}

/** Only what is wrong counts: a quiet peer is no bad peer. */
const topicScore = createTopicScoreParams({
  topicWeight: 1,
  timeInMeshWeight: 0,
  firstMessageDeliveriesWeight: 0,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
  invalidMessageDeliveriesWeight: -1,
  invalidMessageDeliveriesDecay: 0.9,
});

function dht(mesh: MeshName) {
  return kadDHT({
    ...dhtLimits,
    protocol: `/bzzz/${mesh}/kad/1`,
    // Everybody answers: there are no public servers that would.
    clientMode: false,
    // Neither private addresses (the default mapper) nor public ones are removed: a mesh may span
    // both, and the network key keeps strangers out.
    peerInfoMapper: passthroughMapper,
  });
}

/** A string of the same bytes, as a key of a map. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
