// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, nextVersion, parseVersion } from '../src/semver.js';

// In their order: the example of Semantic Versioning 2.0.0, section 11, and a few neighbours.
const ordered = [
  '0.9.10',
  '0.10.0',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.1.0',
  '2.0.0-0',
  '10.0.0',
];

test('reads the parts of a version', () => {
  assert.deepEqual(parseVersion('1.2.3-rc.1+build.5'), {
    major: 1,
    minor: 2,
    patch: 3,
    prerelease: ['rc', '1'],
    build: ['build', '5'],
  });
});

test('refuses what is no version', () => {
  for (const text of ['1.2', 'v1.2.3', '01.2.3', '1.2.3-', '1.2.3-01', '1.2.3 ', '']) {
    assert.throws(() => parseVersion(text), TypeError, text);
  }
});

test('orders versions by precedence', () => {
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) {
      assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
    }
  }
  assert.equal(compareVersions('1.0.0+a', '1.0.0+b'), 0);
});

test('sorts from every rotation', () => {
  for (const [i] of ordered.entries()) {
    const rotated = [...ordered.slice(i), ...ordered.slice(0, i)];
    assert.deepEqual(rotated.sort(compareVersions), ordered);
  }
});

test('finds the next version', () => {
  assert.equal(nextVersion('1.2.3', 'major'), '2.0.0');
  assert.equal(nextVersion('1.2.3', 'minor'), '1.3.0');
  assert.equal(nextVersion('1.2.3', 'patch'), '1.2.4');
  assert.equal(nextVersion('2.0.0-rc.1', 'major'), '2.0.0');
  assert.equal(nextVersion('1.3.0-rc.1', 'minor'), '1.3.0');
  assert.equal(nextVersion('1.2.3-rc.1', 'minor'), '1.3.0');
  assert.equal(nextVersion('1.2.3-rc.1', 'patch'), '1.2.3');
  assert.throws(() => nextVersion('1.2.3', 'huge'), TypeError);
});
