/** Streams to other peers, and the coded errors of what goes wrong with them. */
import { BzzzError, type PeerId, protocolId, reasonOf } from '@bzzz/protocol';
import type { Connection, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { newestConnection } from './connections.ts';
import { muxerLimits } from './connection-limits.ts';
import type { Courtesy } from './courtesy.ts';
import type { StreamProtocol } from './interface.ts';
import type { MeshNode } from './libp2p-node.ts';

/** One signal for all that can end a wait, and which of them it was. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The coded reason when one of them has fired. */
  ended(): BzzzError | undefined;
}

export function createDeadline(parts: {
  readonly caller: AbortSignal | undefined;
  readonly shutdown: AbortSignal;
  readonly timeoutMs: number;
}): Deadline {
  const { caller, shutdown, timeoutMs } = parts;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signals = [shutdown, timeout];
  return {
    signal: AbortSignal.any(caller === undefined ? signals : [caller, ...signals]),
    ended() {
      if (caller?.aborted === true) return new BzzzError('aborted', 'cancelled by the caller');
      if (shutdown.aborted) return new BzzzError('stopped', 'the mesh is stopping');
      if (timeout.aborted) return new BzzzError('timeout', `no answer within ${timeoutMs} ms`);
      return undefined;
    },
  };
}

/** The open connection to a peer, or a new one. Throws `mesh_unreachable` and the deadline's. */
export async function connectionTo(
  parts: { readonly node: MeshNode; readonly courtesy: Courtesy },
  peer: PeerId,
  deadline: Deadline,
): Promise<Connection> {
  const { node, courtesy } = parts;
  try {
    deadline.signal.throwIfAborted();
    const open = newestConnection(node, peer);
    if (open !== undefined) return open;
    const id = peerIdFromString(peer);
    return await courtesy.insist(peer, () => node.dial(id, { signal: deadline.signal }));
  } catch (error) {
    const ended = deadline.ended();
    // Out of time without a connection: that there is none says more than that time is up.
    if (ended !== undefined && ended.code !== 'timeout') throw ended;
    throw new BzzzError('mesh_unreachable', `no connection to ${peer}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

export async function streamOn(
  connection: Connection,
  protocol: StreamProtocol,
  deadline: Deadline,
): Promise<Stream> {
  try {
    return await connection.newStream([protocolId(protocol)], {
      signal: deadline.signal,
      // Every protocol counts for itself; together the muxer's limit holds.
      maxOutboundStreams: muxerLimits.maxOutboundStreams,
    });
  } catch (error) {
    throw await streamError(error, connection, deadline);
  }
}

/**
 * What the failure of a stream means. A reset on a connection that stands is the other side's way
 * of saying no.
 */
export async function streamError(
  error: unknown,
  connection: Connection,
  deadline: Deadline,
): Promise<BzzzError> {
  if (error instanceof BzzzError) return error;
  const ended = deadline.ended();
  if (ended !== undefined) return ended;
  // A dying connection resets its streams before it says that it is closed.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const peer = connection.remotePeer.toString();
  return connection.status === 'open'
    ? new BzzzError('mesh_refused', `${peer} did not answer: ${reasonOf(error)}`, { cause: error })
    : new BzzzError('mesh_unreachable', `the connection to ${peer} closed`, { cause: error });
}
