/** How a critic says what it found: by a line of its last words, in any executor. */

export const passMarker = 'BZZZ-VERDICT:';

/** Only a clear word passes a change, and the last one counts. */
export function passes(words: string): boolean {
  const found = [...words.matchAll(/^[\s>*_`#-]*BZZZ-VERDICT:[\s*_`]*(pass|back)\b/gim)];
  return found.at(-1)?.[1]?.toLowerCase() === 'pass';
}
