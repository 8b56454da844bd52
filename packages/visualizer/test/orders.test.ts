import { describe, expect, it } from 'vitest';
import { orderSaid } from '../src/actions/order-words.ts';
import { barsOf, orderEffects } from '../src/tasks/order-effects.ts';
import { webLink } from '../src/ui/web-link.ts';

describe('an order that was said', () => {
  it('says when a task that is done will move', () => {
    expect(orderSaid('retry', 'done')).toContain('until then it stands as done');
    expect(orderSaid('retry', 'failed')).not.toContain('done');
    expect(orderSaid('cancel', 'done')).not.toContain('stands as done');
  });

  it.each([
    ['https://github.com/o/r/issues/7#issuecomment-1', true],
    ['http://127.0.0.1:8080/o/r/issues/7#issuecomment-1', true],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['not an address', false],
  ])('leads to %s: %s', (url, isLink) => {
    expect(webLink(url)).toBe(isLink ? url : null);
  });
});

describe('an order that would change nothing', () => {
  const stopped = 'ash said /bzzz stop';
  const closed = 'the issue is closed';
  it.each([
    [{ state: 'open', wanted: true, epoch: 0 }, ['cancel', 'release']],
    [{ state: 'running', wanted: true, epoch: 1 }, ['cancel', 'release']],
    [{ state: 'verifying', wanted: true, epoch: 1 }, ['cancel', 'release']],
    [{ state: 'released', wanted: true, epoch: 1 }, ['cancel', 'release', 'retry']],
    [{ state: 'released', wanted: false, epoch: 1, reason: stopped }, ['retry']],
    [{ state: 'open', wanted: false, epoch: 0, reason: stopped }, ['retry']],
    [{ state: 'open', wanted: false, epoch: 0, reason: closed }, []],
    [{ state: 'failed', wanted: true, epoch: 3 }, ['retry']],
    [{ state: 'done', wanted: true, epoch: 1 }, ['cancel', 'release', 'retry']],
    [{ state: 'done', wanted: false, epoch: 1, reason: stopped }, ['retry']],
    [{ state: 'done', wanted: false, epoch: 1, reason: closed }, []],
    [{ state: 'done', wanted: false, epoch: 1 }, ['cancel', 'release', 'retry']],
    [
      { state: 'open', wanted: true, epoch: 0, reason: 'no peer can' },
      ['cancel', 'release', 'retry'],
    ],
  ])('is not offered: of %o only %o', (row, offered) => {
    const effects = orderEffects({ reason: null, ...row });
    const has = Object.entries(effects).filter(([, why]) => why === null);
    expect(has.map(([order]) => order)).toEqual(offered);
  });

  it('says why, once for all that it keeps from something', () => {
    const running = orderEffects({ state: 'running', wanted: true, epoch: 1, reason: null });
    expect(barsOf(running)).toEqual([{ why: 'it is under way.', orders: ['retry'] }]);
    const failed = orderEffects({ state: 'failed', wanted: true, epoch: 3, reason: null });
    expect(barsOf(failed).map(({ orders }) => orders)).toEqual([['cancel', 'release']]);
    expect(barsOf(orderEffects(null))).toEqual([]);
  });

  it('is not known of a task of which only entries tell', () => {
    expect(orderEffects(null)).toEqual({ cancel: null, release: null, retry: null });
  });
});
