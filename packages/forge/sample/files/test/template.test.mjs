// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { render } from '../src/template.js';

test('fills in values', () => {
  assert.equal(render('Hi {{ name }}!', { name: 'Ada' }), 'Hi Ada!');
  assert.equal(render('{{user.name.first}}', { user: { name: { first: 'Ada' } } }), 'Ada');
  assert.equal(render('{{zero}}{{no}}', { zero: 0, no: false }), '0false');
});

test('repeats a section for each item', () => {
  assert.equal(render('{{#list}}<{{.}}>{{/list}}', { list: [1, 2, 3] }), '<1><2><3>');
  const rows = [
    { name: 'a', tags: ['x', 'y'] },
    { name: 'b', tags: [] },
  ];
  assert.equal(
    render('{{#rows}}{{name}}:{{#tags}} {{.}}{{/tags}}{{end}}{{/rows}}', { rows, end: ';' }),
    'a: x y;b:;',
  );
});

test('shows or hides a section', () => {
  assert.equal(render('a{{#yes}}b{{/yes}}', { yes: true }), 'ab');
  assert.equal(render('a{{#no}}b{{/no}}', { no: '' }), 'a');
});

test('escapes values for HTML, never the template', () => {
  assert.equal(render('<p>{{x}}</p>', { x: '<&>' }, { html: true }), '<p>&lt;&amp;&gt;</p>');
});

test('refuses holes and crossed sections', () => {
  assert.throws(() => render('{{name}}', {}), { message: 'no value for {{name}}' });
  assert.throws(() => render('{{a.b}}', { a: {} }), ReferenceError);
  assert.throws(() => render('{{#a}}', { a: 1 }), { message: '{{#a}} is not closed' });
  assert.throws(() => render('{{#a}}{{#b}}{{/a}}{{/b}}', {}), { message: '{{/a}} closes nothing' });
});

test('does not reach prototypes', () => {
  assert.throws(() => render('{{constructor.name}}', {}), ReferenceError);
  assert.throws(() => render('{{a.constructor}}', { a: {} }), ReferenceError);
});
