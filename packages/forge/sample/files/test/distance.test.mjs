// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest, levenshtein } from '../src/distance.js';

test('counts insertions, deletions and replacements', () => {
  assert.equal(levenshtein('kitten', 'sitting'), 3);
  assert.equal(levenshtein('flaw', 'lawn'), 2);
  assert.equal(levenshtein('', 'abc'), 3);
  assert.equal(levenshtein('abc', ''), 3);
  assert.equal(levenshtein('same', 'same'), 0);
  assert.equal(levenshtein('a😀', 'a😎'), 1);
});

test('is a metric on all words of up to four letters', () => {
  const words = [''];
  for (let length = 1, last = ['']; length <= 4; length += 1) {
    last = last.flatMap((word) => ['a', 'b', 'c'].map((letter) => word + letter));
    words.push(...last);
  }
  const distances = words.map((a) => words.map((b) => levenshtein(a, b)));
  for (const [i, row] of distances.entries()) {
    for (const [j, distance] of row.entries()) {
      assert.equal(distance, distances[j][i]);
      assert.equal(distance === 0, i === j);
      const detour = Math.min(...row.map((there, k) => there + distances[k][j]));
      assert.ok(distance <= detour);
    }
  }
});

test('finds the nearest candidate', () => {
  const commands = ['status', 'start', 'stop'];
  assert.equal(closest('statsu', commands), 'status');
  assert.equal(closest('stat', commands), 'start');
  assert.equal(closest('deploy', commands), undefined);
  assert.equal(closest('stp', commands, { distanceMax: 0 }), undefined);
  assert.equal(closest('bat', ['cat', 'hat']), 'cat');
});
