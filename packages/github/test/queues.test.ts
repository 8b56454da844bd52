import { describe, expect, it } from 'vitest';
import { createBoundedMap } from '../src/bounded-map.ts';
import { createKeyedLock } from '../src/keyed-lock.ts';
import { createSemaphore } from '../src/semaphore.ts';
import { codeOf } from './support/code-of.ts';

const never = new AbortController().signal;

/** Work that runs until it is told to end, and notes its turns. */
function createWork() {
  const log: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gateOf = (name: string): PromiseWithResolvers<void> => {
    const gate = gates.get(name) ?? Promise.withResolvers<void>();
    gates.set(name, gate);
    return gate;
  };
  return {
    log,
    work: (name: string) => async (): Promise<string> => {
      log.push(name);
      await gateOf(name).promise;
      return name;
    },
    end: (name: string): void => gateOf(name).resolve(),
  };
}

describe('keyed lock', () => {
  it('runs one at a time for a key, in order, and other keys beside', async () => {
    const lock = createKeyedLock();
    const { log, work, end } = createWork();
    const calls = [
      lock.run('a', never, work('first')),
      lock.run('a', never, work('second')),
      lock.run('b', never, work('beside')),
    ];
    await expect.poll(() => log).toEqual(['first', 'beside']);
    expect(lock.busy('a')).toBe(2);
    end('first');
    await expect.poll(() => log).toEqual(['first', 'beside', 'second']);
    end('second');
    end('beside');
    expect(await Promise.all(calls)).toEqual(['first', 'second', 'beside']);
    expect(lock.busy('a')).toBe(0);
  });

  it('keeps the order behind one that fails and one that is cancelled', async () => {
    const lock = createKeyedLock();
    const { log, work, end } = createWork();
    const failing = lock.run('a', never, async () => {
      await work('failing')();
      throw new Error('failed');
    });
    const stop = new AbortController();
    const cancelled = codeOf(lock.run('a', stop.signal, work('cancelled')));
    const last = lock.run('a', never, work('last'));
    stop.abort();
    expect(await cancelled).toBe('aborted');
    expect(log).toEqual(['failing']);
    end('failing');
    await expect(failing).rejects.toThrow('failed');
    end('last');
    expect(await last).toBe('last');
    expect(log).toEqual(['failing', 'last']);
  });
});

describe('semaphore', () => {
  it('lets so many run, and the next one when a place is free', async () => {
    const semaphore = createSemaphore(2);
    const { log, work, end } = createWork();
    const calls = ['a', 'b', 'c', 'd'].map((name) => semaphore.run(never, work(name)));
    await expect.poll(() => log).toEqual(['a', 'b']);
    end('b');
    await expect.poll(() => log).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c', 'd']) end(name);
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('loses no place to those that fail or are cancelled', async () => {
    const semaphore = createSemaphore(1);
    const { log, work, end } = createWork();
    const failing = semaphore.run(never, async () => {
      await work('failing')();
      throw new Error('failed');
    });
    const stop = new AbortController();
    const cancelled = codeOf(semaphore.run(stop.signal, work('cancelled')));
    stop.abort();
    expect(await cancelled).toBe('aborted');
    end('failing');
    await expect(failing).rejects.toThrow('failed');
    end('last');
    expect(await semaphore.run(never, work('last'))).toBe('last');
    expect(log).toEqual(['failing', 'last']);
  });
});

it('a bounded map forgets what was not used for longest', () => {
  const map = createBoundedMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  map.delete('a');
  expect(map.get('a')).toBe(undefined);
});
