import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTail } from '../../src/output/tail.ts';

const all = (tail: ReturnType<typeof createTail>) => tail.between(tail.from(), tail.to());

describe('the tail of an output', () => {
  it('shows whole lines, and the rest when nothing more comes', () => {
    const tail = createTail(100);
    tail.add('one\ntw');
    expect(all(tail)).toBe('one\n');
    tail.add('o\nthree');
    expect(all(tail)).toBe('one\ntwo\n');
    tail.end();
    expect(all(tail)).toBe('one\ntwo\nthree');
  });

  it('lets go of the oldest lines, and counts places on', () => {
    const tail = createTail(20);
    for (let line = 0; line < 100; line += 1) tail.add(`line ${line}\n`);
    expect(all(tail)).toBe('line 98\nline 99\n');
    const whole = Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join('');
    expect(tail.to()).toBe(whole.length);
    expect(whole.slice(tail.from(), tail.to())).toBe(all(tail));
  });

  it('holds no control characters, also where a sequence comes in pieces', () => {
    const tail = createTail(100);
    for (const piece of ['a\x1b[3', '1mb\x1b[0m\x07\u202e c\r', '\n10%\r20%\r', 'x'])
      tail.add(piece);
    expect(all(tail)).toBe('ab c\n10%\n20%\n');
  });

  it('shows a line that does not end, by its words', () => {
    const tail = createTail(64 * 1024);
    tail.add('word '.repeat(2_000));
    tail.add('half');
    expect(all(tail)).toBe('word '.repeat(2_000));
  });

  it('is the same however its text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }).map((one) => `${one}\n`)), (lines) => {
        const pieces = createTail(50);
        for (const character of lines.join('')) pieces.add(character);
        const whole = createTail(50);
        for (const line of lines) whole.add(line);
        expect([all(pieces), pieces.to()]).toEqual([all(whole), whole.to()]);
      }),
    );
  });
});
