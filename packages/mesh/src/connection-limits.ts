/**
 * Every limit of js-libp2p's doc/LIMITS.md, set on purpose. Worst case of memory: connections x
 * streams x buffers; in practice a peer has a gossip, a journal and a few request streams.
 */
import { limits } from '@bzzz/protocol';

/** Connection manager. */
export const connectionLimits = {
  // A few hundred machines is what a mesh is for; above this the least valued are closed.
  maxConnections: 300,
  // A whole rack may start at the same moment after a power cut. The default of 10 refuses most.
  maxIncomingPendingConnections: 64,
  // New connections a second of one address. The default of 5 refuses the peers of one host or
  // of one NAT; more than this is a fault or an attack.
  inboundConnectionThreshold: 64,
  // Dials at a time: each costs two key agreements, about 2 ms of CPU.
  maxParallelDials: 16,
  maxDialQueueLength: 256,
  // A machine has a handful of addresses; a peer that claims more is not believed.
  maxPeerAddrsToDial: 16,
  // On a LAN a dial takes milliseconds; a dead address must not keep a place for long.
  dialTimeout: 8_000,
  addressDialTimeout: 4_000,
  inboundUpgradeTimeout: 8_000,
  outboundStreamProtocolNegotiationTimeout: 8_000,
  inboundStreamProtocolNegotiationTimeout: 8_000,
  connectionCloseTimeout: 1_000,
  // The dialer of ours redials, with what it knows of the mesh; libp2p's own queue stays idle,
  // since nobody is tagged keep-alive.
  reconnectRetries: 0,
  maxParallelReconnects: 1,
  // No host is above or below the limits.
  allow: [],
  deny: [],
};

/** Yamux, for one connection. */
export const muxerLimits = {
  maxInboundStreams: 256,
  maxOutboundStreams: 256,
  // Streams that the other side opened before we had a listener for them.
  maxEarlyStreams: 16,
  maxMessageSize: 64 * 1024,
  // Keeps NATs and the sockets' own inactivity limit from closing a quiet connection.
  enableKeepAlive: true,
  keepAliveInterval: 30_000,
  streamOptions: {
    initialStreamWindowSize: 256 * 1024,
    maxStreamWindowSize: 4 * 1024 * 1024,
    // What comes in without a listener, or while paused; beyond it the stream is reset.
    maxReadBufferLength: 4 * 1024 * 1024,
    // Unbounded by default: a slow peer would eat our memory. A block of the journal and the
    // overhead of its stream fit several times; who waits for `drain` never comes near.
    maxWriteBufferLength: 8 * 1024 * 1024,
  },
};

/** TCP. */
export const socketLimits = {
  maxConnections: connectionLimits.maxConnections,
  backlog: 128,
  // The last resort against a dead cable, above Yamux's keep-alive. A write that the system still
  // takes counts as activity, so whoever misses heartbeats must `disconnect` long before.
  inboundSocketInactivityTimeout: 120_000,
  outboundSocketInactivityTimeout: 120_000,
};

/** Gossipsub. */
export const gossipLimits = {
  maxInboundStreams: 2,
  maxOutboundStreams: 2,
  // One peer that reads slower than we gossip loses its stream at this size; it gets another.
  maxOutboundBufferSize: 4 * 1024 * 1024,
  // Room for an envelope and gossipsub's own fields around it; longer ones end the stream.
  maxInboundDataLength: 4 * limits.envelopeBytesMax,
  maxTopicBytesPerPeer: 64 * 1024,
  decodeRpcLimits: {
    maxSubscriptions: 64,
    maxMessages: 256,
    maxIhaveMessageIDs: 5_000,
    maxIwantMessageIDs: 5_000,
    maxIdontwantMessageIDs: 512,
    maxControlMessages: 256,
    maxPeerInfos: 16,
  },
};

/** Kademlia. */
export const dhtLimits = {
  maxInboundStreams: 32,
  maxOutboundStreams: 64,
  incomingMessageTimeout: 5_000,
};
