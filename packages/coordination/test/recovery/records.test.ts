import { BzzzError, type EntryBody, Epoch, type FenceOutcome, JournalKey } from '@bzzz/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JournalLog } from '../../src/index.ts';
import { createRecords, type Records } from '../../src/recovery/records.ts';
import { createMemoryJournal, type MemoryJournal } from '../support/memory-journal.ts';
import { account, calm, createStand, task } from '../support/stand.ts';

let own: MemoryJournal;
let theirs: MemoryJournal;
let replicas: JournalLog[];
let records: Records;

beforeEach(() => {
  own = createMemoryJournal('a');
  theirs = createMemoryJournal('b');
  replicas = [theirs];
  records = createRecords({ journal: own, replicas: () => replicas });
});

async function claim(journal: MemoryJournal, epoch: number, outcome: FenceOutcome, met?: number) {
  const stand = createStand();
  const intent = await stand.claim({ epochKnown: epoch - 1 });
  const holder = met === undefined ? {} : { holder: { peer: stand.peer, epoch: Epoch.parse(met) } };
  await append(journal, { kind: 'fence.intended', intent });
  const { oid } = intent;
  await append(journal, { kind: 'fence.settled', task, oid, outcome, reason: '', ...holder });
}

async function append(journal: MemoryJournal, body: EntryBody): Promise<void> {
  await journal.append({ v: 1, at: { wallMs: 0, counter: 0 }, body });
}

describe('the highest epoch claimed', () => {
  it('is zero when no journal tells of one', async () => {
    expect((await records.recall(task, calm)).epoch).toBe(0);
  });

  it('comes from any journal that is here, and is read on', async () => {
    await claim(own, 1, 'won');
    expect((await records.recall(task, calm)).epoch).toBe(1);
    await claim(theirs, 4, 'won');
    await claim(own, 2, 'won');
    expect((await records.recall(task, calm)).epoch).toBe(4);
  });

  it('is not that of a claim which may never have stood', async () => {
    await claim(own, 3, 'unknown');
    await claim(theirs, 5, 'refused');
    await claim(own, 6, 'lost');
    expect((await records.recall(task, calm)).epoch).toBe(0);
  });

  it('is that of a claim that stood after there had been no answer at first', async () => {
    const stand = createStand();
    const intent = await stand.claim({ epochKnown: 1 });
    const settled = { kind: 'fence.settled' as const, task, oid: intent.oid, reason: '' };
    await append(theirs, { kind: 'fence.intended', intent });
    await append(theirs, { ...settled, outcome: 'unknown' });
    expect((await records.recall(task, calm)).epoch).toBe(0);
    await append(theirs, { ...settled, outcome: 'won' });
    expect((await records.recall(task, calm)).epoch).toBe(2);
  });

  it('is that of the holder whom a loser met', async () => {
    await claim(theirs, 1, 'lost', 7);
    expect((await records.recall(task, calm)).epoch).toBe(7);
  });

  it('is told though one replica cannot be read', async () => {
    await claim(own, 2, 'won');
    replicas = [forked, theirs];
    await claim(theirs, 3, 'won');
    expect((await records.recall(task, calm)).epoch).toBe(3);
  });
});

describe('branches that bzzz deleted', () => {
  it('are told of with the epoch that stood there, and since when the issue was closed', async () => {
    await claim(own, 2, 'won');
    expect((await records.recall(task, calm)).tidied).toBeNull();
    const { oid: lock } = await createStand().claim();
    const told = { epoch: Epoch.parse(3), closedMs: 7_000, accounts: [account] };
    await append(theirs, { kind: 'tidy.intended', task, lock, result: null, ...told });
    expect(await records.recall(task, calm)).toMatchObject({ epoch: 3, tidied: told });
    await claim(own, 4, 'won');
    expect(await records.recall(task, calm)).toMatchObject({ epoch: 4, tidied: told });
  });
});

const forked: JournalLog = {
  key: JournalKey.parse('c'.repeat(64)),
  length: () => 1,
  // oxlint-disable-next-line require-yield -- it never comes to an entry
  async *read() {
    throw new BzzzError('journal_corrupt', 'two histories');
  },
};
