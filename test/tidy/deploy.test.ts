import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '@bzzz/protocol';

describe('the example policy', () => {
  it('is one that bzzz accepts', () => {
    const policy = parsePolicy(readFileSync('deploy/policy/policy.yml', 'utf8'));
    expect(policy.plain?.models).toEqual(['qwen2.5-coder:14b', 'llama3.1:8b']);
    const run = ['npx', '--no', 'prettier', '--write', 'src/{folder}'];
    expect(policy.recipes['format']?.run).toEqual([run]);
  });
});
