import { describe, expect, it } from 'vitest';
import { createLook } from '../src/survey/look.ts';

const { signal } = new AbortController();

function scripted(...steps: (() => Promise<string>)[]) {
  const look = createLook({
    name: 'x',
    first: 'nothing yet',
    timeoutMs: 50,
    ask: () => steps.shift()?.() ?? Promise.reject(new Error('the script is over')),
  });
  return { look, left: () => steps.length };
}

describe('a look', () => {
  it('that fails leaves what is known, and says why', async () => {
    const { look } = scripted(
      async () => 'a',
      async () => {
        throw new Error('broken');
      },
      async () => 'b',
    );
    const seen: unknown[] = [[look.current(), look.failure()]];
    for (let turn = 0; turn < 3; turn += 1) {
      await look.again(signal);
      seen.push([look.current(), look.failure()]);
    }
    expect(seen).toEqual([
      ['nothing yet', null],
      ['a', null],
      ['a', 'broken'],
      ['b', null],
    ]);
  });

  it('that hangs is given up, and no other begins beside it', async () => {
    const hanging = Promise.withResolvers<string>();
    const { look, left } = scripted(
      async () => 'a',
      () => hanging.promise,
      async () => 'b',
    );
    await look.again(signal);
    await look.again(signal);
    expect([look.current(), look.failure()]).toEqual(['a', 'no answer within 50 ms']);
    await look.again(signal);
    expect([left(), look.failure()]).toEqual([1, 'the look before it has not ended']);
    hanging.resolve('too late');
    await hanging.promise;
    for (;;) {
      await look.again(signal);
      if (look.failure() === null) break;
    }
    expect(look.current()).toBe('b');
  });

  it('that is cancelled is no failure', async () => {
    const abort = new AbortController();
    const { look } = scripted(() => new Promise(() => undefined));
    const looking = look.again(abort.signal);
    abort.abort();
    await looking;
    expect([look.current(), look.failure()]).toEqual(['nothing yet', null]);
  });
});
