/** Row by row, what stands at the head of `fence.ts`. */
import { commitOid, decodeLockCommit, encodeLockCommit, Oid, utf8 } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { makeLockCommit } from '../../src/fence/commit.ts';
import { createFence } from '../../src/fence/fence.ts';
import { errorOf, repo } from '../support/memory-forge.ts';
import { calm, createStand, heldDraft, lagMs, number, type Stand, task } from '../support/stand.ts';

const resultOid = Oid.parse('e'.repeat(40));

/** Another peer of the same mesh, at the same forge. */
function rivalOf({ forge, clock }: Stand): Stand {
  return createStand(2, { forge, clock });
}

describe('an accepted push', () => {
  it('is won', async () => {
    const stand = createStand();
    const intent = await stand.claim();
    expect(await stand.fence.propose(intent, calm)).toEqual({ kind: 'won' });
    expect(stand.forge.fence(number).lock?.oid).toBe(intent.oid);
    expect(stand.forge.count('readFence')).toBe(0);
    expect(stand.journal.kinds()).toEqual(['fence.intended', 'fence.settled']);
    expect(stand.journal.of('fence.settled')[0]).toMatchObject({ outcome: 'won', oid: intent.oid });
  });

  it('leaves only after its intent is in the journal, whole (invariant 7)', async () => {
    const stand = createStand();
    const intent = await stand.claim();
    const before: unknown[] = [];
    stand.forge.onPush = () => before.push(...stand.journal.bodies());
    await stand.fence.propose(intent, calm);
    expect(before).toEqual([{ kind: 'fence.intended', intent }]);
  });

  it('never happens when the journal cannot be written (invariant 7)', async () => {
    const stand = createStand();
    const intent = await stand.claim();
    stand.journal.fill();
    const proposed = stand.fence.propose(intent, calm);
    await expect(proposed).rejects.toMatchObject({ code: 'journal_write_failed' });
    expect(stand.forge.pushes).toEqual([]);
  });

  it('makes the tip our own; a tip that nobody journalled is not', async () => {
    const stand = createStand();
    const intent = await stand.win();
    expect(stand.fence.owns(task, intent.oid)).toBe(true);
    expect(stand.fence.owns(task, resultOid)).toBe(false);
  });
});

describe('a rejected push', () => {
  it("is lost to somebody else's tip, and the journal says to whom", async () => {
    const stand = createStand();
    const intent = await stand.claim();
    const rival = rivalOf(stand);
    const theirs = await rival.win();
    const verdict = await stand.fence.propose(intent, calm);
    expect(verdict).toMatchObject({
      kind: 'lost',
      reading: { tip: { kind: 'record', oid: theirs.oid, record: { peer: rival.peer } } },
    });
    expect(stand.journal.of('fence.settled')).toMatchObject([
      { outcome: 'lost', holder: { peer: rival.peer, epoch: 1 } },
    ]);
    expect(stand.forge.fence(number).lock?.oid).toBe(theirs.oid);
  });

  it('is won when our own commit stands: an earlier push took effect unseen', async () => {
    const stand = createStand();
    stand.forge.fates = ['refuse-late'];
    const intent = await stand.claim();
    expect(await stand.fence.propose(intent, calm)).toEqual({ kind: 'won' });
  });

  it('is refused when what we expected still stands beyond the lag', async () => {
    const stand = createStand();
    stand.forge.fates = ['refuse'];
    const intent = await stand.claim();
    const verdict = await stand.clock.drive(stand.fence.propose(intent, calm));
    expect(verdict).toMatchObject({ kind: 'refused', reason: 'a rule says no' });
    expect(stand.clock.monotonicMs()).toBeGreaterThanOrEqual(lagMs);
    expect(stand.forge.pushes).toHaveLength(1);
    expect(stand.journal.of('fence.settled')[0]).not.toHaveProperty('holder');
  });

  it('is lost when the one in the way shows up within the lag', async () => {
    const stand = createStand();
    const intent = await stand.claim();
    const theirs = await rivalOf(stand).win();
    const before = { lock: null, result: null };
    stand.forge.reads = [before, before, before];
    const verdict = await stand.clock.drive(stand.fence.propose(intent, calm));
    expect(verdict).toMatchObject({ kind: 'lost', reading: { tip: { oid: theirs.oid } } });
    expect(stand.forge.count('readFence')).toBe(4);
  });

  it('is not decided by a stale read of an older epoch', async () => {
    const stand = createStand();
    const rival = rivalOf(stand);
    await rival.win();
    const first = stand.forge.fence(number);
    await rival.win();
    // Now epoch 2 stands. We take over with epoch 3, a third peer was faster.
    const intent = await stand.claim();
    const third = await createStand(3, stand).win();
    stand.forge.reads = [first, first];
    const verdict = await stand.clock.drive(stand.fence.propose(intent, calm));
    expect(verdict).toMatchObject({ kind: 'lost', reading: { tip: { oid: third.oid } } });
    expect(stand.forge.count('readFence')).toBe(3);
  });

  it('is refused, not lost, when only older epochs are ever read', async () => {
    const stand = createStand();
    const rival = rivalOf(stand);
    await rival.win();
    const first = stand.forge.fence(number);
    await rival.win();
    const intent = await stand.claim();
    stand.forge.fates = ['refuse'];
    stand.forge.reads = [first, first, first, first, first];
    const verdict = await stand.clock.drive(stand.fence.propose(intent, calm));
    expect(verdict).toMatchObject({ kind: 'refused' });
  });

  it('is not decided by an older commit of our own, read late', async () => {
    const stand = createStand();
    const claim = await stand.win();
    const early = stand.forge.fence(number);
    const renewal = await makeLockCommit(stand, heldDraft(1), claim.oid);
    await stand.fence.propose({ task, expected: claim.oid, ...renewal }, calm);
    const next = await makeLockCommit(stand, heldDraft(1), renewal.oid);
    stand.forge.fates = ['refuse-late'];
    stand.forge.reads = [early];
    const proposed = stand.fence.propose({ task, expected: renewal.oid, ...next }, calm);
    expect(await stand.clock.drive(proposed)).toEqual({ kind: 'won' });
  });

  it('is lost to a tip that bears our name and is not in our journal', async () => {
    const stand = createStand();
    const intent = await stand.claim();
    // The same key on a machine with another journal: a cloned peer.
    const clone = await makeLockCommit(stand, heldDraft(1), null);
    stand.forge.overwrite(number, clone);
    expect(await stand.fence.propose(intent, calm)).toMatchObject({ kind: 'lost' });
  });

  it('is lost to an unsigned tip: a person pushed', async () => {
    const stand = createStand();
    const intent = await stand.claim();
    const commit = utf8('tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nmine now\n');
    stand.forge.overwrite(number, { oid: commitOid(commit), commit });
    const verdict = await stand.fence.propose(intent, calm);
    expect(verdict).toMatchObject({ kind: 'lost', reading: { tip: { kind: 'foreign' } } });
    expect(stand.journal.of('fence.settled')[0]).not.toHaveProperty('holder');
  });

  it('is lost to a tip with the signature of another key', async () => {
    const stand = createStand();
    const intent = await stand.claim();
    const made = await makeLockCommit(rivalOf(stand), heldDraft(1), null);
    const read = decodeLockCommit(repo, made.commit);
    const commit = encodeLockCommit({ ...read, record: { ...read.record, peer: stand.peer } });
    stand.forge.overwrite(number, { oid: commitOid(commit), commit });
    const verdict = await stand.fence.propose(intent, calm);
    expect(verdict).toMatchObject({ kind: 'lost', reading: { tip: { kind: 'foreign' } } });
  });

  it('is lost to a deleted branch, but only after the lag', async () => {
    const stand = createStand();
    const claim = await stand.win();
    const renewal = await makeLockCommit(stand, heldDraft(1), claim.oid);
    stand.forge.overwrite(number, null);
    const sinceMs = stand.clock.monotonicMs();
    const proposed = stand.fence.propose({ task, expected: claim.oid, ...renewal }, calm);
    const verdict = await stand.clock.drive(proposed);
    expect(verdict).toMatchObject({ kind: 'lost', reading: { tip: { kind: 'absent' } } });
    expect(stand.clock.monotonicMs() - sinceMs).toBeGreaterThanOrEqual(lagMs);
    expect(stand.forge.fence(number).lock).toBeNull();
  });

  it('is lost when a person moved the result branch', async () => {
    const stand = createStand();
    const claim = await stand.win();
    stand.forge.task(number).result = Oid.parse('d'.repeat(40));
    const draft = { ...heldDraft(1), state: 'result' as const, result: resultOid, verdicts: 1 };
    const made = await makeLockCommit(stand, draft, claim.oid);
    const result = { expected: null, oid: resultOid };
    const proposed = stand.fence.propose({ task, expected: claim.oid, ...made, result }, calm);
    const verdict = await stand.clock.drive(proposed);
    expect(verdict).toMatchObject({ kind: 'lost', reason: expect.stringContaining('a person') });
    expect(stand.forge.fence(number)).toMatchObject({ lock: { oid: claim.oid } });
  });
});

describe('a push without an answer', () => {
  it.each(['lose-request', 'lose-reply'] as const)(
    '(%s) is settled by the same bytes again, and never doubled',
    async (fate) => {
      const stand = createStand();
      stand.forge.fates = [fate];
      // The read that follows shows the state of before.
      stand.forge.reads = [{ lock: null, result: null }];
      const intent = await stand.claim();
      const verdict = await stand.fence.propose(intent, calm);
      expect(verdict).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('lost') });
      expect(await stand.fence.settle(intent, calm)).toEqual({ kind: 'won' });
      const [first, second] = stand.forge.pushes;
      expect(second).toEqual(first);
      expect(stand.forge.fence(number).lock?.oid).toBe(intent.oid);
      expect(stand.journal.of('fence.intended')).toHaveLength(1);
      expect(stand.journal.of('fence.settled').map(({ outcome }) => outcome)).toEqual([
        'unknown',
        'won',
      ]);
    },
  );

  it('is won when a read shows our commit', async () => {
    const stand = createStand();
    stand.forge.fates = ['lose-reply'];
    expect(await stand.fence.propose(await stand.claim(), calm)).toEqual({ kind: 'won' });
  });

  it("is lost when a read shows somebody else's", async () => {
    const stand = createStand();
    const intent = await stand.claim();
    await rivalOf(stand).win();
    stand.forge.fates = ['lose-request'];
    expect(await stand.fence.propose(intent, calm)).toMatchObject({ kind: 'lost' });
  });

  it('is lost when the same bytes come too late', async () => {
    const stand = createStand();
    stand.forge.fates = ['lose-request'];
    const intent = await stand.claim();
    expect(await stand.fence.propose(intent, calm)).toMatchObject({ kind: 'unknown' });
    const theirs = await rivalOf(stand).win();
    expect(await stand.fence.settle(intent, calm)).toMatchObject({ kind: 'lost' });
    expect(stand.forge.fence(number).lock?.oid).toBe(theirs.oid);
  });

  it('stays unknown when the reads get no answer either, and says both reasons', async () => {
    const stand = createStand();
    stand.forge.fates = ['lose-request'];
    stand.forge.fail('readFence', errorOf('forge_unreachable'));
    const verdict = await stand.fence.propose(await stand.claim(), calm);
    expect(verdict).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/lost.*forge_unreachable/),
    });
  });

  it('is unknown, not refused, when a rejection cannot be looked into', async () => {
    const stand = createStand();
    stand.forge.fates = ['refuse'];
    stand.forge.fail('readFence', errorOf('forge_rate_limited', 1_000));
    const verdict = await stand.fence.propose(await stand.claim(), calm);
    expect(verdict).toMatchObject({ kind: 'unknown' });
  });

  it('is settled by the next process, which knows the intent from the journal alone', async () => {
    const stand = createStand();
    stand.forge.fates = ['hang-after'];
    const crash = new AbortController();
    const proposed = stand.fence.propose(await stand.claim(), crash.signal);
    const cut = expect(proposed).rejects.toMatchObject({ code: 'aborted' });
    await stand.clock.advance(10);
    crash.abort();
    await cut;
    const [intended] = stand.journal.of('fence.intended');
    if (intended === undefined) throw new Error('no intent in the journal');
    const { intent } = intended;
    // What went through the disk, in a fence that remembers nothing else.
    const next = createFence(stand, { lagMs });
    expect(next.owns(task, intent.oid)).toBe(false);
    next.remember(intent, undefined);
    expect(next.owns(task, intent.oid)).toBe(true);
    expect(await next.settle(intent, calm)).toEqual({ kind: 'won' });
    expect(stand.forge.pushes[1]).toEqual(stand.forge.pushes[0]);
  });
});

describe('an abort', () => {
  it('ends the wait between two reads, and settles nothing', async () => {
    const stand = createStand();
    stand.forge.fates = ['refuse'];
    const stop = new AbortController();
    const proposed = stand.fence.propose(await stand.claim(), stop.signal);
    const cut = expect(proposed).rejects.toMatchObject({ code: 'aborted' });
    await stand.clock.advance(lagMs / 8);
    stop.abort();
    await cut;
    expect(stand.clock.waiting()).toBe(0);
    expect(stand.journal.kinds()).toEqual(['fence.intended']);
  });
});
