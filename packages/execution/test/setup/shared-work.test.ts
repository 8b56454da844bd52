import { BzzzError } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { createSharedWork } from '../../src/setup/shared-work.ts';

/** Work that ends when the test says so, or some time after it was aborted. */
function scripted() {
  const done = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    const stop = () => done.reject(new BzzzError('aborted', 'stopped'));
    signal.addEventListener('abort', stop, { once: true });
    return done.promise;
  };
  return { work, done, signals };
}

it('one who gives up does not take it from the others', async () => {
  const shared = createSharedWork();
  const { work, done, signals } = scripted();
  const abort = new AbortController();
  const first = shared.join('a', work, abort.signal);
  const second = shared.join('a', work, undefined);
  abort.abort();
  await expect(first).rejects.toMatchObject({ code: 'aborted' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  done.resolve();
  await second;
});

it('who comes while the only one gives up keeps it going', async () => {
  const shared = createSharedWork();
  const { work, done, signals } = scripted();
  const abort = new AbortController();
  const first = shared.join('a', work, abort.signal);
  abort.abort();
  const second = shared.join('a', work, undefined);
  await expect(first).rejects.toMatchObject({ code: 'aborted' });
  done.resolve();
  await second;
  expect(signals).toHaveLength(1);
});

it('when nobody wants it any more it is aborted, and waited for', async () => {
  const shared = createSharedWork();
  const { work, signals } = scripted();
  const aborts = [new AbortController(), new AbortController()];
  const all = aborts.map(({ signal }) => shared.join('a', work, signal));
  for (const abort of aborts) abort.abort();
  const ends = await Promise.allSettled(all);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

it('who comes after that, or after a failure, begins anew', async () => {
  const shared = createSharedWork();
  const gone = scripted();
  const abort = new AbortController();
  const first = shared.join('a', gone.work, abort.signal);
  abort.abort();
  await expect(first).rejects.toMatchObject({ code: 'aborted' });
  const failing = scripted();
  const second = shared.join('a', failing.work, undefined);
  failing.done.reject(new BzzzError('setup_failed', 'no'));
  await expect(second).rejects.toMatchObject({ code: 'setup_failed' });
  const good = scripted();
  good.done.resolve();
  await shared.join('a', good.work, undefined);
  expect(good.signals).toHaveLength(1);
});

it('other keys are other work', async () => {
  const shared = createSharedWork();
  const [one, other] = [scripted(), scripted()];
  for (const { done } of [one, other]) done.resolve();
  await Promise.all([
    shared.join('a', one.work, undefined),
    shared.join('b', other.work, undefined),
  ]);
  expect([...one.signals, ...other.signals]).toHaveLength(2);
});

it('who has given up before begins nothing', async () => {
  const { work, signals } = scripted();
  const join = createSharedWork().join('a', work, AbortSignal.abort());
  await expect(join).rejects.toMatchObject({ code: 'aborted' });
  expect(signals).toEqual([]);
});
