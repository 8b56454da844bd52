/** Every command of the tree: none is without help, JSON, completion or a code for what is wrong. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { wordsOf } from '../src/completion/words.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { run, runHere } from './support.ts';
import { leavesOf, tree } from './tree.ts';

const program = tree();
const leaves = leavesOf(program);

describe('every command', () => {
  it('is found by walking the tree', () => {
    expect(leaves.length).toBeGreaterThan(25);
    expect(leaves.map(({ path }) => path)).toContain('quarantine check');
  });

  it.each(leaves)('$path takes --json and says what it does', async ({ path, command }) => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
    const { code, out, err } = await runHere([...path.split(' '), '--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: bzzz ${path}`);
    expect(out).toContain(command.description().slice(0, 20));
    for (const { description } of command.options) expect(description.length).toBeGreaterThan(1);
  });

  it.each(leaves)('$path refuses what it does not know, in words and as JSON', async (leaf) => {
    const words = [...leaf.path.split(' '), ...argumentsOf(leaf.command), '--no-such-option'];
    const plain = await runHere(words);
    expect([plain.code, plain.out]).toEqual([exitCodes.usage, '']);
    expect(plain.err).toContain('cli_usage');
    const json = await runHere([...words, '--json']);
    expect([json.code, json.out]).toEqual([exitCodes.usage, '']);
    expect(JSON.parse(json.err)).toMatchObject({ error: { code: 'cli_usage' } });
  });
});

describe('completion', () => {
  it('offers in a real bash all that may follow each command', async () => {
    const all = wordsOf(program);
    const { out } = await run(['completion', 'bash']);
    const ask = all.map(({ path }) => {
      const words = ['bzzz', ...path.split(' ').filter((word) => word !== ''), ''];
      const quoted = words.map((word) => `'${word}'`).join(' ');
      return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _bzzz; echo "\${COMPREPLY[*]}"`;
    });
    const told = execFileSync('bash', ['-c', [out, ...ask].join('\n')], { encoding: 'utf8' });
    const offered = told.trimEnd().split('\n');
    expect(offered).toHaveLength(all.length);
    for (const [at, { path, next }] of all.entries()) {
      const wanted = next.map(({ word }) => word).toSorted();
      expect(offered[at]?.split(' ').toSorted(), path).toEqual(wanted);
    }
  });

  it('of each shell names every command and option', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { out } = await run(['completion', shell]);
      for (const { next } of wordsOf(program)) {
        for (const { word } of next) {
          const told = shell === 'fish' && word.startsWith('--') ? `-l ${word.slice(2)} ` : word;
          expect(out, shell).toContain(told);
        }
      }
    }
  });
});

it('exit codes are documented, each once, and no others', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| (\d+) \| \S.* \|$/gm)].map(([, code]) => Number(code));
  const ascending = (codes: readonly number[]) => codes.toSorted((one, other) => one - other);
  expect(ascending(rows)).toEqual(ascending(Object.values(exitCodes)));
});

/** As many words as it needs, of values that it allows. */
function argumentsOf(command: Command): string[] {
  return command.registeredArguments
    .filter(({ required }) => required)
    .map(({ argChoices }) => argChoices?.[0] ?? '1');
}
