import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '@bzzz/protocol';

describe('the example policy', () => {
  it('is one that bzzz accepts', () => {
    const policy = parsePolicy(readFileSync('deploy/policy/policy.yml', 'utf8'));
    expect(policy.recipes['format']?.run).toEqual([['prettier', '--write', 'src/{folder}']]);
  });
});
