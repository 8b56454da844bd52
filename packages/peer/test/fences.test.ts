/** The fence as somebody sees it who is no peer. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createIdentity, createSigner } from '@bzzz/mesh';
import {
  encodeLockCommit,
  LockRecord,
  lockSigningBytes,
  Oid,
  RepoName,
  taskId,
  IssueNumber,
} from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { openFences } from '../src/index.ts';
import { codeOf, configFor, startForge, tempDir } from './support.ts';

const repo = RepoName.parse('owner/sample');
const of = (number: number) => taskId(repo, IssueNumber.parse(number));
const options = { signal: AbortSignal.timeout(30_000) };

it('takes no claim of one task for a claim of another, though its peer signed it', async () => {
  const { dir = '', ...forge } = await startForge();
  const git = (args: readonly string[], input: Uint8Array | string = '') =>
    execFileSync('git', ['--git-dir', join(dir, 'owner', 'sample.git'), ...args], {
      input,
      encoding: 'utf8',
    }).trim();
  git(['hash-object', '-w', '-t', 'tree', '--stdin']);
  const oid = Oid.parse(git(['hash-object', '-w', '-t', 'commit', '--stdin'], await claimOf(1)));
  for (const number of [1, 2]) git(['update-ref', `refs/heads/bzzz/lock/${number}`, oid]);

  const { forge: config } = configFor(await tempDir(), { forge });
  const fences = await openFences(config);
  const tips = await fences.tips(repo, options);
  expect([tips.get(1)?.lock, tips.get(2)?.lock]).toEqual([oid, oid]);
  expect(await fences.link(of(1), oid, options)).toMatchObject({ oid, record: { task: of(1) } });
  expect(await codeOf(fences.link(of(2), oid, options))).toBe('lock_malformed');
  const where = { tip: oid, above: null };
  expect(await fences.chain(of(1), where, options)).toMatchObject({ broken: null });
  const { links, broken } = await fences.chain(of(2), where, options);
  expect(links).toEqual([]);
  expect(broken).toContain('a claim of owner/sample#1');
  await fences.close();
});

async function claimOf(number: number): Promise<Uint8Array> {
  const signer = createSigner(await createIdentity());
  const record = LockRecord.parse({
    state: 'held',
    task: of(number),
    peer: signer.peer,
    account: 'bzzz-bot',
    epoch: 1,
    attempt: 1,
    leaseMs: 30_000,
    nonce: '0123456789abcdef',
    bodySha256: 'a'.repeat(64),
  });
  const statement = { record, parent: null, timeSeconds: 1_795_219_200 };
  return encodeLockCommit({
    ...statement,
    signature: await signer.sign(lockSigningBytes(statement)),
  });
}
