/** What one peer may tell another to do with its work, who is obeyed, and what stands in which journal. */
import { BzzzError, orderProtocol, type PeerId, type PeerOrderRequest } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { type OrdersDeps, startOrders } from '../../src/pause/orders.ts';
import { peerOf } from '../support/identity.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { calm, task } from '../support/stand.ts';

const [ant, bee, fly] = [peerOf(1), peerOf(2), peerOf(3)];

type View = ReturnType<OrdersDeps['coordinator']['view']>;
type Member = View['members'][number];

function memberOf(peer: PeerId, change: Partial<Member> = {}): Member {
  const name = peer === ant ? 'ant' : 'bee';
  return { peer, name, connected: true, quarantined: false, removed: false, ...change };
}

/** `ant` tells, `bee` is told; `fly` has only the network key. */
function world(obeys: 'members' | 'own' = 'members') {
  const hub = createMemoryHub();
  const views = { members: [ant, bee].map((peer) => memberOf(peer)) };
  const join = (peer: PeerId) => {
    const mesh = hub.join(peer);
    const state = { self: false, attempts: false };
    /** As it was written and done, in that order. */
    const done: unknown[] = [];
    const coordinator: OrdersDeps['coordinator'] = {
      view: () => ({
        self: { paused: state.self || state.attempts },
        attemptsRest: state.attempts,
        members: views.members,
      }),
      async pause(scope, paused) {
        done.push([scope, paused]);
        if (typeof scope === 'object') {
          throw new BzzzError('task_not_here', `no attempt at ${scope.task}`);
        }
        if (scope === 'self') state.self = paused;
        if (scope === 'attempts' || !paused) state.attempts = scope === 'attempts' && paused;
      },
      async note(note) {
        done.push(note);
      },
    };
    return { mesh, done, orders: startOrders({ mesh, coordinator }, { obeys }) };
  };
  const peers = { ant: join(ant), bee: join(bee), fly: join(fly) };
  for (const peer of [ant, fly]) hub.link(bee, peer);
  const give = (request: Omit<PeerOrderRequest, 'by'>, to: PeerId = bee) =>
    peers.ant.orders.give(to, { ...request, by: 'admin-token' }, { signal: calm });
  return { ...peers, views, hub, give };
}

const acted = (act: string, about = 'this peer, as admin-token said there') => ({
  kind: 'operator.acted',
  by: `peer ${ant}`,
  act,
  about,
});

describe('an order to another peer', () => {
  it('is obeyed after it stands in the journal of whoever obeys', async () => {
    const { give, bee: told } = world();
    expect(await give({ order: 'drain' })).toBe(true);
    expect(await give({ order: 'pause' })).toBe(true);
    expect(await give({ order: 'resume' })).toBe(false);
    expect(told.done).toEqual([
      acted('drain'),
      ['self', true],
      acted('pause'),
      ['attempts', true],
      acted('resume'),
      ['self', false],
    ]);
  });

  it('to drain lets what stands still go on to its end', async () => {
    const { give, bee: told } = world();
    await give({ order: 'pause' });
    expect(await give({ order: 'drain' })).toBe(true);
    expect(told.done.slice(2)).toEqual([acted('drain'), ['self', true], ['attempts', false]]);
  });

  it('to itself is done at once, and asks nobody', async () => {
    const { give, ant: own, bee: other } = world('own');
    expect(await give({ order: 'drain' }, ant)).toBe(true);
    expect([own.done, other.done]).toEqual([[['self', true]], []]);
  });

  it('about a task that it does not work on says so in its own words', async () => {
    const { give, bee: told } = world();
    await expect(give({ order: 'pause', task })).rejects.toMatchObject({
      code: 'task_not_here',
      reason: expect.stringMatching(/^bee: no attempt at /),
    });
    const about = `the attempt at ${task}, as admin-token said there`;
    expect(told.done).toEqual([{ ...acted('pause', about), task }, [{ task }, true]]);
  });

  it('is refused where the operator lets nobody else stop its work', async () => {
    const { give, bee: told } = world('own');
    await expect(give({ order: 'drain' })).rejects.toMatchObject({
      code: 'peer_order_refused',
      reason: expect.stringMatching(/^bee: its operator lets nobody else/),
    });
    expect(told.done).toEqual([]);
  });

  it('is heard of members alone, and of none that is set aside or was taken out', async () => {
    const { ant: asks, fly: stranger, bee: told, views } = world();
    const ask = ({ mesh }: typeof asks) =>
      mesh.request(orderProtocol, bee, { order: 'drain', by: 'x' });
    await expect(ask(stranger)).rejects.toMatchObject({ code: 'mesh_refused' });
    for (const flaw of [{ quarantined: true }, { removed: true }]) {
      views.members = [memberOf(ant, flaw), memberOf(bee)];
      await expect(ask(asks)).rejects.toMatchObject({ code: 'mesh_refused' });
    }
    expect(told.done).toEqual([]);
  });

  it('says which peer cannot be told: not connected, or of an earlier version', async () => {
    const { give, bee: told, views } = world();
    told.orders.stop();
    await expect(give({ order: 'drain' })).rejects.toMatchObject({ code: 'peer_order_refused' });
    views.members = [memberOf(ant), memberOf(bee, { connected: false })];
    await expect(give({ order: 'drain' })).rejects.toMatchObject({
      code: 'mesh_unreachable',
      reason: 'bee is not connected',
    });
  });
});
