// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pendingEntries, withEntry, withRelease } from '../../scripts/lib/changelog.mjs';
import { runExamples } from '../../scripts/lib/examples.mjs';
import { layOut } from '../../scripts/lib/layout.mjs';
import { functionsOf } from '../../scripts/lib/modules.mjs';
import { sortEntries, tableModule } from '../../scripts/lib/tables.mjs';

test('the layout mends blanks and empty lines, and only those', () => {
  assert.equal(
    layOut('if (a) {\r\n\tb();  \n\n\n\n\t\tc();\n}'),
    'if (a) {\n  b();\n\n    c();\n}\n',
  );
  assert.equal(layOut("a = 'x  y';  // note  \n"), "a = 'x  y';  // note\n");
  assert.equal(layOut('a = `x  \n\ty\n\n\n`;\n\n'), 'a = `x  \n\ty\n\n\n`;\n');
  assert.equal(layOut('/**  \n * a\t\n */\n'), '/**\n * a\n */\n');
});

test('exported functions are described as a caller sees them', () => {
  const source = [
    '/**',
    ' * Does it: in one go, of',
    ' * course. And more.',
    ' *',
    ' * @param {string} text',
    ' */',
    "export function doIt(text, { a = 1, b } = {}, c = 'x') {",
    '}',
    'function inner() {',
    '}',
  ].join('\n');
  assert.deepEqual(functionsOf(source), [
    { name: 'doIt', parameters: 'text, options, c', summary: 'Does it: in one go, of course.' },
  ]);
});

test('tables are written from data', () => {
  const table = tableModule('quotes', { kind: 'list', about: 'Quotes.', entries: ["'", 'a\\b'] });
  assert.match(
    table,
    /\/\*\* Quotes\. \*\/\nexport const quotes = \[\n {2}'\\'',\n {2}'a\\\\b',\n\];\n$/,
  );
  assert.throws(() => tableModule('x', { kind: 'tree', about: '', entries: [] }), TypeError);
});

test('sorting drops duplicates', () => {
  const list = sortEntries({ kind: 'list', about: '', entries: ['b', 'a', 'b', 'B'] });
  assert.deepEqual(list.entries, ['B', 'a', 'b']);
  const map = sortEntries({ kind: 'map', about: '', entries: { b: '1', a: '2' } });
  assert.deepEqual(Object.keys(map.entries), ['a', 'b']);
  assert.throws(() => sortEntries({ kind: 'ranges', about: '', entries: [] }), TypeError);
});

test('an entry joins its kind, kinds keep their order', () => {
  const empty = '# Changelog\n\n## Unreleased\n\n## 1.0.0\n\n### Fixed\n\n- old\n';
  const one = withEntry(empty, 'fixed', 'a bug');
  const two = withEntry(withEntry(one, 'fixed', 'another'), 'added', 'a thing');
  assert.equal(
    two,
    '# Changelog\n\n## Unreleased\n\n### Added\n\n- a thing\n\n### Fixed\n\n- a bug\n- another\n\n## 1.0.0\n\n### Fixed\n\n- old\n',
  );
  assert.equal(withEntry(two, 'fixed', 'a bug'), two);
  assert.deepEqual([...pendingEntries(two).keys()], ['added', 'fixed']);
  assert.throws(() => withEntry(empty, 'improved', 'x'), {
    message: 'no such kind of change: improved',
  });
});

test('a release empties what is unreleased', () => {
  const changelog = '# Changelog\n\n## Unreleased\n\n### Fixed\n\n- a bug\n';
  const released = withRelease(changelog, '1.0.1');
  assert.equal(released, '# Changelog\n\n## Unreleased\n\n## 1.0.1\n\n### Fixed\n\n- a bug\n\n');
  assert.throws(() => withRelease(released, '1.0.2'), { message: 'nothing to release' });
});

test('examples are run, values and errors written', async () => {
  const page =
    "# X\n\n```js\nimport { twice } from 'textkit';\n\ntwice(2); // => ?\ntwice(); // => ?\n```\n";
  const textkit = {
    twice(n) {
      if (n === undefined) throw new TypeError('no number');
      return { n: n * 2 };
    },
  };
  const mended = await runExamples(page, textkit);
  assert.match(mended, /^twice\(2\); \/\/ => \{"n":4\}$/m);
  assert.match(mended, /^twice\(\); \/\/ => TypeError: no number$/m);
  assert.equal(await runExamples(mended, textkit), mended);
});
