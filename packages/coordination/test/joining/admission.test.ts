/** Who is let in by which list, how a list travels, and what a stranger gets. */
import { membersProtocol, topics, verifyProtocol } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { signList, withMember, withoutMember, readList } from '../../src/joining/member-list.ts';
import { peerOf, createIdentity } from '../support/identity.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { capabilitiesOf } from '../support/stand.ts';
import { admissionOf, createAuthority } from './stand.ts';

function world() {
  return { clock: createManualClock(), hub: createMemoryHub() };
}

describe('a list of members', () => {
  it('travels with whoever connects, and lets its bearer in', async () => {
    const at = world();
    const mesh = createAuthority();
    const old = await admissionOf(at, mesh, 1, await mesh.listOf(1, 2));
    const fresh = await admissionOf(at, mesh, 3, await mesh.listOf(1, 2, 3));
    const opened: unknown[] = [];
    old.admission.mesh.onConnection((event) => opened.push(event));
    at.hub.link(peerOf(1), peerOf(3));
    expect(old.admission.mesh.connected()).toEqual([]);
    await at.clock.advance(1);
    expect(old.admission.isMember(peerOf(3))).toBe(true);
    expect(opened).toEqual([{ peer: peerOf(3), open: true }]);
    expect(old.admission.mesh.connected()).toEqual([peerOf(3)]);
    // On disk, too.
    expect(old.saved).toHaveLength(1);
    expect(fresh.saved).toEqual([]);
  });

  it('is asked for when a member says that it has a later one', async () => {
    const at = world();
    const mesh = createAuthority();
    const first = await mesh.listOf(1, 2);
    const one = await admissionOf(at, mesh, 1, first);
    const two = await admissionOf(at, mesh, 2, first);
    at.hub.link(peerOf(1), peerOf(2));
    await at.clock.advance(1);
    await two.admission.take(await mesh.listOf(1, 2, 4));
    expect(one.admission.isMember(peerOf(4))).toBe(false);
    const said = capabilitiesOf(peerOf(2), { memberList: two.admission.list().serial });
    await two.admission.mesh.publish(topics.capabilities, said);
    await at.clock.advance(1);
    expect(one.admission.isMember(peerOf(4))).toBe(true);
  });

  it('is never gone back from, whoever brings an older one', async () => {
    const at = world();
    const mesh = createAuthority();
    const { admission } = await admissionOf(at, mesh, 1, await mesh.listOf(1, 2, 3));
    expect(await admission.take(await mesh.listOf(1, 2))).toBe(false);
    expect(admission.isMember(peerOf(3))).toBe(true);
  });

  it.each([
    ['another operator', async () => createAuthority(901).listOf(1, 2, 3, 7)],
    [
      'nobody who may',
      async () => {
        const { list } = await createAuthority().listOf(1, 2, 3, 7);
        return { list, signature: new Uint8Array(64) };
      },
    ],
  ])('is not taken when it is signed by %s', async (_, make) => {
    const at = world();
    const mesh = createAuthority();
    const one = await admissionOf(at, mesh, 1, await mesh.listOf(1));
    const forged = await make();
    at.hub.join(peerOf(7)).handle(membersProtocol, async () => ({ later: forged }));
    at.hub.link(peerOf(1), peerOf(7));
    await at.clock.advance(1);
    expect(one.admission.isMember(peerOf(7))).toBe(false);
    expect(one.troubles).toEqual([{ code: 'members_invalid', peer: peerOf(7) }]);
    expect(one.saved).toEqual([]);
  });

  it('of another mesh of the same operator does not count', async () => {
    const mesh = createAuthority();
    const signed = await mesh.listOf(1, 2);
    const other = { ...mesh.authority, mesh: 'work' };
    await expect(readList(createIdentity(5), other as never, signed)).rejects.toMatchObject({
      code: 'members_invalid',
    });
  });

  it('knows nobody where none has come yet, and takes the first that the operator signed', async () => {
    const at = world();
    const mesh = createAuthority();
    const fresh = await admissionOf(at, mesh, 2, null);
    await admissionOf(at, mesh, 1, await mesh.listOf(1, 2));
    expect(fresh.admission.isMember(peerOf(2))).toBe(false);
    at.hub.link(peerOf(1), peerOf(2));
    await at.clock.advance(1);
    expect(fresh.admission.isMember(peerOf(2))).toBe(true);
    expect(fresh.admission.mesh.connected()).toEqual([peerOf(1)]);
  });
});

describe('a stranger', () => {
  it('is heard in nothing, answered nothing, and sent away', async () => {
    const at = world();
    const mesh = createAuthority();
    const { admission } = await admissionOf(at, mesh, 1, await mesh.listOf(1, 2));
    const heard: unknown[] = [];
    admission.mesh.subscribe(topics.capabilities, (from) => heard.push(from));
    admission.mesh.handle(verifyProtocol, async () => ({ kind: 'working' }));
    const stranger = at.hub.join(peerOf(9));
    at.hub.link(peerOf(1), peerOf(9));
    await stranger.publish(topics.capabilities, capabilitiesOf(peerOf(9)));
    const request = { task: 'octo/hello#1', lock: 'a'.repeat(40), commit: 'b'.repeat(40) };
    const asked = stranger.request(verifyProtocol, peerOf(1), request as never);
    await expect(asked).rejects.toMatchObject({ code: 'peer_not_admitted' });
    await expect(
      admission.mesh.request(verifyProtocol, peerOf(9), request as never),
    ).rejects.toMatchObject({ code: 'peer_not_admitted' });
    expect(heard).toEqual([]);
    // Who only looks at an address goes at once, and is not talked about.
    expect(admission.strangers()).toEqual([]);
    await at.clock.advance(9_999);
    expect(stranger.connected()).toEqual([peerOf(1)]);
    await at.clock.advance(1);
    expect(stranger.connected()).toEqual([]);
    expect(admission.strangers()).toEqual([{ peer: peerOf(9), lastSeenMs: 10_000 }]);
    await at.clock.advance(600_000);
    expect(admission.strangers()).toEqual([]);
  });

  it('does not keep members out, however many there are', async () => {
    const at = world();
    const mesh = createAuthority();
    const { inner } = await admissionOf(at, mesh, 1, await mesh.listOf(1, 2));
    for (let number = 100; number < 140; number += 1) {
      at.hub.join(peerOf(number));
      at.hub.link(peerOf(1), peerOf(number));
    }
    expect(inner.connected()).toHaveLength(16);
  });

  it('stays when it is admitted in time', async () => {
    const at = world();
    const mesh = createAuthority();
    const { admission } = await admissionOf(at, mesh, 1, await mesh.listOf(1, 2));
    const stranger = at.hub.join(peerOf(9));
    at.hub.link(peerOf(1), peerOf(9));
    await at.clock.advance(5_000);
    await admission.take(await mesh.listOf(1, 2, 9));
    await at.clock.advance(60_000);
    expect(stranger.connected()).toEqual([peerOf(1)]);
    expect(admission.strangers()).toEqual([]);
    expect(at.clock.waiting()).toBe(0);
  });

  it('is also who was a member and was removed: for the rest it is gone at once', async () => {
    const at = world();
    const mesh = createAuthority();
    const signed = await mesh.listOf(1, 2);
    const one = await admissionOf(at, mesh, 1, signed);
    const two = await admissionOf(at, mesh, 2, signed);
    at.hub.link(peerOf(1), peerOf(2));
    await at.clock.advance(1);
    const events: unknown[] = [];
    one.admission.mesh.onConnection((event) => events.push(event));
    const without = withoutMember(one.admission.list(), peerOf(2), 5);
    await one.admission.take(await signList(mesh.operator, without));
    expect(events).toEqual([{ peer: peerOf(2), open: false }]);
    // It hears of it, and knows then that it is none.
    const said = capabilitiesOf(peerOf(1), { memberList: one.admission.list().serial });
    await one.admission.mesh.publish(topics.capabilities, said);
    await at.clock.advance(1);
    expect(two.admission.isMember(peerOf(2))).toBe(false);
    await at.clock.advance(10_000);
    expect(two.inner.connected()).toEqual([]);
  });
});

describe('changes of a list', () => {
  it('keep since when somebody is a member, and raise the serial', async () => {
    const mesh = createAuthority();
    const list = await readList(createIdentity(5), mesh.authority, await mesh.listOf(1, 2));
    const renamed = withMember(list, { ...mesh.memberOf(2), name: 'elm', sinceMs: 77 });
    expect(renamed.serial).toBe(list.serial + 1);
    expect(renamed.members.map(({ name, sinceMs }) => [name, sinceMs])).toEqual([
      ['peer-1', 1],
      ['elm', 1],
    ]);
    expect(() => withoutMember(list, peerOf(8), 1)).toThrow(
      expect.objectContaining({ code: 'peer_unknown' }),
    );
  });
});
