import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutputTail, tailBytesMax } from '../src/output-tail.ts';

const tailOf = (...chunks: (string | Uint8Array)[]) => {
  const tail = createOutputTail();
  for (const chunk of chunks) tail.add(Buffer.from(chunk));
  return tail;
};

describe('output tail', () => {
  it('drops colours, titles, bells and hidden characters, and keeps lines and tabs', () => {
    const noisy = '\x1b[31mred\x1b[0m\x1b]0;title\x07\ta\u202eb\x07\r\nnext\x00\x08\n';
    expect(tailOf(noisy).text()).toBe('red\tab\nnext');
  });

  it('turns a progress bar into lines', () => {
    expect(tailOf('10%\r50%\r100%\n').text()).toBe('10%\n50%\n100%');
  });

  it('joins characters that came in two chunks', () => {
    const bytes = Buffer.from('grün');
    expect(tailOf(bytes.subarray(0, 3), bytes.subarray(3)).text()).toBe('grün');
  });

  it('keeps whole lines of the end, and counts everything', () => {
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${index}`);
    const tail = tailOf(`${lines.join('\n')}\n`);
    expect(tail.bytes).toBe(Buffer.byteLength(`${lines.join('\n')}\n`));
    const kept = tail.text('the end').split('\n');
    expect(kept.at(-1)).toBe('[bzzz] the end');
    expect(kept.at(-2)).toBe('line 1999');
    expect(lines).toContain(kept[0]);
  });

  it('is never longer than it may be, nor holds control characters, whatever is printed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 4 }), (chunks) => {
        const text = tailOf(...chunks).text('note');
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(tailBytesMax);
        expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      }),
      { numRuns: 50 },
    );
  });
});
