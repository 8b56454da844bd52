import { describe, expect, it } from 'vitest';
import { bytesText } from '../src/ui/text.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [200 * 1024 ** 2, '200 MiB'],
    // What the terminal calls 23.5 GiB, too.
    [25_232_932_864, '23.5 GiB'],
    [5 * 1024 ** 5, '5120 TiB'],
  ])('of %d bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});
