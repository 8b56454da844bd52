/** Asked of a real bash: what it would offer. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { run } from './support.ts';

async function offered(...words: string[]): Promise<string[]> {
  const { out } = await run(['completion', 'bash']);
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `${out}\nCOMP_WORDS=(bzzz ${line}); COMP_CWORD=${words.length}; _bzzz; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', ask], { encoding: 'utf8' }).trim().split('\n');
}

describe('completion', () => {
  it('offers commands, subcommands and options', async () => {
    expect(await offered('st')).toEqual(['status']);
    expect(await offered('logs', '--fo')).toEqual(['--follow']);
    expect(await offered('policy', 'ch')).toEqual(['check']);
    expect(await offered('policy', 'check', '--js')).toEqual(['--json']);
    expect(await offered('logs', 'acacia', '--mesh', '--ki')).toEqual(['--kind']);
  });

  it('has a script for each shell, and knows no others', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await run(['completion', shell])).out).toContain('status');
    }
    expect((await run(['completion', 'powershell'])).code).toBe(2);
  });
});
