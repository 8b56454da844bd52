import { readFileSync } from 'node:fs';
import { verify } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  bytesToHex,
  commitOid,
  encodeLockCommit,
  fromUtf8,
  heartbeatChannel,
  lockSigningBytes,
} from '../src/index.ts';
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

it('the frame of a heartbeat in docs/PROTOCOL.md is what this code writes', () => {
  const message = heartbeatChannel.codec.encode({ kind: 'ack', seq: 7, incarnation: 2 });
  const frame = bytesToHex(Uint8Array.of(message.byteLength, ...message));
  expect(specification).toContain(`    ${frame.replaceAll(/../g, '$& ').trimEnd()}\n`);
});

function indented(text: string): string {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => (line === '' ? '' : `    ${line}`)).join('\n');
}
