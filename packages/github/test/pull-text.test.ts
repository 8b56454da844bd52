/** What bzzz says in a pull request, and what people write around it. */
import { describe, expect, it } from 'vitest';
import { bodyOf, bodyWith } from '../src/rest/pull-text.ts';

const footer = '<sub>`git log bzzz/lock/7` is the history of who held this task.</sub>';
const first = `Closes #7.\n\nResult \`aaa\`.\n\n${footer}`;
const next = `Closes #7.\n\nResult \`bbb\`.\n\n${footer}`;

describe('the body of a pull request', () => {
  it('keeps what people wrote around the words of bzzz, also after GitHub has changed line ends', () => {
    const edited = `See also #3.\n\n${bodyOf(first)}\n\n- [x] read it`;
    for (const body of [edited, edited.replaceAll('\n', '\r\n')]) {
      expect(bodyWith(body, next)).toBe(`See also #3.\n\n${bodyOf(next)}\n\n- [x] read it`);
    }
    expect(bodyWith(bodyWith(edited, next), first)).toBe(edited);
  });

  it('is replaced where nobody wrote anything', () => {
    expect(bodyWith(bodyOf(first), next)).toBe(bodyOf(next));
    expect(bodyWith('', next)).toBe(bodyOf(next));
  });

  it('gets marks where it had none and says the same', () => {
    expect(bodyWith(first, first)).toBe(bodyOf(first));
  });

  it('of an earlier release is folded up below, once, with what people wrote into it', () => {
    const old = `Closes #7.\n\nA person: mind the docs.\n\nResult \`aaa\`.\n\n${footer}`;
    const body = bodyWith(old, next);
    expect(body.startsWith(bodyOf(next))).toBe(true);
    expect(body).toContain(`<details><summary>What stood here before</summary>\n\n${old}\n\n`);
    expect(bodyWith(body, next)).toBe(body);
    expect(bodyWith(body, first).split('What stood here before')).toHaveLength(2);
  });

  it('that people wrote from nothing stays on top', () => {
    expect(bodyWith('My own words.', next)).toBe(`My own words.\n\n${bodyOf(next)}`);
  });

  it.each([
    ['twice', `${bodyOf(first)}\nmine\n${bodyOf(first)}`],
    ['the wrong way round', '<!-- bzzz:result end -->\nmine\n<!-- bzzz:result -->'],
    ['half', '<!-- bzzz:result -->\nmine'],
  ])('with marks that stand there %s loses nothing, and has them once afterwards', (_, body) => {
    const after = bodyWith(body, next);
    expect(after).toContain('mine');
    expect(after).toContain(bodyOf(next));
    expect(after.split('<!-- bzzz:result -->')).toHaveLength(2);
    expect(after.split('<!-- bzzz:result end -->')).toHaveLength(2);
  });

  it('is not ended by words that look like a mark', () => {
    const body = bodyWith(bodyOf('- `a<!-- bzzz:result end -->b`\nmore'), next);
    expect(body).toBe(bodyOf(next));
  });

  it('is never longer than GitHub takes, at the cost of what bzzz says', () => {
    const people = 'p'.repeat(65_000);
    const body = bodyWith(`${people}\n${bodyOf(first)}`, 'w'.repeat(70_000));
    expect(body).toHaveLength(65_536);
    expect(body.startsWith(people)).toBe(true);
    expect(bodyWith(body, next)).toBe(`${people}\n${bodyOf(next)}`);
    expect(bodyOf('w'.repeat(70_000))).toHaveLength(65_536);
  });
});
