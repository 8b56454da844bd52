/** What every source of tokens does alike, each against what it really asks. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeOf } from '../support/code-of.ts';
import { lentSubjects, type TokenSubject, tokenSubjects } from '../support/token-subjects.ts';

let on: TokenSubject;
const stage = (create: () => Promise<TokenSubject>): void => {
  beforeEach(async () => {
    on = await create();
  });
  afterEach(async () => {
    await on.source.close?.();
    await on.dispose();
  });
};

describe.each(Object.entries(tokenSubjects))('%s', (_, create) => {
  stage(create);

  it('gives one token to all who ask together', async () => {
    const tokens = await Promise.all(Array.from({ length: 10 }, () => on.source.get()));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).toMatch(/^[\x21-\x7e]+$/);
    expect(on.asked()).toBe(1);
  });

  it('gives another one, once, to all who were refused with it', async () => {
    const old = await on.source.get();
    await on.rotate();
    on.clock.advance(10_000);
    const fresh = await Promise.all(
      Array.from({ length: 10 }, () => on.source.get({ refused: old })),
    );
    expect(new Set(fresh).size).toBe(1);
    expect(fresh[0]).not.toBe(old);
    expect(on.asked()).toBeLessThanOrEqual(2);
    expect(await on.source.get()).toBe(fresh[0]);
  });
});

describe.each(Object.entries(lentSubjects))('%s, which lends', (_, create) => {
  stage(create);

  it('has a new one before the old one ends, without being asked', async () => {
    const old = await on.source.get();
    await on.rotate();
    on.clock.advance(on.livesMs === null ? 300_000 : (on.livesMs * 2) / 3 + 1_000);
    await vi.waitFor(() => expect(on.asked()).toBe(2), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await on.source.get()).not.toBe(old));
    expect(on.source.state?.().trouble).toBeNull();
  });

  it('serves on while it cannot be asked, says so, and ends with the life of its token', async () => {
    const token = await on.source.get();
    await on.goAway();
    on.clock.advance(on.livesMs === null ? 300_000 : (on.livesMs * 2) / 3 + 1_000);
    const state = () => on.source.state?.();
    await vi.waitFor(() => expect(state()?.trouble).not.toBeNull(), { timeout: 10_000 });
    expect(await on.source.get()).toBe(token);
    expect(state()).toMatchObject({ usable: true });
    expect(state()?.trouble?.error.retryable).toBe(true);
    if (on.livesMs === null) return;
    on.clock.advance(on.livesMs);
    expect(await codeOf(on.source.get())).toMatch(/^(?:vault_sealed|forge_unreachable)$/);
    expect(state()?.usable).toBe(false);
  });
});
