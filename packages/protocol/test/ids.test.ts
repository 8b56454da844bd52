import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  Account,
  Epoch,
  fromBase64,
  fromUtf8,
  IssueNumber,
  MeshName,
  Nonce,
  Oid,
  bytesToHex,
  PeerId,
  peerIdOfPublicKey,
  RepoName,
  TaskId,
  taskId,
  taskParts,
  toBase64,
  utf8,
} from '../src/index.ts';
import { valuesOf } from '@bzzz/testkit/contracts/values';
import { example, examplePublicKey } from './support/example-lock.ts';

it('names a peer by its public key', () => {
  const key = examplePublicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  expect(peerIdOfPublicKey(bytesToHex(key))).toBe(example.record.peer);
});

const peer = `12D3KooW${'A'.repeat(44)}`;

const cases: [string, z.ZodType, unknown[], unknown[]][] = [
  [
    'RepoName',
    RepoName,
    ['acme/widgets', 'a/b', 'acme/_x', 'acme/a.b-c_d', 'acme/x.gitx'],
    [
      '',
      'acme',
      'acme/',
      '/widgets',
      'acme/widgets/more',
      'acme/..',
      'acme/.',
      'acme/.git',
      'acme/x.git',
      'acme/a..b',
      'acme/-x',
      '-acme/x',
      '../x',
      'acme/x y',
      'acme/x\n',
      'acme/x#1',
      'acme/x?y',
      'acme/x:y',
      'acme/x\\y',
      'acme/x%2e',
      'acme/x\u0000',
      'acm\u0435/widgets',
      'acme/w\u0131dgets',
      'acme/\u202Ewidgets',
      `${'a'.repeat(40)}/x`,
      `acme/${'x'.repeat(101)}`,
      42,
      null,
    ],
  ],
  [
    'TaskId',
    TaskId,
    ['acme/widgets#1', 'acme/widgets#2147483647'],
    [
      'acme/widgets',
      'acme/widgets#',
      'acme/widgets#0',
      'acme/widgets#01',
      'acme/widgets#1#2',
    ].concat(
      ['acme/widgets#-1', 'acme/widgets#1.5', 'acme/widgets#2147483648', 'acme/..#1', '#1'],
      ['acme/widgets#1\n', 'acme/widgets#1e3', 'acme/widgets#\u0661'],
    ),
  ],
  [
    'PeerId',
    PeerId,
    [peer],
    ['', peer.slice(1), `${peer}A`, peer.replace('K', 'k'), `${peer.slice(0, -1)}0`, `${peer}\n`],
  ],
  [
    'Oid',
    Oid,
    ['a'.repeat(40)],
    ['A'.repeat(40), 'a'.repeat(39), 'a'.repeat(41), 'g'.repeat(40), `${'a'.repeat(40)}\n`],
  ],
  ['Nonce', Nonce, ['0123456789abcdef'], ['0123456789abcde', '0123456789ABCDEF', '']],
  ['Epoch', Epoch, [1, 1_000_000_000], [0, -1, 1.5, 1_000_000_001, '1', Number.NaN]],
  ['IssueNumber', IssueNumber, [1, 2_147_483_647], [0, 2_147_483_648, 1.5, '1']],
  [
    'Account',
    Account,
    ['a', 'octo-cat', 'dependabot[bot]', 'corp_user'],
    ['', '-a', 'a b', 'a[bot]x', '[bot]', 'a\n', 'a/b', 'x'.repeat(100), '\u0430dmin'],
  ],
  ['MeshName', MeshName, ['bzzz', 'lan-2'], ['', '-x', 'LAN', 'a/b', 'x'.repeat(41), 'x\n']],
];

describe.each(cases)('%s', (_, schema, good, bad) => {
  it.each(good)('takes %j', (value) => {
    expect(schema.parse(value)).toBe(value);
  });

  it.each(bad)('refuses %j', (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});

it('a task id comes apart as it was put together', () => {
  fc.assert(
    fc.property(valuesOf(RepoName), valuesOf(IssueNumber), (repo, number) => {
      expect(taskParts(taskId(repo, number))).toEqual({ repo, number });
    }),
  );
});

it('bytes and text come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string({ unit: 'binary' }), (bytes, text) => {
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromUtf8(utf8(text))).toBe(text);
    }),
  );
  expect(fromUtf8(utf8('\uFEFFx'))).toBe('\uFEFFx');
  expect(() => fromUtf8(Uint8Array.from([0xc3, 0x28]))).toThrow(TypeError);
});
