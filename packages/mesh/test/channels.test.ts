import {
  type Channel,
  createCodec,
  HealthNote,
  type MeshName,
  type PeerId,
  protocolId,
} from '@bzzz/protocol';
import type { Stream } from '@libp2p/interface';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { muxerLimits } from '../src/connection-limits.ts';
import { createFrameSplitter, encodeFrame } from '../src/framing.ts';
import type { MeshService } from '../src/index.ts';
import type { MeshNode } from '../src/libp2p-node.ts';
import { dial, startRawNode } from './raw-node.ts';
import { createFleet, freshName, until } from './support.ts';

const codec = createCodec({ name: 'tiny', schema: HealthNote, bytesMax: 256 });
const tiny: Channel<HealthNote> = {
  name: 'tiny',
  version: 1,
  codec,
  messagesPerSecondMax: 100,
  waitingBytesMax: 4_096,
};

const fleet = createFleet();
let name: MeshName;
let mesh: MeshService;
let raw: MeshNode;
let rawPeer: PeerId;
let heard: number[];

beforeEach(async () => {
  name = freshName();
  mesh = await fleet.add({ name });
  heard = [];
  mesh.receive(tiny, (_, { incarnation }) => heard.push(incarnation));
  await mesh.start();
  raw = await startRawNode(name);
  // The id is Ed25519's by construction; libp2p's own type does not say so.
  rawPeer = raw.peerId.toString() as PeerId;
  await dial(raw, mesh.multiaddrs());
  await until('it is connected', () => mesh.connected().length === 1);
});
afterEach(async () => {
  await raw.stop();
  await fleet.stopAll();
});

function note(incarnation: number): HealthNote {
  return { kind: 'alive', peer: mesh.peer, incarnation };
}

function frameOf(incarnation: number): Uint8Array {
  return encodeFrame(codec.encode(note(incarnation)));
}

async function openStream(): Promise<Stream> {
  const [connection] = raw.getConnections();
  if (connection === undefined) throw new Error('not connected');
  return connection.newStream([protocolId(tiny)], { maxOutboundStreams: 8 });
}

/** Makes the raw node take the channel's streams, each handled as the test likes. */
async function listenRaw(onStream: (stream: Stream) => void): Promise<Stream[]> {
  const streams: Stream[] = [];
  await raw.handle(protocolId(tiny), (stream) => {
    streams.push(stream);
    onStream(stream);
  });
  return streams;
}

function dropped() {
  return mesh.stats().channels.dropped;
}

describe('a sender that breaks the rules', () => {
  it.each([
    ['a length over the limit', Uint8Array.of(0x81, 0x02)],
    ['a length that goes on and on', new Uint8Array(12).fill(0xff)],
    ['zeros in front of a length without end', new Uint8Array(12).fill(0x80)],
  ])('is reset for %s, after what was whole is heard', async (_, bytes) => {
    const stream = await openStream();
    stream.send(frameOf(1));
    stream.send(bytes);
    await until('the stream is reset', () => stream.status !== 'open');
    expect(heard).toEqual([1]);
    expect(dropped()).toEqual({ rate: 0, malformed: 1 });
    expect(mesh.connected()).toEqual([rawPeer]);
  });

  it('loses what is no message, and nothing else', async () => {
    const stream = await openStream();
    stream.send(encodeFrame(Uint8Array.of(0xff)));
    stream.send(frameOf(1));
    stream.send(encodeFrame(Uint8Array.of(0xa0)));
    stream.send(encodeFrame(new Uint8Array()));
    stream.send(frameOf(2));
    await until('the good ones are heard', () => heard.length === 2);
    expect(heard).toEqual([1, 2]);
    expect(dropped()).toEqual({ rate: 0, malformed: 3 });
    expect(stream.status).toBe('open');
  });

  it('is heard at the rate of the channel; the surplus is dropped', async () => {
    const stream = await openStream();
    const sent = 3 * tiny.messagesPerSecondMax;
    for (let count = 0; count < sent; count += 1) stream.send(frameOf(count));
    await until('all have come', () => heard.length + dropped().rate === sent);
    expect(heard.length).toBeGreaterThanOrEqual(tiny.messagesPerSecondMax);
    expect(dropped().rate).toBeGreaterThan(0);
    expect(heard.slice(0, 3)).toEqual([0, 1, 2]);
    expect(stream.status).toBe('open');
  });

  it('has one stream: a new one ends the old one, whatever that still holds', async () => {
    const old = await openStream();
    old.send(frameOf(1));
    await until('the old one is heard', () => heard.length === 1);
    const fresh = await openStream();
    await until('the old one is reset', () => old.status !== 'open');
    fresh.send(frameOf(2));
    await until('the new one is heard', () => heard.length === 2);
    expect(fresh.status).toBe('open');
  });

  it('is let go when it says that nothing more will come', async () => {
    const stream = await openStream();
    stream.send(frameOf(1));
    await stream.close();
    await until('the stream has ended', () => stream.status !== 'open');
    expect(heard).toEqual([1]);
  });
});

describe('the one stream to a peer', () => {
  it('is kept for all messages, which come in order', async () => {
    const came: number[] = [];
    const streams = await listenRaw((stream) => {
      const split = createFrameSplitter({ readBytesMax: codec.bytesMax }, (message) =>
        came.push(codec.decode(message).incarnation),
      );
      stream.addEventListener('message', ({ data }) => split(data.subarray()));
    });
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    for (const number of numbers) {
      await until('it is taken', () => mesh.send(tiny, rawPeer, note(number)));
    }
    await until('all have come', () => came.length === numbers.length);
    expect(came).toEqual(numbers);
    expect(mesh.stats().channels).toMatchObject({ sent: numbers.length, streamsOpened: 1 });
    expect(streams.length).toBe(1);
  });

  it('is opened again after a reset, when there is something to send', async () => {
    let resets = 0;
    const streams = await listenRaw((stream) => {
      stream.addEventListener('message', () => {});
      if (resets < 2) stream.abort(new Error('reset by the test'));
      resets += 1;
    });
    await until('the third stream is open', () => {
      mesh.send(tiny, rawPeer, note(0));
      return streams.length === 3;
    });
    expect(mesh.connected()).toEqual([rawPeer]);
  });

  it('is asked for seldom where nobody listens, and takes little meanwhile', async () => {
    let taken = 0;
    await until('it is refused', () => {
      if (mesh.send(tiny, rawPeer, note(0))) taken += 1;
      return taken > 0 && !mesh.send(tiny, rawPeer, note(0));
    });
    expect(taken * frameOf(0).byteLength).toBeLessThan(2 * tiny.waitingBytesMax);
    expect(mesh.stats().channels.streamsOpened).toBe(0);
  });

  it('carries as one piece what is sent in one go', async () => {
    const pieces: number[] = [];
    const streams = await listenRaw((stream) => {
      stream.addEventListener('message', ({ data }) => pieces.push(data.byteLength));
    });
    await until('the stream is open', () => {
      mesh.send(tiny, rawPeer, note(0));
      return streams.length === 1 && mesh.stats().channels.streamsOpened === 1;
    });
    const frameBytes = frameOf(1).byteLength;
    const wholeBytes = 40 * frameBytes;
    pieces.length = 0;
    for (let count = 0; count < 40; count += 1) mesh.send(tiny, rawPeer, note(1));
    await until('they have come', () => pieces.includes(wholeBytes));
  });

  it('takes a window of bytes and no more for a peer that reads nothing', async () => {
    const streams = await listenRaw((stream) => {
      stream.addEventListener('message', () => {});
      stream.pause();
    });
    await until('the stream is open', () => {
      mesh.send(tiny, rawPeer, note(0));
      return streams.length === 1 && mesh.stats().channels.streamsOpened === 1;
    });
    const before = mesh.stats().channels.sent;
    const frameBytes = frameOf(1_000_000).byteLength;
    let refusals = 0;
    // More than the window and the room to wait together; a few turns so that the network takes it.
    await until('it takes no more', () => {
      while (mesh.send(tiny, rawPeer, note(1_000_000))) refusals = 0;
      refusals += 1;
      return refusals > 20;
    });
    const windowBytesMax = muxerLimits.streamOptions.maxStreamWindowSize;
    const takenBytes = (mesh.stats().channels.sent - before) * frameBytes;
    expect(takenBytes).toBeLessThanOrEqual(windowBytesMax + tiny.waitingBytesMax);
    expect(mesh.stats().channels.notTaken).toBeGreaterThan(20);
    // Nobody is cut off for being slow.
    streams[0]?.resume();
    await until('it takes more', () => mesh.send(tiny, rawPeer, note(2)));
    expect(mesh.connected()).toEqual([rawPeer]);
  });
});
