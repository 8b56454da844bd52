/**
 * Levenshtein distance: the fewest insertions, deletions and replacements of one character that
 * turn one text into the other. One row of the table is kept, so memory grows with `b` only.
 * (Wagner and Fischer, 1974.)
 *
 * @param {string} a
 * @param {string} b
 * @returns {number}
 */
export function levenshtein(a, b) {
  const from = [...a];
  const to = [...b];
  const row = to.map((_, index) => index + 1);
  for (const [i, left] of from.entries()) {
    let diagonal = i;
    let before = i + 1;
    for (const [j, right] of to.entries()) {
      const replaced = diagonal + (left === right ? 0 : 1);
      diagonal = row[j];
      before = Math.min(replaced, before + 1, row[j] + 1);
      row[j] = before;
    }
  }
  return row.at(-1) ?? from.length;
}

/**
 * The candidate nearest to a word, for "did you mean": undefined when none is near enough. Of
 * equally near ones the first wins.
 *
 * @param {string} word
 * @param {Iterable<string>} candidates
 * @param {{ distanceMax?: number }} [options] default: a third of the word's length, at least 1
 * @returns {string | undefined}
 */
export function closest(word, candidates, { distanceMax } = {}) {
  let limit = distanceMax ?? Math.max(1, Math.floor(word.length / 3));
  let best;
  for (const candidate of candidates) {
    const distance = levenshtein(word, candidate);
    if (distance > limit) continue;
    best = candidate;
    // From here on only a nearer one counts.
    limit = distance - 1;
  }
  return best;
}
