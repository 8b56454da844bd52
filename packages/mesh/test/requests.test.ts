import {
  createCodec,
  isBzzzError,
  type MeshName,
  type PeerId,
  protocolId,
  type RequestProtocol,
} from '@bzzz/protocol';
import type { Stream } from '@libp2p/interface';
import { byteStream, lpStream } from '@libp2p/utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { MeshService } from '../src/index.ts';
import type { MeshNode } from '../src/libp2p-node.ts';
import { dial, startRawNode } from './raw-node.ts';
import { createFleet, freshName, until } from './support.ts';

const Text = z.object({ text: z.string() });
type Text = z.infer<typeof Text>;
const echo: RequestProtocol<Text, Text> = {
  name: 'echo',
  version: 1,
  request: createCodec({ name: 'echo request', schema: Text, bytesMax: 256 }),
  response: createCodec({ name: 'echo response', schema: Text, bytesMax: 256 }),
  timeoutMs: 700,
  requestsPerSecondMax: 1_000,
  inFlightMax: 4,
};

const fleet = createFleet();
let name: MeshName;
let mesh: MeshService;
let raw: MeshNode;
let calls: string[];

beforeEach(async () => {
  name = freshName();
  calls = [];
  mesh = await fleet.add({ name });
  mesh.handle(echo, async (from, message) => {
    calls.push(from);
    return message;
  });
  await mesh.start();
  raw = await startRawNode(name);
  await dial(raw, mesh.multiaddrs());
  await until('it is connected', () => mesh.connected().length === 1);
});
afterEach(async () => {
  await raw.stop();
  await fleet.stopAll();
});

/** A stream to the mesh, and how it ended. */
async function open(): Promise<{ stream: Stream; ended: () => boolean }> {
  const [connection] = raw.getConnections();
  if (connection === undefined) throw new Error('not connected');
  const stream = await connection.newStream([protocolId(echo)], { maxOutboundStreams: 100 });
  return { stream, ended: () => stream.status !== 'open' };
}

function refused() {
  return mesh.stats().requests.refused;
}

describe('a requester that breaks the rules', () => {
  it.each([
    ['a length over the limit', Uint8Array.of(0x81, 0x02, 0xa0)],
    ['a length that goes on and on', new Uint8Array(12).fill(0xff)],
    ['bytes that are no CBOR', Uint8Array.of(1, 0xff)],
    ['a message that does not fit', Uint8Array.of(1, 0xa0)],
  ])('is reset for %s', async (_, bytes) => {
    const { stream, ended } = await open();
    await byteStream(stream).write(bytes);
    await until('the stream is reset', ended);
    expect(refused().malformed).toBe(1);
    expect(calls).toEqual([]);
  });

  it('is reset when it says less than it announced and leaves, or nothing at all', async () => {
    const half = await open();
    await byteStream(half.stream).write(Uint8Array.of(100, 0xa0));
    await half.stream.close();
    await until('the half request is reset', half.ended);
    expect(refused().failed).toBe(1);
    const silent = await open();
    await until('the silent one is reset', silent.ended);
    expect(refused().failed).toBe(2);
    expect(refused().malformed).toBe(0);
  });

  it('cannot hold more streams than the protocol allows, and others are answered', async () => {
    const held = await Promise.all(Array.from({ length: 12 }, () => open()));
    await until('those above the limit are reset', () => {
      return held.filter(({ ended }) => ended()).length >= 12 - echo.inFlightMax;
    });
    expect(held.filter(({ ended }) => !ended()).length).toBeLessThanOrEqual(echo.inFlightMax);
    const friend = await fleet.add({ name, bootstrap: mesh.multiaddrs() });
    await friend.start();
    await until('a friend is connected', () => friend.connected().includes(mesh.peer));
    expect(await friend.request(echo, mesh.peer, { text: 'hi' })).toEqual({ text: 'hi' });
  });

  it('is answered at the limit of bytes', async () => {
    const overheadBytes = 8;
    const text = 'x'.repeat(echo.request.bytesMax - overheadBytes);
    const message = echo.request.encode({ text });
    expect(message.byteLength).toBe(echo.request.bytesMax);
    const { stream } = await open();
    const frames = lpStream(stream);
    await frames.write(message);
    expect(echo.response.decode((await frames.read()).subarray())).toEqual({ text });
    expect(calls).toEqual([raw.peerId.toString()]);
  });
});

describe('a responder that breaks the rules', () => {
  it.each([
    ['a length over the limit', Uint8Array.of(0x81, 0x02, 0xa0)],
    ['bytes that are no CBOR', Uint8Array.of(1, 0xff)],
    ['a message that does not fit', Uint8Array.of(1, 0xa0)],
  ])('refuses by %s', async (_, bytes) => {
    await raw.handle(protocolId(echo), async (stream) => {
      await byteStream(stream).write(bytes);
    });
    expect(await outcome()).toBe('mesh_refused');
  });

  it('refuses by closing, and times out by silence', async () => {
    let silent = false;
    await raw.handle(protocolId(echo), async (stream) => {
      stream.addEventListener('message', () => {});
      if (!silent) await stream.close();
    });
    expect(await outcome()).toBe('mesh_refused');
    silent = true;
    expect(await outcome()).toBe('timeout');
  });

  async function outcome(): Promise<string> {
    // The id is Ed25519's by construction; libp2p's own type does not say so.
    const peer = raw.peerId.toString() as PeerId;
    const error: unknown = await mesh.request(echo, peer, { text: '' }).catch((thrown) => thrown);
    return isBzzzError(error) ? error.code : 'no coded error';
  }
});
