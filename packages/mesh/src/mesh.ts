/** The `Mesh` port over any transports; what Node and browsers have in common. */
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { createChannelReceiver } from './channel-receiver.ts';
import { abortConnections, createConnections } from './connections.ts';
import { type Counters, createCounters } from './counters.ts';
import { createGaps } from './gaps.ts';
import { createSubscriptions } from './gossip.ts';
import type { Identity } from './identity.ts';
import type { MeshService, MeshStats } from './interface.ts';
import { connectionTo, createDeadline, streamOn } from './open-stream.ts';
import { assertOptions, type CommonOptions } from './options.ts';
import { createPenalties } from './penalties.ts';
import { createProtocolHandlers } from './protocol-handlers.ts';
import { sendRequest } from './requester.ts';
import { type RunningMesh, startMesh } from './running-mesh.ts';
import type { Transports } from './transports.ts';
import { createTroubles } from './trouble.ts';

const OPEN_STREAM_MS = 10_000;

/** A mesh that is not started. Throws `config_invalid`. */
export function createMeshOver(
  parts: { readonly identity: Identity; readonly transports: Transports },
  options: CommonOptions,
): MeshService {
  assertOptions(options);
  const counters = createCounters();
  const onListenerError = () => {
    counters.listenerErrors += 1;
  };
  const connections = createConnections(onListenerError);
  const subscriptions = createSubscriptions(options.name, onListenerError);
  const troubles = createTroubles(onListenerError);
  const handlers = createProtocolHandlers(counters, (error) =>
    troubles.report({ code: 'mesh_refused', reason: reasonOf(error), address: undefined }),
  );
  const penalties = createPenalties();
  const gaps = createGaps();
  const receiver = createChannelReceiver({ handlers, penalties, counters, onListenerError });
  const lasting = {
    ...parts,
    connections,
    counters,
    gaps,
    handlers,
    penalties,
    subscriptions,
    troubles,
  };

  let running: RunningMesh | undefined;
  /** Starts and stops one after the other, whatever the order in which they are asked for. */
  let turn: Promise<void> = Promise.resolve();

  function inTurn(step: () => Promise<void>): Promise<void> {
    const done = turn.then(step);
    turn = done.catch(() => undefined); // told to the caller of this step, not to the next
    return done;
  }

  function whileRunning(): RunningMesh {
    if (running === undefined) throw new BzzzError('stopped', 'the mesh is not running');
    return running;
  }

  return {
    peer: parts.identity.peer,
    start: () =>
      inTurn(async () => {
        running ??= await startMesh(lasting, options);
      }),
    stop: () =>
      inTurn(async () => {
        const ending = running;
        running = undefined;
        await ending?.stop();
      }),
    redial: () => running?.dialer.redial() ?? 0,
    multiaddrs: () => running?.node.getMultiaddrs().map(String) ?? [],
    connected: () => connections.connected(),
    onConnection: (listener) => connections.onConnection(listener),
    disconnect(peer) {
      if (running === undefined) return;
      abortConnections(running.node, peer);
      connections.lost(peer);
    },
    send(channel, peer, message) {
      if (running !== undefined) return running.channels.send(channel, peer, message);
      channel.codec.encode(message); // a message that is none is told also when nobody is there
      return false;
    },
    receive: (channel, listener) => receiver.receive(channel, listener),
    onTrouble: (listener) => troubles.onTrouble(listener),
    subscribe: (topic, listener) => subscriptions.subscribe(topic, listener),
    handle: (protocol, handler) => handlers.request(protocol, handler),
    handleStream: (protocol, handler, settings = {}) =>
      handlers.stream(protocol, handler, settings),
    async publish(topic, message) {
      try {
        await whileRunning().gossip.publish(topic, message);
      } catch (error) {
        if (error instanceof BzzzError && error.code === 'mesh_backlog') counters.backlog += 1;
        throw error;
      }
    },
    async request(protocol, peer, message, settings) {
      const { node, courtesy, shutdown } = whileRunning();
      const parts = { node, courtesy, counters, shutdown };
      return sendRequest(parts, protocol, peer, message, settings);
    },
    async openStream(peer, protocol, settings) {
      const { node, courtesy, shutdown } = whileRunning();
      const caller = settings?.signal;
      const deadline = createDeadline({ caller, shutdown, timeoutMs: OPEN_STREAM_MS });
      const connection = await connectionTo({ node, courtesy }, peer, deadline);
      return streamOn(connection, protocol, deadline);
    },
    stats: () =>
      statsOf(counters, {
        connections: connections.connected().length,
        waiting: running?.gossip.waiting() ?? 0,
        lost: gaps.lost(),
      }),
  };
}

function statsOf(
  counters: Counters,
  { connections, waiting, lost }: Record<'connections' | 'waiting' | 'lost', number>,
): MeshStats {
  return {
    connections,
    gossip: {
      messagesSent: counters.messagesSent,
      envelopesSent: counters.envelopesSent,
      messagesDelivered: counters.messagesDelivered,
      envelopesReceived: counters.envelopesReceived,
      lost,
      waiting,
      dropped: {
        backlog: counters.backlog,
        notSent: counters.notSent,
        badEnvelope: counters.badEnvelope,
        badMessage: counters.badMessage,
      },
    },
    requests: {
      sent: counters.requestsSent,
      answered: counters.requestsAnswered,
      refused: {
        rate: counters.refusedRate,
        inFlight: counters.refusedInFlight,
        malformed: counters.refusedMalformed,
        failed: counters.refusedFailed,
      },
    },
    channels: {
      sent: counters.channelSent,
      notTaken: counters.channelNotTaken,
      received: counters.channelReceived,
      streamsOpened: counters.channelStreams,
      dropped: { rate: counters.channelRate, malformed: counters.channelMalformed },
    },
    listenerErrors: counters.listenerErrors,
  };
}
