import { describe, expect, it } from 'vitest';
import { orderSaid } from '../src/actions/order-words.ts';
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
