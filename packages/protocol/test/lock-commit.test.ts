import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BzzzError,
  bytesToHex,
  commitOid,
  decodeLockCommit,
  EMPTY_TREE,
  encodeLockCommit,
  fromUtf8,
  LockRecord,
  limits,
  lockRef,
  lockSigningBytes,
  Oid,
  RepoName,
  resultRef,
  taskOfRef,
  type SignedLockCommit,
  taskParts,
  utf8,
} from '../src/index.ts';
import { example } from './support/example-lock.ts';
import { valuesOf } from '@bzzz/testkit/contracts/values';

const commits: fc.Arbitrary<SignedLockCommit> = fc.record({
  record: valuesOf(LockRecord),
  parent: fc.option(valuesOf(Oid)),
  timeSeconds: fc.integer({ min: 0, max: 999_999_999_999 }),
  signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
});

describe('a lock commit', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(commits, (commit) => {
        expect(decodeLockCommit(repoOf(commit), encodeLockCommit(commit))).toEqual(commit);
      }),
    );
  });

  it('stays within its limit, whatever it says', () => {
    fc.assert(
      fc.property(commits, (commit) => {
        expect(encodeLockCommit(commit).byteLength).toBeLessThan(limits.lockCommitBytesMax);
      }),
    );
    const record = { ...example.record, state: 'failed', reason: '\u{1F41D}'.repeat(256) };
    const longest = { ...example, record: LockRecord.parse(record) };
    expect(encodeLockCommit(longest).byteLength).toBeLessThan(limits.lockCommitBytesMax);
  });

  it('has the id that git gives it', () => {
    fc.assert(
      fc.property(commits, (commit) => {
        const bytes = encodeLockCommit(commit);
        expect(commitOid(bytes)).toBe(git(['hash-object', '-t', 'commit', '--stdin'], bytes));
      }),
      { numRuns: 20 },
    );
    expect(git(['hash-object', '-t', 'tree', '--stdin'], new Uint8Array(0))).toBe(EMPTY_TREE);
  });

  it('reads as trailers in git', () => {
    const message = fromUtf8(encodeLockCommit(example)).split('\n\n').slice(1).join('\n\n');
    const trailers = git(['interpret-trailers', '--parse'], utf8(message)).split('\n');
    expect(trailers).toHaveLength(10);
    expect(trailers[0]).toBe('Bzzz-Task: acme/widgets#42');
    expect(message).toContain('[skip ci]');
  });

  it('is read under the repository for which it was written, and no other', () => {
    const bytes = encodeLockCommit(example);
    expect(codeOf(() => decodeLockCommit(RepoName.parse('acme/gadgets'), bytes))).toBe(
      'lock_malformed',
    );
    expect(codeOf(() => decodeLockCommit(RepoName.parse('Acme/widgets'), bytes))).toBe(
      'lock_malformed',
    );
  });
});

describe('a lock commit of a later release', () => {
  const repo = repoOf(example);
  const further = ['Bzzz-Colour: yellow and black', 'Bzzz-Wings: 4'];
  const text = fromUtf8(encodeLockCommit({ ...example, further }));

  it('is read as far as it is known, and keeps what is signed', () => {
    expect(text).toContain(`${further.join('\n')}\nBzzz-Signature: `);
    expect(decodeLockCommit(repo, utf8(text))).toEqual({ ...example, further });
    const signed = fromUtf8(lockSigningBytes({ ...example, further }));
    expect(signed).toBe(`${fromUtf8(lockSigningBytes(example))}\n${further.join('\n')}`);
  });

  it.each(
    Object.entries({
      'before what is known': swapLines(text, 'Bzzz-Nonce', 'Bzzz-Wings'),
      'behind the signature': swapLines(text, 'Bzzz-Wings', 'Bzzz-Signature'),
      twice: text.replace('Bzzz-Wings', 'Bzzz-Colour'),
      'without a value': text.replace('Bzzz-Wings: 4', 'Bzzz-Wings: '),
      'with a space at its end': text.replace('Bzzz-Wings: 4', 'Bzzz-Wings: 4 '),
      'too long': text.replace('Bzzz-Wings: 4', `Bzzz-Wings: ${'4'.repeat(513)}`),
      'of another program': text.replace('Bzzz-Wings: 4', 'Bees-Wings: 4'),
      'too many': text.replace(
        'Bzzz-Wings: 4',
        Array.from({ length: 16 }, (_, at) => `Bzzz-Wing-${at}: 1`).join('\n'),
      ),
    }),
  )('is refused with a further trailer %s', (_, forged) => {
    expect(forged).not.toBe(text);
    expect(codeOf(() => decodeLockCommit(repo, utf8(forged)))).toBe('lock_malformed');
  });
});

describe('every change of one byte', () => {
  const bytes = encodeLockCommit(example);
  const repo = repoOf(example);
  // The time of the commit is for people and is not signed; the commit's id covers it.
  const time = [...fromUtf8(bytes).matchAll(/ ([0-9]+) \+0000/g)];
  const unsigned = time.flatMap((match) =>
    Array.from({ length: match[1]?.length ?? 0 }, (_, at) => match.index + 1 + at),
  );

  it('is refused, or changes what is signed or the signature', () => {
    const slipped: string[] = [];
    for (let at = 0; at < bytes.length; at += 1) {
      const was = bytes[at] ?? 0;
      if (unsigned.includes(at)) continue;
      for (const byte of others(was)) {
        const changed = bytes.slice();
        changed[at] = byte;
        if (readsAsTheSame(changed)) slipped.push(`${at}: ${byte}`);
      }
    }
    expect(slipped).toEqual([]);
  });

  it('of its time alone is refused: it stands there twice', () => {
    for (const at of unsigned) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) === 0x31 ? 0x32 : 0x31;
      expect(codeOf(() => decodeLockCommit(repo, changed))).toBe('lock_malformed');
    }
  });

  it('that adds or takes a byte is refused, or changes what is signed', () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      for (const extra of [0x0a, 0x20, 0x30, 0x41]) {
        const longer = Uint8Array.from([...bytes.slice(0, at), extra, ...bytes.slice(at)]);
        expect(readsAsTheSame(longer), `one more at ${at}`).toBe(false);
      }
      if (at === bytes.length) continue;
      const shorter = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1)]);
      expect(readsAsTheSame(shorter), `one less at ${at}`).toBe(false);
    }
  });

  /** Every bit flipped, and what has a meaning somewhere in the format. */
  function others(was: number): number[] {
    const flipped = Array.from({ length: 8 }, (_, bit) => was ^ (1 << bit));
    const telling = [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x2b, 0x2d, 0x30, 0x3a, 0x3d, 0x41, 0x61, 0xff];
    return [...new Set([...flipped, ...telling])].filter((byte) => byte !== was);
  }

  function readsAsTheSame(changed: Uint8Array): boolean {
    try {
      const commit = decodeLockCommit(repo, changed);
      return (
        bytesToHex(commit.signature) === bytesToHex(example.signature) &&
        bytesToHex(lockSigningBytes(commit)) === bytesToHex(lockSigningBytes(example))
      );
    } catch (error) {
      if (error instanceof BzzzError && error.code === 'lock_malformed') return false;
      throw error;
    }
  }
});

describe('what bzzz would not write', () => {
  const text = fromUtf8(encodeLockCommit(example));
  const forged: Readonly<Record<string, string>> = {
    'another tree': text.replace(EMPTY_TREE, 'a'.repeat(40)),
    'another author': text.replace('author bzzz ', 'author bee '),
    'a second parent': text.replace(
      '\nauthor',
      `${`\nparent ${'b'.repeat(40)}`.repeat(2)}\nauthor`,
    ),
    'a further header': text.replace('\n\n', '\nencoding latin1\n\n'),
    'a gpg signature': text.replace('\n\n', '\ngpgsig x\n\n'),
    'a further trailer': text.replace('Bzzz-Nonce', 'Bzzz-Extra: 1\nBzzz-Nonce'),
    'a trailer twice': text.replace('Bzzz-Nonce', 'Bzzz-Epoch: 1\nBzzz-Nonce'),
    'trailers in another order': swapLines(text, 'Bzzz-Peer', 'Bzzz-Account'),
    'a number in another spelling': text.replace('Bzzz-Epoch: 1', 'Bzzz-Epoch: 01'),
    'a number as an exponent': text.replace('Bzzz-Lease-Ms: 120000', 'Bzzz-Lease-Ms: 12e4'),
    'a subject of its own': text.replace('[skip ci]', ''),
    'text after the trailers': `${text}more\n`,
    'no last newline': text.slice(0, -1),
    'windows line ends': text.replaceAll('\n', '\r\n'),
    'a byte order mark': `\uFEFF${text}`,
    'a reason where none belongs': text.replace('Bzzz-Signature', 'Bzzz-Reason: x\nBzzz-Signature'),
    'no signature': text.replace(/Bzzz-Signature: .*\n/, ''),
    'a signature with loose bits': text.replace(/(Bzzz-Signature: .{85}).==/, '$1B=='),
    'a local time': text.replaceAll('+0000', '+0100'),
    'nothing at all': '',
    'another commit': 'tree x\n\nInitial commit\n',
  };

  it.each(Object.entries(forged))('is refused: %s', (_, forgedText) => {
    expect(forgedText).not.toBe(text);
    expect(codeOf(() => decodeLockCommit(repoOf(example), utf8(forgedText)))).toBe(
      'lock_malformed',
    );
  });

  it('is refused: any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(codeOf(() => decodeLockCommit(repoOf(example), bytes))).toBe('lock_malformed');
      }),
    );
    const large = new Uint8Array(limits.lockCommitBytesMax + 1).fill(0x20);
    expect(codeOf(() => decodeLockCommit(repoOf(example), large))).toBe('lock_malformed');
  });

  it.each([
    '',
    ' x',
    'x ',
    'a\nb',
    'a\rb',
    'a\u2028b',
    'a\u2029b',
    'a\u0085b',
    'a\ud800b',
    'x'.repeat(513),
  ])('as a reason: %j', (reason) => {
    const record = { ...example.record, state: 'failed', reason };
    expect(LockRecord.safeParse(record).success).toBe(false);
  });
});

describe('what is signed', () => {
  it('differs whenever any part of the statement does', () => {
    fc.assert(
      fc.property(commits, commits, (one, other) => {
        const same =
          one.parent === other.parent &&
          JSON.stringify(one.record) === JSON.stringify(other.record);
        const equal = bytesToHex(lockSigningBytes(one)) === bytesToHex(lockSigningBytes(other));
        expect(equal).toBe(same);
      }),
    );
    const elsewhere = { ...example, parent: Oid.parse('c'.repeat(40)) };
    expect(lockSigningBytes(elsewhere)).not.toEqual(lockSigningBytes(example));
  });
});

describe('refs', () => {
  it('come back as they were built', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_147_483_647 }), (number) => {
        expect(lockRef(number)).toBe(`refs/heads/bzzz/lock/${number}`);
        expect(resultRef(number)).toBe(`refs/heads/bzzz/issue-${number}`);
        expect(taskOfRef(lockRef(number))).toEqual({ number, branch: 'lock' });
        expect(taskOfRef(resultRef(number))).toEqual({ number, branch: 'result' });
      }),
    );
  });

  it.each([
    'bzzz/lock/1',
    'refs/heads/bzzz/lock/0',
    'refs/heads/bzzz/lock/01',
    'refs/heads/bzzz/lock/1/2',
    'refs/heads/bzzz/lock/',
    'refs/heads/bzzz/lock/-1',
    'refs/heads/bzzz/lock/1\n',
    'refs/heads/bzzz/lock/99999999999',
    'refs/heads/bzzz/lock/2147483648',
    'refs/heads/bzzz/issue-01',
    'refs/heads/bzzz/issue-1x',
    'refs/heads/bzzz/issue-1\n',
    'refs/tags/bzzz/lock/1',
  ])('of another kind are of no task: %j', (ref) => {
    expect(taskOfRef(ref)).toBeUndefined();
  });
});

function repoOf(commit: SignedLockCommit): RepoName {
  return taskParts(commit.record.task).repo;
}

function git(args: string[], input: Uint8Array): string {
  return execFileSync('git', args, { input, encoding: 'utf8' }).trim();
}

function swapLines(text: string, one: string, other: string): string {
  const lines = text.split('\n');
  const left = lines.findIndex((line) => line.startsWith(one));
  const right = lines.findIndex((line) => line.startsWith(other));
  [lines[left], lines[right]] = [lines[right] ?? '', lines[left] ?? ''];
  return lines.join('\n');
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BzzzError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}
