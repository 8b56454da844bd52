/** In a block of code such a line goes on where nobody has scrolled to. */
export function withoutFarWords(text: string): string {
  return text.replaceAll(/(?<![^\S\n])[^\S\n]{120,}\S.*/g, ' [far to the right]');
}
