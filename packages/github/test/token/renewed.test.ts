/** A token that is lent, with a clock that stands still: when it is renewed, shared, kept and given up. */
import { BzzzError } from '@bzzz/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { type Lender, renewedToken, type TokenSource } from '../../src/index.ts';
import { codeOf, failureOf } from '../support/code-of.ts';
import { createSetClock } from '../support/set-clock.ts';

const hourMs = 3_600_000;
const sources: Required<TokenSource>[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
});

type Step = string | BzzzError | (() => Promise<string>);

/** Lends what stands in `steps`, one after the other, then for ever the last. */
function scene(steps: Step[], livesMs: number | null = hourMs) {
  const clock = createSetClock();
  const asked: boolean[] = [];
  const troubles: (string | null)[] = [];
  let gaveBack = 0;
  const lender: Lender = {
    from: 'the lender',
    async obtain({ anew }) {
      const step = steps[Math.min(asked.length, steps.length - 1)] ?? '';
      asked.push(anew);
      if (step instanceof BzzzError) throw step;
      const token = typeof step === 'string' ? step : await step();
      return { token, livesMs, ...(livesMs === null ? { renewAfterMs: 60_000 } : {}) };
    },
    giveBack: async () => void (gaveBack += 1),
  };
  const source = renewedToken({
    lender,
    clock,
    onTrouble: (error) => troubles.push(error?.code ?? null),
  });
  sources.push(source);
  return { clock, asked, troubles, source, gaveBack: () => gaveBack };
}

const away = new BzzzError('vault_unreachable', 'no answer');

it('is renewed after two thirds of its life, before anybody has to wait', async () => {
  const { source, clock, asked } = scene(['one', 'two']);
  expect(await source.get()).toBe('one');
  expect(source.state().expiresInMs).toBeCloseTo(hourMs - 5_000);
  clock.advance(hourMs * 0.66);
  expect(asked).toHaveLength(1);
  clock.advance(hourMs * 0.01);
  expect(asked).toHaveLength(2);
  await vi.waitFor(async () => expect(await source.get()).toBe('two'));
  expect(asked).toEqual([false, false]);
});

it('is looked up again from time to time where it has no end', async () => {
  const { source, clock, asked } = scene(['one', 'two'], null);
  expect(await source.get()).toBe('one');
  expect(source.state()).toMatchObject({ usable: true, expiresInMs: null });
  clock.advance(60_000);
  await vi.waitFor(async () => expect(await source.get()).toBe('two'));
  expect(asked).toHaveLength(2);
});

it('is asked for once, however many want it', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { source, asked } = scene([() => promise]);
  const many = Promise.all(Array.from({ length: 20 }, () => source.get()));
  resolve('one');
  expect(new Set(await many)).toEqual(new Set(['one']));
  expect(asked).toHaveLength(1);
});

it('is replaced once when many are refused with it', async () => {
  const { source, clock, asked } = scene(['one', 'two', 'three']);
  await source.get();
  clock.advance(10_000);
  const fresh = await Promise.all(Array.from({ length: 20 }, () => source.get({ refused: 'one' })));
  expect(new Set(fresh)).toEqual(new Set(['two']));
  expect(asked).toEqual([false, true]);
  // Somebody late, who was refused with the old one.
  expect(await source.get({ refused: 'one' })).toBe('two');
  expect(asked).toHaveLength(2);
});

it('is asked for anew when it is refused while it was being renewed', async () => {
  const renewal = Promise.withResolvers<string>();
  const { source, clock, asked } = scene(['one', () => renewal.promise, 'two']);
  await source.get();
  clock.advance(hourMs * 0.67);
  expect(asked).toHaveLength(2);
  const fresh = source.get({ refused: 'one' });
  // It was only renewed, and is the one that was refused.
  renewal.resolve('one');
  expect(await fresh).toBe('two');
  expect(asked).toEqual([false, false, true]);
});

it('is not asked for again in the moment in which it came, which a forge may not know everywhere', async () => {
  const { source, clock, asked } = scene(['one', 'two']);
  await source.get();
  expect(await source.get({ refused: 'one' })).toBe('one');
  clock.advance(2_500);
  expect(await source.get({ refused: 'one' })).toBe('two');
  expect(asked).toHaveLength(2);
});

it('serves until it expires while its source is away, which is told once and when it is over', async () => {
  const { source, clock, asked, troubles } = scene(['one', away, away, away]);
  await source.get();
  clock.advance(hourMs * 0.67);
  await vi.waitFor(() => expect(source.state().trouble).not.toBeNull());
  expect(source.state()).toMatchObject({ usable: true, from: 'the lender' });
  expect(source.state().trouble?.error).toMatchObject({
    code: 'vault_unreachable',
    reason: 'the lender: no answer',
  });
  // Tried again, ever less often.
  clock.advance(1_000);
  await vi.waitFor(() => expect(asked).toHaveLength(3));
  expect(await source.get()).toBe('one');
  clock.advance(hourMs * 0.33);
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(3));
  expect(source.state().usable).toBe(false);
  expect(await codeOf(source.get())).toBe('vault_unreachable');
  expect(troubles).toEqual(['vault_unreachable']);
});

it('is had again by itself when its source is back', async () => {
  const { source, clock, troubles } = scene([away, 'one']);
  const failure = await failureOf(source.get());
  expect(failure).toMatchObject({ code: 'vault_unreachable', retryable: true });
  clock.advance(1_000);
  await vi.waitFor(() => expect(source.state()).toMatchObject({ usable: true, trouble: null }));
  expect(await source.get()).toBe('one');
  expect(troubles).toEqual(['vault_unreachable', null]);
});

it('does not serve any more when it was refused and its source is away', async () => {
  const { source, clock } = scene(['one', away]);
  await source.get();
  clock.advance(10_000);
  expect(await codeOf(source.get({ refused: 'one' }))).toBe('vault_unreachable');
  expect(source.state().usable).toBe(false);
});

it('is not asked again by those who need it while it fails, however many they are', async () => {
  const { source, clock, asked } = scene([away, away, away, 'one']);
  expect(await codeOf(source.get())).toBe('vault_unreachable');
  const failures = await Promise.all(Array.from({ length: 20 }, () => failureOf(source.get())));
  for (const { code, reason } of failures) {
    expect([code, reason]).toEqual(['vault_unreachable', 'the lender: no answer']);
  }
  expect(failures[0]?.retryAfterMs).toBe(1_000);
  expect(asked).toHaveLength(1);
  // Then it waits twice as long.
  clock.advance(1_000);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  await vi.waitFor(async () => expect((await failureOf(source.get())).retryAfterMs).toBe(2_000));
  expect(asked).toHaveLength(2);
});

it('is not asked before the time that its source names', async () => {
  const limited = new BzzzError('forge_rate_limited', 'too many', { retryAfterMs: 600_000 });
  const { source, clock, asked } = scene([limited, 'one']);
  expect(await failureOf(source.get())).toMatchObject({ retryAfterMs: 600_000 });
  clock.advance(599_000);
  expect(await failureOf(source.get())).toMatchObject({ retryAfterMs: 1_000 });
  expect(asked).toHaveLength(1);
  clock.advance(1_000);
  await vi.waitFor(async () => expect(await source.get()).toBe('one'));
});

it('is waited for only as long as whoever asks wants to; the others go on', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { source, asked } = scene([() => promise]);
  const impatient = new AbortController();
  const left = codeOf(source.get({ signal: impatient.signal }));
  const patient = source.get({ signal: new AbortController().signal });
  impatient.abort();
  expect(await left).toBe('aborted');
  expect(await codeOf(source.get({ signal: impatient.signal }))).toBe('aborted');
  resolve('one');
  expect(await patient).toBe('one');
  expect(asked).toHaveLength(1);
});

it('takes only what can stand in a header', async () => {
  const { source } = scene(['one two']);
  expect(await codeOf(source.get())).toBe('forge_unauthorized');
});

it('asks nobody any more once it is closed, and gives back what it was lent', async () => {
  const { source, clock, asked, gaveBack } = scene(['one']);
  await source.get();
  await source.close();
  await source.close();
  clock.advance(hourMs * 2);
  expect(asked).toHaveLength(1);
  expect(gaveBack()).toBe(1);
  expect(await codeOf(source.get())).toBe('aborted');
});

it('ends what is under way when it is closed', async () => {
  const clock = createSetClock();
  const lender: Lender = {
    from: 'one that never answers',
    obtain: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('cancelled')));
      }),
  };
  const source = renewedToken({ lender, clock });
  const waiting = codeOf(source.get());
  await source.close();
  expect(await waiting).toBe('aborted');
});
