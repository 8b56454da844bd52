/** A simulator that does not find bugs that are built in on purpose proves nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applied, type Bug, bugs, bugSpec, isBug, rules, unseen } from '../src/index.ts';
import { startSelf } from '../src/sim/self.ts';
import { lately } from './bugs-lately.ts';

const names = Object.keys(bugs).filter(isBug);
const sources = join(import.meta.dirname, '../../coordination/src');
const invariants = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

describe('the bugs', () => {
  it('break every invariant and every rule of claims and takeovers', () => {
    const broken = new Set<number | string>(names.flatMap((name) => [...bugSpec(name).breaks]));
    const missing = [...invariants, ...Object.keys(rules)].filter((one) => !broken.has(one));
    expect(missing).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(15);
  });

  it.each(Object.entries(unseen))('%s is watched by a test', (_, { file, test }) => {
    const text = readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
    expect(text).toContain(`'${test}'`);
  });

  it.each(names)('%s changes what is there', (name) => {
    for (const edit of bugSpec(name).edits ?? []) {
      const text = readFileSync(join(sources, edit.file), 'utf8');
      expect(applied(text, edit)).not.toBe(text);
    }
  });

  it.each(names)('%s is found', { timeout: 300_000 }, async (name: Bug) => {
    const where = ['--seeds', '1000', '--from', String(lately[name] ?? 1)];
    const { code, output } = await startSelf(['--find', '--bug', name, ...where]);
    expect(output).toContain(`${name}: seed`);
    expect(code).toBe(0);
  });
});
