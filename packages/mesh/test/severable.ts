/** TCP whose connections can be cut from below, as when a process or a cable is gone. */
import type { MeshName } from '@bzzz/protocol';
import type { MultiaddrConnection, Upgrader } from '@libp2p/interface';
import { nodeTransports } from '../src/node-transports.ts';
import type { Transports } from '../src/transports.ts';

export interface Severable {
  readonly transports: Transports;
  /** Connections that are open or on their way. */
  readonly count: () => number;
  readonly sever: () => void;
}

export function severableTransports(name: MeshName): Severable {
  const sockets = new Set<MultiaddrConnection>();

  function watched(upgrader: Upgrader): Upgrader {
    const keep = (socket: MultiaddrConnection) => {
      sockets.add(socket);
      socket.addEventListener('close', () => sockets.delete(socket));
    };
    return {
      createInboundAbortSignal: (signal) => upgrader.createInboundAbortSignal(signal),
      getStreamMuxers: () => upgrader.getStreamMuxers(),
      getConnectionEncrypters: () => upgrader.getConnectionEncrypters(),
      upgradeInbound(socket, options) {
        keep(socket);
        return upgrader.upgradeInbound(socket, options);
      },
      upgradeOutbound(socket, options) {
        keep(socket);
        return upgrader.upgradeOutbound(socket, options);
      },
    };
  }

  const transports: Transports = (failure) => {
    const carriers = nodeTransports({ name, mdns: false })(failure);
    return {
      ...carriers,
      transports: (carriers.transports ?? []).map((make) => (components) => {
        const transport = make(components);
        const createListener = transport.createListener.bind(transport);
        const dial = transport.dial.bind(transport);
        transport.createListener = (options) =>
          createListener({ ...options, upgrader: watched(options.upgrader) });
        transport.dial = (address, options) =>
          dial(address, { ...options, upgrader: watched(options.upgrader) });
        return transport;
      }),
    };
  };

  return {
    transports,
    count: () => sockets.size,
    sever() {
      for (const socket of sockets) socket.abort(new Error('severed by the test'));
    },
  };
}
