import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BzzzError, errorRegistry, isBzzzError, reasonOf } from '../src/index.ts';

const doc = readFileSync(new URL('../../../docs/ERRORS.md', import.meta.url), 'utf8');

describe('the error registry', () => {
  it('equals docs/ERRORS.md (scripts/errors-doc writes it anew)', () => {
    const rows = doc.split('\n').filter((line) => line.startsWith('| `'));
    const wanted = Object.entries(errorRegistry).map(
      ([code, { status, retryable, advice }]) =>
        `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${advice} |`,
    );
    expect(rows).toEqual(wanted);
  });

  it.each(Object.entries(errorRegistry))('%s is fit to be shown', (code, spec) => {
    expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(spec.status).toBeGreaterThanOrEqual(400);
    expect(spec.status).toBeLessThan(600);
    expect(spec.advice).toMatch(/^[^|\n]+[.?]$/);
  });
});

describe('BzzzError', () => {
  it('carries what its code says', () => {
    const cause = new Error('disk');
    const error = new BzzzError('forge_rate_limited', 'wait', { cause, retryAfterMs: 5 });
    expect(error).toMatchObject({
      name: 'BzzzError',
      code: 'forge_rate_limited',
      message: 'forge_rate_limited: wait',
      reason: 'wait',
      status: 429,
      retryable: true,
      retryAfterMs: 5,
      cause,
    });
  });

  it('is told from others by its class and code', () => {
    const error = new BzzzError('timeout', 'late');
    expect(isBzzzError(error)).toBe(true);
    expect(isBzzzError(error, 'timeout')).toBe(true);
    expect(isBzzzError(error, 'aborted')).toBe(false);
    expect(isBzzzError(new Error('timeout'), 'timeout')).toBe(false);
  });

  it('has a sentence for whatever was thrown', () => {
    expect(reasonOf(new BzzzError('timeout', 'late'))).toBe('late');
    expect(reasonOf(new TypeError('bad'))).toBe('bad');
    expect(reasonOf('text')).toBe('text');
    expect(reasonOf(undefined)).toBe('undefined');
  });
});
