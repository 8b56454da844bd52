/** Replication of bare Hypercore as it comes: its own noise over TCP on loopback, no libp2p around it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import Corestore, { type RawCore } from 'corestore';

export interface RawStore {
  readonly store: Corestore;
  readonly core: RawCore;
  close(): Promise<void>;
}

/** `of`: the log that it replicates; null: a log of its own, which it writes. */
export async function openRawStore(folder: string, of: RawCore | null): Promise<RawStore> {
  const store = new Corestore(folder);
  await store.ready();
  const core = store.get(of === null ? { name: 'raw' } : { key: of.key });
  await core.ready();
  return { store, core, close: () => store.close() };
}

/** Connects two stores, the first of which dials. */
export async function linkRaw(
  reader: RawStore,
  writer: RawStore,
): Promise<{ cut(): Promise<void> }> {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const { port } = portOf(server.address());
  const dialled = connect({ port, host: '127.0.0.1', noDelay: true });
  const [answered]: Socket[] = await accepted;
  if (answered === undefined) throw new Error('no connection came');
  server.close();
  const ends = [
    piped(reader.store.replicate(true), dialled),
    piped(writer.store.replicate(false), answered),
  ];
  return {
    async cut() {
      dialled.destroy();
      await Promise.all(ends);
    },
  };
}

function piped(stream: Duplex, socket: Socket): Promise<unknown> {
  const ends = [stream, socket].map(
    (one) => new Promise<void>((resolve) => one.once('close', () => resolve())),
  );
  // Either end takes the other with it; that the connection was cut is what is wanted.
  stream.on('error', () => socket.destroy());
  socket.on('error', () => stream.destroy());
  socket.on('close', () => stream.destroy());
  stream.pipe(socket).pipe(stream);
  return Promise.all(ends);
}

function portOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere');
  return address;
}

/** Resolves when so many blocks are here. */
export async function rawArrived(core: RawCore, length: number): Promise<void> {
  if (core.contiguousLength >= length) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (core.contiguousLength >= length) resolve();
  };
  core.on('download', look);
  await promise.finally(() => core.off('download', look));
}

/** What is here of a log from a block on. */
export async function rawBlocks(core: RawCore, from: number): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  for (let index = from; index < core.contiguousLength; index += 1) {
    const block = await core.get(index, { wait: false });
    if (block === null) throw new Error(`block ${index} is not there`);
    blocks.push(block);
  }
  return blocks;
}
