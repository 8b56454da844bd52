/** A simulator that does not find bugs that are built in on purpose proves nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  applied,
  type Bug,
  bugs,
  bugSpec,
  foundBy,
  isBug,
  rules,
  seenAs,
  unseen,
} from '../src/index.ts';
import { startSelf } from '../src/sim/self.ts';
import { lately } from './bugs-lately.ts';

const names = Object.keys(bugs).filter(isBug);
const sources = join(import.meta.dirname, '../../coordination/src');
const checks = join(import.meta.dirname, '../src/sim/check');
const invariants = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/** Rules with a check of their own, and the others. */
const own = Object.keys(rules).filter((rule) => !Object.hasOwn(seenAs, rule));
const others = Object.entries(seenAs);

describe('the bugs', () => {
  it('break every invariant and every rule of claims and takeovers, each found by its own check', () => {
    const alone = names.map((name) => foundBy(bugSpec(name))).filter(({ length }) => length === 1);
    const found = new Set<number | string>(alone.flat());
    expect([...invariants, ...own].filter((one) => !found.has(one))).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(15);
  });

  it.each(others)('break %s, and are found by invariant %i', (rule, invariant) => {
    const breaking = names.map(bugSpec).filter(({ breaks }) => breaks.some((one) => one === rule));
    expect(breaking.map(foundBy)).toContainEqual([invariant]);
  });

  it('are looked for by a check of each rule, or by the invariant that it is seen as', () => {
    const texts = readdirSync(checks).map((file) => readFileSync(join(checks, file), 'utf8'));
    const emitted = (rule: string) => texts.some((text) => text.includes(`'${rule}'`));
    expect(own.filter((rule) => !emitted(rule))).toEqual([]);
    expect(others.filter(([rule]) => emitted(rule))).toEqual([]);
  });

  it.each(Object.entries(unseen))('%s is watched by a test that runs', (_, { file, test }) => {
    const text = readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
    expect(text).toContain(`  it('${test}',`);
    expect(text).not.toMatch(
      /\b(?:it|test|describe)\.(?:skip|todo|only|runIf)|\bx(?:it|describe)\(/,
    );
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
