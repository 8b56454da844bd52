import { readFileSync } from 'node:fs';
import { verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { commitOid, encodeLockCommit, fromUtf8, lockSigningBytes } from '../src/index.ts';
import { example, examplePublicKey } from './support/example-lock.ts';

const specification = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');

it('the worked example of docs/PROTOCOL.md is what this code writes', () => {
  const bytes = encodeLockCommit(example);
  const signed = fromUtf8(lockSigningBytes(example));
  expect(verify(null, lockSigningBytes(example), examplePublicKey, example.signature)).toBe(true);
  expect(specification).toContain(
    `Signed:\n\n${indented(signed)}\n\nCommit \`${commitOid(bytes)}\`, ${bytes.byteLength} bytes:\n\n${indented(fromUtf8(bytes))}`,
  );
});

function indented(text: string): string {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => (line === '' ? '' : `    ${line}`)).join('\n');
}
