/** A new network key goes from member to member. */
import { networkKeyHash, networkKeyProtocol } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { readList, signList, withNetworkKey } from '../../src/joining/member-list.ts';
import { keepNetworkKey } from '../../src/joining/network-keys.ts';
import { createIdentity, peerOf } from '../support/identity.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { keysOf } from './keys.ts';
import { admissionOf, createAuthority } from './stand.ts';

const old = '1'.repeat(64);
const next = '2'.repeat(64);

async function pair() {
  const clock = createManualClock();
  const hub = createMemoryHub();
  const mesh = createAuthority();
  const signed = await mesh.listOf(1, 2, 3);
  const memberAt = async (number: number, key: string) => {
    const { admission } = await admissionOf({ clock, hub }, mesh, number, signed);
    const keys = keysOf(key);
    const troubles: unknown[] = [];
    const keeping = keepNetworkKey({
      clock,
      mesh: admission.mesh,
      admission,
      keys,
      onTrouble: (error) => troubles.push(error),
    });
    return { admission, keys, keeping, troubles };
  };
  const list = await readList(createIdentity(5), mesh.authority, signed);
  const announced = await signList(mesh.operator, withNetworkKey(list, networkKeyHash(next), 9));
  return { clock, hub, memberAt, announced };
}

describe('a network key', () => {
  it('is asked of a member as soon as the list names it', async () => {
    const { clock, hub, memberAt, announced } = await pair();
    const one = await memberAt(1, old);
    const two = await memberAt(2, old);
    hub.link(peerOf(1), peerOf(2));
    await one.keys.take(2, next);
    await one.admission.take(announced);
    await two.admission.take(announced);
    await clock.advance(1);
    expect([two.keys.serial(), two.keys.current()]).toEqual([2, next]);
  });

  it('is asked for again until somebody has it, and nobody can slip in another', async () => {
    const { clock, hub, memberAt, announced } = await pair();
    const one = await memberAt(1, old);
    hub.join(peerOf(3)).handle(networkKeyProtocol, async () => ({ key: '6'.repeat(64) }));
    hub.link(peerOf(1), peerOf(3));
    await one.admission.take(announced);
    await clock.advance(12_000);
    expect(one.keys.serial()).toBe(1);
    const two = await memberAt(2, old);
    await two.keys.take(2, next);
    hub.link(peerOf(1), peerOf(2));
    await clock.advance(6_000);
    expect(one.keys.current()).toBe(next);
  });

  it('that the configuration names already is not asked for', async () => {
    const { clock, memberAt, announced } = await pair();
    const one = await memberAt(1, next);
    await one.admission.take(announced);
    await clock.advance(60_000);
    expect([one.keys.serial(), one.troubles]).toEqual([1, []]);
  });

  it('is told to members alone', async () => {
    const { hub, memberAt } = await pair();
    await memberAt(1, old);
    const stranger = hub.join(peerOf(9));
    hub.link(peerOf(1), peerOf(9));
    await expect(
      stranger.request(networkKeyProtocol, peerOf(1), { serial: 2 }),
    ).rejects.toMatchObject({ code: 'peer_not_admitted' });
  });
});
