/** The text form of certificates: one form only. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  acceptanceHash,
  Certificate,
  certificateOf,
  certificateSigningBytes,
  certificateText,
  fromUtf8,
} from '../src/index.ts';

const head = { key: 'a'.repeat(64), length: 3, fork: 0, treeHash: 'b'.repeat(64) };
const certificate = Certificate.parse({
  v: 1,
  lock: new Uint8Array(200).fill(7),
  journal: head,
  verdicts: [],
  signature: new Uint8Array(64).fill(9),
});

describe('a certificate as text', () => {
  const text = certificateText(certificate);

  it('reads back as it was, from whatever stands around it', () => {
    expect(certificateOf(text)).toEqual(certificate);
    expect(certificateOf(`before\n${text.replaceAll('\n', '\r\n')}after`)).toEqual(certificate);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(76);
  });

  it.each([
    ['none', 'nothing here', 'none'],
    ['two', `${text}${text}`, 'two'],
    ['a cut one', text.slice(0, 120), 'none'],
    ['one with a space in it', text.replace('\n', '\n '), 'canonical'],
    ['one with other lines', text.replace(/\n(.{10})/, '\n$1\n'), 'canonical'],
    ['one that is no base64', text.replace(/[a-z]{4}/, '!!!!'), 'decoded'],
  ])('is refused: %s', (_name, given, why) => {
    expect(() => certificateOf(given)).toThrow(
      expect.objectContaining({ code: 'certificate_invalid' }),
    );
    expect(() => certificateOf(given)).toThrow(why);
  });
});

it('what is signed begins with its domain', () => {
  const { signature: _, ...body } = certificate;
  const bytes = certificateSigningBytes(body);
  expect(fromUtf8(bytes.slice(0, 19))).toBe('bzzz/certificate/1\n');
});

it('what was run is told apart by where each argument and command ends', () => {
  const hashes = [
    acceptanceHash([['a', 'b'], []], []),
    acceptanceHash([['a', 'b']], []),
    acceptanceHash([['a'], ['b']], []),
    acceptanceHash([['a b']], []),
    acceptanceHash([['a']], ['b']),
  ];
  expect(new Set(hashes).size).toBe(5);
});

it('what was run is told apart by all that was made beforehand, and without it is what it was', () => {
  const setup = { run: [['make']], inputs: ['lock'], provides: ['deps'], network: [] };
  const hashOf = (change: object) => acceptanceHash([['check']], [], { ...setup, ...change });
  const hashes = [
    acceptanceHash([['check']], []),
    hashOf({}),
    hashOf({ run: [['make', 'all']] }),
    hashOf({ inputs: ['lock', 'more'] }),
    hashOf({ provides: ['lib'] }),
    hashOf({ network: ['packages.example.org'] }),
    hashOf({ inputs: ['deps'], provides: ['lock'] }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  // As docs/PROTOCOL.md has it, by another implementation.
  const text = '["bzzz/acceptance/1",[["check"]],[],[[["make"]],["lock"],["deps"],[]]]';
  expect(hashes[1]).toBe(createHash('sha256').update(text).digest('hex'));
  const before = '["bzzz/acceptance/1",[["check"]],[]]';
  expect(hashes[0]).toBe(createHash('sha256').update(before).digest('hex'));
});

it('what was run is told apart by how new tests were tried, and without any is what it was', () => {
  const tried = (change: object) =>
    acceptanceHash([['check']], [], undefined, { files: ['*.test'], ...change });
  const setup = { run: [['make']], inputs: ['lock'], provides: ['deps'], network: [] };
  const hashes = [
    acceptanceHash([['check']], []),
    tried({}),
    tried({ files: ['a'] }),
    tried({ run: ['try', '{file}'] }),
    acceptanceHash([['check']], [], setup),
    acceptanceHash([['check']], [], setup, { files: ['*.test'] }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  // As docs/PROTOCOL.md has it, by another implementation.
  const text = '["bzzz/acceptance/1",[["check"]],[],["new-tests",["*.test"],["try","{file}"]]]';
  expect(hashes[3]).toBe(createHash('sha256').update(text).digest('hex'));
});
