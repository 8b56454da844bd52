import type { PeerId } from '@bzzz/protocol';
import type { Stream } from '@libp2p/interface';
import { byteStream } from '@libp2p/utils';
import { afterEach, describe, expect, it } from 'vitest';
import type { MeshService } from '../src/index.ts';
import { allConnected, createFleet, freshName, until } from './support.ts';

const raw = { name: 'raw', version: 1 };
const fleet = createFleet();

afterEach(() => fleet.stopAll());

async function trio(): Promise<[MeshService, MeshService, MeshService]> {
  const name = freshName();
  const first = await fleet.add({ name });
  await first.start();
  const second = await fleet.add({ name, bootstrap: first.multiaddrs() });
  const third = await fleet.add({ name, bootstrap: first.multiaddrs() });
  await Promise.all([second.start(), third.start()]);
  await until('three are connected', () => allConnected([first, second, third]));
  return [first, second, third];
}

describe('raw streams', () => {
  it('carry bytes both ways, far more than their buffers hold', async () => {
    const [first, second] = await trio();
    const chunk = new Uint8Array(256 * 1024).fill(7);
    const rounds = 64;
    const froms: PeerId[] = [];
    first.handleStream(raw, (from, stream) => {
      froms.push(from);
      void echo(stream);
    });
    const stream = await second.openStream(first.peer, raw);
    const bytes = byteStream(stream);
    const reading = bytes.read({ bytes: rounds * 8 });
    for (let round = 0; round < rounds; round += 1) await bytes.write(chunk);
    const answers = await reading;
    expect(answers.byteLength).toBe(rounds * 8);
    await stream.close();
    expect(froms).toEqual([second.peer]);

    /** Answers eight bytes for each chunk that it has read. */
    async function echo(incoming: Stream): Promise<void> {
      const back = byteStream(incoming);
      for (let round = 0; round < rounds; round += 1) {
        await back.read({ bytes: chunk.byteLength });
        await back.write(new Uint8Array(8));
      }
    }
  });

  it('are for those who are allowed', async () => {
    const [first, second, third] = await trio();
    const froms: PeerId[] = [];
    first.handleStream(
      raw,
      (from, stream) => {
        froms.push(from);
        stream.addEventListener('message', () => {});
      },
      { allow: (peer) => peer === second.peer },
    );
    const denied = await third.openStream(first.peer, raw);
    await until('the stream of the other is reset', () => denied.status !== 'open');
    const allowed = await second.openStream(first.peer, raw);
    await until('the handler has it', () => froms.length > 0);
    expect(froms).toEqual([second.peer]);
    expect(allowed.status).toBe('open');
  });

  it('are reset when the handler throws', async () => {
    const [first, second] = await trio();
    first.handleStream(raw, () => {
      throw new Error('a handler of the test');
    });
    const stream = await second.openStream(first.peer, raw);
    await until('the stream is reset', () => stream.status !== 'open');
    expect(second.connected()).toContain(first.peer);
  });

  it('are refused where nobody handles them, also when the handler was taken off', async () => {
    const [first, second] = await trio();
    const open = () => second.openStream(first.peer, raw);
    await expect(open()).rejects.toMatchObject({ code: 'mesh_refused' });
    const off = first.handleStream(raw, (_, stream) =>
      stream.addEventListener('message', () => {}),
    );
    expect((await open()).status).toBe('open');
    off();
    await expect(open()).rejects.toMatchObject({ code: 'mesh_refused' });
  });

  it('can be given up before they are open', async () => {
    const [first, second] = await trio();
    const signal = AbortSignal.abort();
    await expect(second.openStream(first.peer, raw, { signal })).rejects.toMatchObject({
      code: 'aborted',
    });
  });

  it('have one handler each', async () => {
    const mesh = await fleet.add({ name: freshName() });
    const off = mesh.handleStream(raw, () => {});
    expect(() => mesh.handleStream(raw, () => {})).toThrow(TypeError);
    off();
    mesh.handleStream(raw, () => {});
  });
});
