import { PeerId, Sha256Hex, type TaskId } from '@bzzz/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Chronicle, createChronicle } from '../../src/chronicle/chronicle.ts';
import { createManualClock, type ManualClock, wallStartMs } from '../support/manual-clock.ts';
import { createMemoryJournal, type MemoryJournal } from '../support/memory-journal.ts';
import { task } from '../support/stand.ts';

const self = PeerId.parse(`12D3KooW${'a'.repeat(44)}`);
const other = PeerId.parse(`12D3KooW${'b'.repeat(44)}`);
const body = { kind: 'peer.stopped' as const };
const noon = { wallMs: wallStartMs, counter: 0 };

let clock: ManualClock;
let journal: MemoryJournal;
let chronicle: Chronicle;

beforeEach(() => {
  clock = createManualClock();
  journal = createMemoryJournal();
  chronicle = createChronicle({ self, clock, journal });
});

function seen(one: TaskId = task) {
  const bodySha256 = Sha256Hex.parse('0'.repeat(64));
  return { kind: 'task.seen' as const, task: one, title: '', bodySha256 };
}

async function causes() {
  const found: unknown[] = [];
  for await (const { entry } of journal.read()) found.push(entry.cause);
  return found;
}

describe('the time of an entry', () => {
  it('only rises, however the wall clock is turned', async () => {
    const at: { wallMs: number; counter: number }[] = [];
    chronicle.onEntry(({ entry }) => at.push(entry.at));
    await chronicle.record(body);
    clock.turnWall(-3_600_000);
    await chronicle.record(body);
    clock.turnWall(7_200_000);
    await chronicle.record(body);
    expect(at).toEqual([
      { wallMs: wallStartMs, counter: 0 },
      { wallMs: wallStartMs, counter: 1 },
      { wallMs: wallStartMs + 3_600_000, counter: 0 },
    ]);
    expect(chronicle.position()).toEqual({ seq: 2, at: at[2] });
  });

  it('passes what was heard, unless that runs far ahead', async () => {
    const said = { thread: task, peer: other, seq: 9 };
    chronicle.hear({ ...said, at: { wallMs: wallStartMs + 10_000, counter: 4 } });
    await chronicle.record(body);
    expect(chronicle.position().at).toEqual({ wallMs: wallStartMs + 10_000, counter: 6 });
    chronicle.hear({ ...said, at: { wallMs: wallStartMs + 10_000_000, counter: 0 } });
    await chronicle.record(body);
    expect(chronicle.position().at.wallMs).toBe(wallStartMs + 10_000);
  });

  it('goes on after an earlier run, also with a clock that was set back', async () => {
    chronicle.resume({ wallMs: wallStartMs + 86_400_000, counter: 2 });
    await chronicle.record(body);
    expect(chronicle.position().at).toEqual({ wallMs: wallStartMs + 86_400_000, counter: 3 });
  });
});

describe('the cause of an entry', () => {
  it('is what came last of the same task', async () => {
    await chronicle.record(seen());
    await chronicle.record(body);
    await chronicle.record({ kind: 'trouble', code: 'timeout', reason: '', task });
    expect(await causes()).toEqual([undefined, undefined, { peer: self, seq: 0 }]);
  });

  it('is what another peer said of it, when that came later', async () => {
    await chronicle.record(seen());
    chronicle.hear({ thread: task, peer: other, seq: 41, at: noon });
    await chronicle.record({ kind: 'trouble', code: 'timeout', reason: '', task });
    await chronicle.record({ kind: 'trouble', code: 'aborted', reason: '', task });
    const [, heard, own] = await causes();
    expect(heard).toEqual({ peer: other, seq: 41 });
    expect(own).toEqual({ peer: self, seq: 1 });
  });

  it('joins suspicion and death of a member', async () => {
    await chronicle.record({ kind: 'member.suspected', peer: other });
    await chronicle.record({ kind: 'member.dead', peer: other, reason: '' });
    expect(await causes()).toEqual([undefined, { peer: self, seq: 0 }]);
  });
});

it('tells a listener only what is durable', async () => {
  const heard: number[] = [];
  const off = chronicle.onEntry(({ seq }) => heard.push(seq));
  await chronicle.record(body);
  off();
  await chronicle.record(body);
  journal.fill();
  await expect(chronicle.record(body)).rejects.toMatchObject({ code: 'journal_write_failed' });
  expect(heard).toEqual([0]);
  expect(chronicle.position().seq).toBe(1);
});
