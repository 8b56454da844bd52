import {
  Account,
  decodeLockCommit,
  encodeLockCommit,
  commitOid,
  lockSigningBytes,
  Oid,
  RepoName,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { accountsOf, makeLockCommit, readLockCommit } from '../../src/fence/commit.ts';
import { repo } from '../support/memory-forge.ts';
import { createStand, heldDraft } from '../support/stand.ts';

describe('a lock commit', () => {
  it('is read back by everybody, as its writer made it', async () => {
    const [writer, reader] = [createStand(1), createStand(2)];
    const made = await makeLockCommit(writer, heldDraft(3), null);
    expect(commitOid(made.commit)).toBe(made.oid);
    expect(await readLockCommit(reader.signer, repo, made)).toEqual(made.record);
    expect(made.record).toMatchObject({ peer: writer.peer, epoch: 3 });
  });

  it('of a later release is read as far as it is known, if all of it is signed', async () => {
    const [writer, reader] = [createStand(1), createStand(2)];
    const made = await makeLockCommit(writer, heldDraft(3), null);
    const { signature: _, ...known } = decodeLockCommit(repo, made.commit);
    const statement = { ...known, further: ['Bzzz-Wings: 4'] };
    const signature = await writer.signer.sign(lockSigningBytes(statement));
    const read = (commit: Uint8Array) =>
      readLockCommit(reader.signer, repo, { oid: commitOid(commit), commit });
    expect(await read(encodeLockCommit({ ...statement, signature }))).toEqual(made.record);
    const added = encodeLockCommit({ ...statement, further: ['Bzzz-Wings: 6'], signature });
    expect(await read(added)).toBeNull();
    expect(await read(encodeLockCommit({ ...known, signature }))).toBeNull();
  });

  it('differs from every other one for the same claim', async () => {
    const stand = createStand();
    const made = await Promise.all(
      Array.from({ length: 50 }, () => makeLockCommit(stand, heldDraft(1), null)),
    );
    expect(new Set(made.map(({ oid }) => oid)).size).toBe(50);
  });

  it("is nobody's when it is bent, moved to another parent, or said to be another object", async () => {
    const stand = createStand();
    const { signer } = stand;
    const { oid, commit } = await makeLockCommit(stand, heldDraft(1), null);
    const read = decodeLockCommit(repo, commit);
    const bent = encodeLockCommit({ ...read, record: { ...read.record, leaseMs: 999_999 } });
    const moved = encodeLockCommit({ ...read, parent: Oid.parse('a'.repeat(40)) });
    for (const one of [bent, moved]) {
      expect(await readLockCommit(signer, repo, { oid: commitOid(one), commit: one })).toBeNull();
    }
    const other = Oid.parse('c'.repeat(40));
    expect(await readLockCommit(signer, repo, { oid: other, commit })).toBeNull();
    expect(await readLockCommit(signer, repo, { oid, commit })).not.toBeNull();
  });

  it("is nobody's in another repository", async () => {
    const stand = createStand();
    const made = await makeLockCommit(stand, heldDraft(1), null);
    const elsewhere = RepoName.parse('acme/gadgets');
    expect(await readLockCommit(stand.signer, elsewhere, made)).toBeNull();
  });

  it("is nobody's when it is no commit of ours at all", async () => {
    const { signer } = createStand();
    for (const commit of [
      new Uint8Array(),
      Uint8Array.from([0xff, 0xfe]),
      new Uint8Array(20_000),
    ]) {
      expect(await readLockCommit(signer, repo, { oid: commitOid(commit), commit })).toBeNull();
    }
  });

  it('explains the assignment of its own account and of former holders', async () => {
    const former = [Account.parse('bot-a'), Account.parse('bot-b')];
    const made = await makeLockCommit(createStand(), { ...heldDraft(1), former }, null);
    expect(accountsOf(made.record)).toEqual(['bzzz-bot', 'bot-a', 'bot-b']);
  });
});
