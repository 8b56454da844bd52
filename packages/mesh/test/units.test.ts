import { isBzzzError, limits, envelopeCodec } from '@bzzz/protocol';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { backoffMs } from '../src/backoff.ts';
import { createCourtesy, POLITE_MS } from '../src/courtesy.ts';
import { createIdentity, loadIdentity } from '../src/index.ts';
import { createOutbox } from '../src/outbox.ts';
import { createPenalties } from '../src/penalties.ts';
import { createRateLimiter } from '../src/rate-limiter.ts';
import { createTroubles } from '../src/trouble.ts';

describe('identity', () => {
  it('is the same from 32 bytes of seed and from 64 of both halves', async () => {
    const made = await createIdentity();
    const seeded = await loadIdentity(made.seed);
    const both = await loadIdentity(made.privateKey.raw);
    expect(made.seed.byteLength).toBe(32);
    expect([seeded.peer, both.peer]).toEqual([made.peer, made.peer]);
  });

  afterEach(() => vi.unstubAllGlobals());

  it('is what libp2p makes of the seed, whether the platform knows such keys or not', async () => {
    const { seed, peer } = await createIdentity();
    const theirs = await generateKeyPairFromSeed('Ed25519', seed);
    const getRandomValues = crypto.getRandomValues.bind(crypto);
    for (const subtle of [crypto.subtle, undefined]) {
      vi.stubGlobal('crypto', { subtle, getRandomValues });
      const loaded = await loadIdentity(seed);
      vi.unstubAllGlobals();
      expect(loaded.privateKey.raw).toEqual(theirs.raw);
      expect(loaded.peer).toBe(peer);
    }
  });

  it('refuses other lengths, and halves that do not belong together', async () => {
    const one = await createIdentity();
    const other = await createIdentity();
    const mixed = Uint8Array.from([...one.seed, ...other.privateKey.raw.slice(32)]);
    for (const bytes of [new Uint8Array(), new Uint8Array(31), new Uint8Array(65), mixed]) {
      const error: unknown = await loadIdentity(bytes).catch((caught: unknown) => caught);
      expect(isBzzzError(error, 'config_invalid')).toBe(true);
    }
  });
});

describe('rate limiter', () => {
  it('allows a second of burst, then the rate, each key for itself', () => {
    let nowMs = 0;
    const limiter = createRateLimiter({ perSecondMax: 10 }, () => nowMs);
    const take = (key: string) => Array.from({ length: 20 }, () => limiter.allow(key));
    expect(take('a').filter(Boolean).length).toBe(10);
    expect(take('b').filter(Boolean).length).toBe(10);
    nowMs = 250;
    expect(take('a').filter(Boolean).length).toBe(2);
    nowMs = 60_000;
    expect(take('a').filter(Boolean).length).toBe(10);
  });
});

describe('penalties', () => {
  it('fall below the score at which gossipsub ignores a peer, and are forgotten', () => {
    let nowMs = 0;
    const penalties = createPenalties(() => nowMs);
    expect(penalties.scoreOf('a')).toBe(-0);
    for (let count = 0; count < 9; count += 1) penalties.add('a');
    expect(penalties.scoreOf('a')).toBeLessThan(-80);
    expect(penalties.scoreOf('b')).toBe(-0);
    nowMs = 600_000;
    expect(penalties.scoreOf('a')).toBeGreaterThan(-1);
  });
});

describe('courtesy', () => {
  const smaller = 'a';
  const larger = 'b';

  it('lets the peer with the smaller id dial at once', () => {
    const courtesy = createCourtesy(smaller, () => 0);
    expect(courtesy.mayDial(larger)).toBe(true);
    expect(courtesy.pauseMs(larger)).toBe(0);
  });

  it('holds back the other for a second, from the first thought and from each loss', () => {
    let nowMs = 0;
    const courtesy = createCourtesy(larger, () => nowMs);
    expect(courtesy.pauseMs(smaller)).toBe(POLITE_MS);
    expect(courtesy.mayDial(smaller)).toBe(false);
    nowMs = POLITE_MS;
    expect(courtesy.mayDial(smaller)).toBe(true);
    courtesy.restart(smaller);
    expect(courtesy.mayDial(smaller)).toBe(false);
  });

  it('does not hold back who insists, for as long as that takes', async () => {
    const courtesy = createCourtesy(larger, () => 0);
    const { promise, resolve } = Promise.withResolvers<void>();
    const dial = courtesy.insist(smaller, () => promise);
    expect(courtesy.mayDial(smaller)).toBe(true);
    resolve();
    await dial;
    expect(courtesy.mayDial(smaller)).toBe(false);
  });
});

describe('backoff', () => {
  it('doubles up to its ceiling, never to nothing', () => {
    for (let failures = 0; failures < 40; failures += 1) {
      const pauseMs = backoffMs(failures, 10_000);
      expect(pauseMs).toBeGreaterThanOrEqual(125);
      expect(pauseMs).toBeLessThanOrEqual(Math.min(10_000, 250 * 2 ** failures));
    }
    expect(backoffMs(30, 10_000)).toBeGreaterThanOrEqual(5_000);
  });
});

describe('troubles', () => {
  it('tells each address once a minute, whatever its port', () => {
    const told: (string | undefined)[] = [];
    const troubles = createTroubles(() => {});
    troubles.onTrouble(({ address }) => told.push(address));
    const from = (address: string) =>
      troubles.report({ code: 'mesh_wrong_key', reason: 'test', address });
    from('/ip4/10.0.0.1/tcp/1');
    from('/ip4/10.0.0.1/tcp/2');
    from('/ip4/10.0.0.2/tcp/1');
    expect(told).toEqual(['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1']);
  });
});

describe('outbox', () => {
  // The longest that there is, so that the envelopes are the largest.
  const run = Number.MAX_SAFE_INTEGER;

  function setUp(messagesMax = 10_000) {
    const envelopes: { topic: string; count: number; bytes: number; first: number }[] = [];
    const state = { congested: false, refusing: false, notSent: 0 };
    const outbox = createOutbox(
      {
        send: async (topic, bytes) => {
          if (state.refusing) throw new Error('refused by the test');
          const { messages, position } = envelopeCodec.decode(bytes);
          expect(position?.run).toBe(run);
          const facts = { count: messages.length, bytes: bytes.byteLength };
          envelopes.push({ topic, ...facts, first: position?.first ?? Number.NaN });
        },
        congested: () => state.congested,
        onSent: () => {},
        onNotSent(messages) {
          state.notSent += messages;
        },
      },
      { messagesMax, run },
    );
    return { outbox, envelopes, state };
  }

  it('packs a tick into one envelope a topic', async () => {
    const { outbox, envelopes } = setUp();
    const pushed = [1, 2, 3].map((byte) => outbox.push('a', Uint8Array.of(byte)));
    pushed.push(outbox.push('b', Uint8Array.of(4)));
    expect(outbox.waiting()).toBe(4);
    await Promise.all(pushed);
    expect(envelopes.map(({ topic, count }) => `${topic}${count}`).toSorted()).toEqual([
      'a3',
      'b1',
    ]);
    expect(outbox.waiting()).toBe(0);
  });

  it('starts another envelope at the limit of messages and at the limit of bytes', async () => {
    const { outbox, envelopes } = setUp();
    const small = limits.envelopeMessagesMax + 1;
    const large = 40;
    await Promise.all([
      ...Array.from({ length: small }, () => outbox.push('small', new Uint8Array(8))),
      ...Array.from({ length: large }, () =>
        outbox.push('large', new Uint8Array(limits.gossipMessageBytesMax)),
      ),
    ]);
    const of = (name: string) => envelopes.filter(({ topic }) => topic === name);
    expect(of('small').map(({ count }) => count)).toEqual([limits.envelopeMessagesMax, 1]);
    expect(of('large').reduce((sum, { count }) => sum + count, 0)).toBe(large);
    expect(of('large').length).toBeGreaterThan(1);
    expect(of('large').every(({ bytes }) => bytes <= limits.envelopeBytesMax)).toBe(true);
  });

  it('numbers what the network took of each topic, and nothing else', async () => {
    const { outbox, envelopes, state } = setUp();
    await Promise.all([1, 2, 3].map((byte) => outbox.push('a', Uint8Array.of(byte))));
    state.refusing = true;
    await expect(outbox.push('a', Uint8Array.of(4))).rejects.toThrow('refused by the test');
    state.refusing = false;
    await Promise.all([outbox.push('a', Uint8Array.of(5)), outbox.push('b', Uint8Array.of(6))]);
    const numbered = envelopes.map(({ topic, first }) => `${topic} from ${first}`);
    expect(numbered.toSorted()).toEqual(['a from 0', 'a from 3', 'b from 0']);
    expect(state.notSent).toBe(1);
  });

  it('refuses with `mesh_backlog` what is too much, and takes more when it has room', async () => {
    const { outbox, state } = setUp(2);
    state.congested = true;
    const first = [outbox.push('a', Uint8Array.of(1)), outbox.push('a', Uint8Array.of(2))];
    const third: unknown = await outbox.push('a', Uint8Array.of(3)).catch((error) => error);
    expect(isBzzzError(third, 'mesh_backlog')).toBe(true);
    state.congested = false;
    await Promise.all(first);
    await outbox.push('a', Uint8Array.of(4));
  });

  it('refuses what waits when it is closed', async () => {
    const { outbox, state } = setUp();
    state.congested = true;
    const waiting = outbox.push('a', Uint8Array.of(1)).catch((error: unknown) => error);
    outbox.close();
    expect(isBzzzError(await waiting, 'stopped')).toBe(true);
    const late = await outbox.push('a', Uint8Array.of(2)).catch((error: unknown) => error);
    expect(isBzzzError(late, 'stopped')).toBe(true);
  });
});
