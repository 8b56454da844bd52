import { generateKeyPair } from '@libp2p/crypto/keys';
import { afterEach, describe, expect, it } from 'vitest';
import { createIdentity, type Identity, type MeshService, type Trouble } from '../src/index.ts';
import { networkKey } from '../src/network-key.ts';
import { dial, startRawNode } from './raw-node.ts';
import { allConnected, createFleet, freshName, until } from './support.ts';

const fleet = createFleet();
const goodKey = 'a1'.repeat(32);
const wrongKey = 'b2'.repeat(32);

afterEach(() => fleet.stopAll());

function troublesOf(mesh: MeshService): Trouble[] {
  const troubles: Trouble[] = [];
  mesh.onTrouble((trouble) => troubles.push(trouble));
  return troubles;
}

describe('the network key', () => {
  it('lets in whoever has it', async () => {
    const name = freshName();
    const first = await fleet.add({ name, key: goodKey });
    await first.start();
    const second = await fleet.add({ name, key: goodKey, bootstrap: first.multiaddrs() });
    const troubles = troublesOf(second);
    await second.start();
    await until('the two are connected', () => allConnected([first, second]));
    expect(troubles).toEqual([]);
  });

  it.each([
    ['another key', wrongKey],
    ['no key', undefined],
  ])('keeps out a peer with %s, and both sides say so', async (_, key) => {
    const name = freshName();
    const first = await fleet.add({ name, key: goodKey });
    await first.start();
    const friend = await fleet.add({ name, key: goodKey, bootstrap: first.multiaddrs() });
    await friend.start();
    await until('the two are connected', () => allConnected([first, friend]));
    const seen = troublesOf(first);
    const stranger = await fleet.add({ name, key, bootstrap: first.multiaddrs() });
    const felt = troublesOf(stranger);
    const startedMs = performance.now();
    await stranger.start();
    await until('both have said so', () => seen.length > 0 && felt.length > 0);
    // Not the 6 to 10 s of a handshake that runs into its timeout.
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expect(felt[0]?.code).toBe('mesh_wrong_key');
    expect(felt[0]?.address).toBe(first.multiaddrs()[0]);
    expect(seen[0]?.code).toBe('mesh_wrong_key');
    expect(seen[0]?.address).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\//);
    expect(stranger.connected()).toEqual([]);
    expect(first.connected()).toEqual([friend.peer]);
  });

  it('is told once, however often the stranger tries', async () => {
    const name = freshName();
    const first = await fleet.add({ name, key: goodKey });
    await first.start();
    const seen = troublesOf(first);
    const strangers: Trouble[][] = [];
    for (let count = 0; count < 3; count += 1) {
      const options = { name, key: wrongKey, bootstrap: first.multiaddrs() };
      const stranger = await fleet.add(options);
      strangers.push(troublesOf(stranger));
      await stranger.start();
    }
    await until('each stranger knows', () => strangers.every((one) => one.length > 0));
    expect(seen.length).toBe(1);
  });

  it('is not enough for an id that is no Ed25519 key', async () => {
    const name = freshName();
    const mesh = await fleet.add({ name });
    const events: unknown[] = [];
    mesh.onConnection((event) => events.push(event));
    await mesh.start();
    const privateKey = await generateKeyPair('secp256k1');
    // Only to get past our own types; libp2p takes any kind of key.
    const identity = { ...(await createIdentity()), privateKey } as unknown as Identity;
    const raw = await startRawNode(name, identity);
    try {
      const connection = await dial(raw, mesh.multiaddrs()).catch(() => undefined);
      await until('the connection is closed', () => connection?.status !== 'open');
      expect(events).toEqual([]);
    } finally {
      await raw.stop();
    }
  });

  it('differs for each name and each key', async () => {
    const [left, right] = [freshName(), freshName()];
    const keys = await Promise.all([
      networkKey(left, undefined),
      networkKey(right, undefined),
      networkKey(left, goodKey),
      networkKey(right, goodKey),
      networkKey(left, wrongKey),
    ]);
    expect(new Set(keys).size).toBe(5);
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
  });
});

describe('a network key that changes', () => {
  const nextKey = 'c3'.repeat(32);

  it('leaves connections as they are, and lets in with the new one', async () => {
    const name = freshName();
    let keys = [goodKey];
    const first = await fleet.add({ name, keys: () => keys });
    await first.start();
    const friend = await fleet.add({ name, keys: () => keys, bootstrap: first.multiaddrs() });
    await friend.start();
    await until('the two are connected', () => allConnected([first, friend]));
    keys = [nextKey, goodKey];
    const late = await fleet.add({ name, key: nextKey, bootstrap: first.multiaddrs() });
    await late.start();
    await until('all are connected', () => allConnected([first, friend, late]));
  });

  it('is dialled with the one before, where the other side was away when it changed', async () => {
    const name = freshName();
    const away = await fleet.add({ name, key: goodKey });
    await away.start();
    const felt = troublesOf(away);
    const keys = [nextKey, goodKey];
    const first = await fleet.add({ name, keys: () => keys, bootstrap: away.multiaddrs() });
    const seen = troublesOf(first);
    await first.start();
    await until('the two are connected', () => allConnected([first, away]));
    // Who listens by one key alone says that somebody came with another; who has both waits for the last.
    expect(felt.map(({ code }) => code)).toEqual(['mesh_wrong_key']);
    expect(seen).toEqual([]);
  });

  it('is said to be wrong when none of them is taken', async () => {
    const name = freshName();
    const first = await fleet.add({ name, key: goodKey });
    await first.start();
    const keys = [nextKey, wrongKey];
    const stranger = await fleet.add({ name, keys: () => keys, bootstrap: first.multiaddrs() });
    const felt = troublesOf(stranger);
    await stranger.start();
    await until('it says so', () => felt.length > 0);
    expect(felt[0]?.code).toBe('mesh_wrong_key');
    expect(first.connected()).toEqual([]);
  });
});
