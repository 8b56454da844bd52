// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { camelCase, capitalize, kebabCase, snakeCase } from '../src/casing.js';

const spellings = [
  'parse HTTP url2',
  'parseHTTPUrl2',
  'parse-http-url2',
  'PARSE_HTTP_URL2',
  ' parse.http/url2 ',
];

test('finds the words of every spelling', () => {
  for (const text of spellings) {
    assert.equal(camelCase(text), 'parseHttpUrl2');
    assert.equal(kebabCase(text), 'parse-http-url2');
    assert.equal(snakeCase(text), 'parse_http_url2');
  }
});

test('knows letters beyond ASCII', () => {
  assert.equal(kebabCase('größeÄndern'), 'größe-ändern');
  assert.equal(camelCase('été à paris'), 'étéÀParis');
});

test('nothing comes of nothing', () => {
  assert.equal(camelCase(''), '');
  assert.equal(kebabCase('--'), '');
});

test('capitalizes characters, not code units', () => {
  assert.equal(capitalize('ärger'), 'Ärger');
  assert.equal(capitalize('𐐨x'), '𐐀x');
  assert.equal(capitalize('aBC'), 'ABC');
});
