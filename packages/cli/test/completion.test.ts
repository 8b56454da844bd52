/** Asked of a real bash: what it would offer. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { harmless } from '../src/completion/words.ts';
import { run } from './support.ts';

/** Instead of a running peer: it says of which folder it was asked. */
const knows = 'bzzz() { echo "7 12 acacia $3$4"; }';

let script: string;

beforeAll(async () => {
  script = (await run(['completion', 'bash'])).out;
});

function offered(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `${knows}\n${script}\nCOMP_WORDS=(bzzz ${line}); COMP_CWORD=${words.length}; _bzzz; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', ask], { encoding: 'utf8' }).trim().split('\n');
}

describe('completion', () => {
  it('offers commands, subcommands and options', () => {
    expect(offered('st')).toEqual(['status']);
    expect(offered('logs', '--fo')).toEqual(['--follow']);
    expect(offered('policy', 'ch')).toEqual(['check']);
    expect(offered('policy', 'check', '--js')).toEqual(['--json']);
    expect(offered('logs', 'acacia', '--mesh', '--ki')).toEqual(['--kind']);
  });

  it('offers tasks and peers where a command takes one, of the peer whose folder is named', () => {
    expect(offered('why', 'ac')).toEqual(['acacia']);
    expect(offered('tasks', '1')).toEqual(['12']);
    expect(offered('retry', '--data', '/d', '--d')).toEqual(['--data']);
    expect(offered('retry', '--data', '/d', '')).toContain('--data/d');
    expect(offered('peers', 'ac')).toEqual(['']);
  });

  it('gives a shell no name that it would carry out', () => {
    const names = ['7', 'acacia', 'a.b-c_d', '$(touch x)', '`id`', 'a b', 'a;b', '--data', ''];
    expect(harmless(names)).toEqual(['7', 'acacia', 'a.b-c_d']);
  });

  it('has a script for each shell, and knows no others', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await run(['completion', shell])).out).toContain('status');
    }
    expect((await run(['completion', 'powershell'])).code).toBe(2);
  });
});
