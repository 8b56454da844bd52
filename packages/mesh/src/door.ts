/**
 * Where somebody new knocks, who has no network key yet: a listener of its own that answers one question and
 * nothing else. Noise proves both sides, and nobody listens in.
 */
import {
  BzzzError,
  type KnockRequest,
  type KnockResponse,
  knockProtocol,
  type PeerId,
  protocolId,
  reasonOf,
} from '@bzzz/protocol';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { isLoopback } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2p } from 'libp2p';
import { connectionLimits, muxerLimits, socketLimits } from './connection-limits.ts';
import { createCounters } from './counters.ts';
import { createFrames } from './framing.ts';
import type { Identity } from './identity.ts';
import { createDeadline, streamError, streamOn } from './open-stream.ts';
import { createResponder } from './responder.ts';

/** So long one connection may last. */
const knockMsMax = 15_000;

export type OnKnock = (
  from: PeerId,
  request: KnockRequest,
  options: { signal: AbortSignal },
) => Promise<KnockResponse>;

export interface Door {
  /** Multiaddrs with `/p2p/<peer>`; those of loopback only where there are no others. */
  addresses(): readonly string[];
  close(): Promise<void>;
}

export interface DoorParts {
  readonly identity: Identity;
  readonly onKnock: OnKnock;
  /** What kept `onKnock` from an answer; whoever knocked is told only that it failed. */
  readonly onError: (error: unknown) => void;
}

/** Throws `port_taken`, or `config_invalid` for an address that cannot be listened on. */
export async function openDoor(
  { identity, onKnock, onError }: DoorParts,
  { listen }: { readonly listen: string },
): Promise<Door> {
  const shutdown = new AbortController();
  const responder = createResponder(
    knockProtocol,
    async (from, request, options) => {
      try {
        return await onKnock(from, request, options);
      } catch (error) {
        onError(error);
        throw error;
      }
    },
    createCounters(),
  );
  const node = await createNode(identity, [listen]);
  await node.handle(
    protocolId(knockProtocol),
    (stream, connection) => responder.answer(stream, connection, shutdown.signal),
    { maxInboundStreams: 2 },
  );
  // Whoever has something to say says it at once: others must not take the place of a guest.
  node.addEventListener('connection:open', ({ detail: connection }) => {
    const timer = setTimeout(() => {
      connection.abort(new Error('nobody stays at the door'));
    }, knockMsMax);
    timer.unref();
  });
  try {
    await node.start();
  } catch (error) {
    await node.stop();
    const isTaken = reasonOf(error).includes('EADDRINUSE');
    const reason = isTaken ? `${listen} is taken by another process` : reasonOf(error);
    throw new BzzzError(isTaken ? 'port_taken' : 'config_invalid', reason, { cause: error });
  }
  return {
    addresses() {
      const all = node.getMultiaddrs();
      const reachable = all.filter((address) => !isLoopback(address));
      return (reachable.length === 0 ? all : reachable).map(String);
    },
    async close() {
      shutdown.abort();
      await node.stop();
    },
  };
}

/**
 * Knocks at a door as this identity. `address` names the peer behind it, and nobody else is told the secret.
 * Throws `mesh_unreachable`, `mesh_refused`, `timeout`, `aborted`.
 */
export async function knock(
  identity: Identity,
  address: string,
  request: KnockRequest,
  signal: AbortSignal,
): Promise<KnockResponse> {
  const node = await createNode(identity, []);
  const deadline = createDeadline({
    caller: signal,
    shutdown: new AbortController().signal,
    timeoutMs: knockProtocol.timeoutMs,
  });
  try {
    await node.start();
    const connection = await Promise.resolve()
      .then(() => node.dial(multiaddr(address), { signal: deadline.signal }))
      .catch((error: unknown) => {
        const reason = `nobody opens at ${address}: ${reasonOf(error)}`;
        throw deadline.ended() ?? new BzzzError('mesh_unreachable', reason, { cause: error });
      });
    const stream = await streamOn(connection, knockProtocol, deadline);
    try {
      const frames = createFrames(stream, { readBytesMax: knockProtocol.response.bytesMax });
      await frames.write(knockProtocol.request.encode(request), { signal: deadline.signal });
      const answer = await frames.read({ signal: deadline.signal });
      return knockProtocol.response.decode(answer.subarray());
    } catch (error) {
      throw await streamError(error, connection, deadline);
    }
  } finally {
    await node.stop();
  }
}

function createNode(identity: Identity, listen: string[]): Promise<Libp2p> {
  return createLibp2p({
    start: false,
    privateKey: identity.privateKey,
    nodeInfo: { userAgent: 'bzzz' },
    addresses: { listen },
    transports: [tcp(socketLimits)],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(muxerLimits)],
    connectionManager: { ...connectionLimits, maxConnections: 32, inboundConnectionThreshold: 8 },
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
  });
}
