/** Where somebody without the network key knocks: real sockets, real keys. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import {
  BzzzError,
  InviteId,
  type KnockRequest,
  type KnockResponse,
  type PeerId,
} from '@bzzz/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createIdentity, type Door, knock, openDoor, type OnKnock } from '../src/index.ts';
import { loopback } from './support.ts';

const request: KnockRequest = {
  id: InviteId.parse('0123456789abcdef'),
  secret: new Uint8Array(16).fill(7),
  name: 'elm',
};
const refused: KnockResponse = { kind: 'refused', code: 'invite_used', reason: 'gone' };
const { signal } = new AbortController();

const failures: unknown[] = [];

async function doorThat(onKnock: OnKnock, listen = loopback): Promise<Door> {
  const identity = await createIdentity();
  const onError = (error: unknown) => void failures.push(error);
  const door = await openDoor({ identity, onKnock, onError }, { listen });
  onTestFinished(() => door.close());
  return door;
}

function at(door: Door): string {
  return door.addresses()[0] ?? '';
}

describe('a door', () => {
  it('hears who knocks and with what, and answers that one', async () => {
    const heard: { from: PeerId; asked: KnockRequest }[] = [];
    const door = await doorThat(async (from, asked) => {
      heard.push({ from, asked });
      return refused;
    });
    const visitor = await createIdentity();
    expect(await knock(visitor, at(door), request, signal)).toEqual(refused);
    expect(heard).toEqual([{ from: visitor.peer, asked: request }]);
  });

  it('is known by the peer behind it: nobody else is told the secret', async () => {
    const heard: unknown[] = [];
    const door = await doorThat(async (from) => {
      heard.push(from);
      return refused;
    });
    const { peer } = await createIdentity();
    const other = at(door).replace(/\/p2p\/.*/, `/p2p/${peer}`);
    const knocking = knock(await createIdentity(), other, request, signal);
    await expect(knocking).rejects.toMatchObject({ code: 'mesh_unreachable' });
    expect(heard).toEqual([]);
  });

  it('that is shut is said to be so', async () => {
    const door = await doorThat(async () => refused);
    const address = at(door);
    await door.close();
    const knocking = knock(await createIdentity(), address, request, signal);
    await expect(knocking).rejects.toMatchObject({ code: 'mesh_unreachable' });
  });

  it('refuses where what is behind it fails, and goes on', async () => {
    let fails = true;
    const door = await doorThat(async () => {
      if (fails) throw new BzzzError('peer_folder_unusable', 'the disk is full');
      return refused;
    });
    const visitor = await createIdentity();
    await expect(knock(visitor, at(door), request, signal)).rejects.toMatchObject({
      code: 'mesh_refused',
    });
    expect(failures.splice(0)).toMatchObject([{ code: 'peer_folder_unusable' }]);
    fails = false;
    expect(await knock(await createIdentity(), at(door), request, signal)).toEqual(refused);
  });

  it('is not opened where another process listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const opening = doorThat(async () => refused, `/ip4/127.0.0.1/tcp/${port}`);
    await expect(opening).rejects.toMatchObject({ code: 'port_taken' });
  });
});
