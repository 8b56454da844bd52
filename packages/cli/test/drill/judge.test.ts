/** The judge of a drill: a history as it should be holds, and each way to break it is found by the rule that is about it. */
import type { FenceLink } from '@bzzz/peer';
import { LockRecord, Oid, PeerId, TaskId } from '@bzzz/protocol';
import type { PeerAnswer } from '@bzzz/protocol/api';
import { samplePeer, sampleTask } from '@bzzz/testkit/contracts/samples';
import { describe, expect, it } from 'vitest';
import type { Evidence, PeerEvidence, TaskEvidence } from '../../src/drill/judge/evidence.ts';
import { judge } from '../../src/drill/judge/judge.ts';
import type { Move } from '../../src/drill/judge/moves.ts';

const [ash, elm] = [
  PeerId.parse('12D3KooWNT69oqF2QvukEQUAAAbjyUCUqGz1swkaz8cRnCac7ieY'),
  PeerId.parse('12D3KooWB3tHXJZm23vyAVk6ELmULhoCRH2u5RFXVGjwFsA8ThUh'),
];
const task = TaskId.parse('ada/words#1');
const oid = (digit: string) => Oid.parse(digit.repeat(40));

function record(peer: PeerId, epoch: number, more: object = { state: 'held' }): LockRecord {
  return LockRecord.parse({
    task,
    peer,
    account: 'bzzz-bot',
    epoch,
    attempt: epoch,
    leaseMs: 30_000,
    nonce: '0123456789abcdef',
    bodySha256: 'a'.repeat(64),
    ...more,
  });
}

const published = { state: 'result', result: oid('f'), verdicts: 1 };
/** The owner dies with epoch 1; the other takes over with 2, and publishes. */
const [first, taken, result]: [FenceLink, FenceLink, FenceLink] = [
  { oid: oid('1'), parent: null, record: record(ash, 1) },
  { oid: oid('2'), parent: oid('1'), record: record(elm, 2) },
  { oid: oid('3'), parent: oid('2'), record: record(elm, 2, published) },
];

/** An intent and what came of it, from that position on. */
function move(seq: number, link: FenceLink): Move[] {
  const moved = link.record.state === 'result' ? link.record.result : null;
  return [
    { kind: 'intended', seq, task, oid: link.oid, record: link.record, result: moved },
    { kind: 'settled', seq: seq + 1, task, oid: link.oid, outcome: 'won' },
  ];
}

function member(id: PeerId, more: Partial<PeerAnswer> = {}): PeerAnswer {
  const name = id === ash ? 'ash' : 'elm';
  const journal = { key: 'k', length: 6, from: 0, here: 6 };
  return { ...samplePeer(), id, name, journal, ...more };
}

function peer(id: PeerId, other: PeerId, moves: readonly Move[]): PeerEvidence {
  const entries = new Map(Array.from({ length: 6 }, (_, seq) => [seq, `digest ${seq}`]));
  return {
    id,
    name: id === ash ? 'ash' : 'elm',
    journal: {
      keyBefore: `key of ${id}`,
      key: `key of ${id}`,
      heardBefore: 2,
      length: 6,
      moves,
      heard: entries,
      kept: entries,
    },
    aliveBefore: new Map([
      [ash, 'ash'],
      [elm, 'elm'],
    ]),
    asideBefore: new Set(),
    now: {
      members: [member(id, { self: true, connected: false }), member(other)],
      tasks: [],
      aside: [],
    },
  };
}

type Fence = NonNullable<TaskEvidence['fence']>;
const fence: Fence = {
  before: { lock: first.oid, result: null },
  now: { lock: result.oid, result: oid('f') },
  stood: first,
  grown: [taken, result],
  broken: null,
  pulls: [7],
};
const movesOf = { ash: move(0, first), elm: [...move(2, taken), ...move(4, result)] };

function evidence(more: {
  readonly fence?: Partial<Fence> | null;
  readonly ash?: (one: PeerEvidence) => PeerEvidence;
  readonly elm?: (one: PeerEvidence) => PeerEvidence;
  readonly whole?: Partial<Evidence>;
}): Evidence {
  const same = (one: PeerEvidence) => one;
  return {
    peers: [
      (more.ash ?? same)(peer(ash, elm, movesOf.ash)),
      (more.elm ?? same)(peer(elm, ash, movesOf.elm)),
    ],
    tasks: [{ task, fence: more.fence === null ? null : { ...fence, ...more.fence } }],
    fenceUnseen: null,
    effect: 'ash died',
    ...more.whole,
  };
}

const brokenIn = (all: Evidence) => judge(all).flatMap(({ id, holds }) => (holds ? [] : [id]));
const withMoves = (moves: readonly Move[]) => (one: PeerEvidence) => ({
  ...one,
  journal: { ...one.journal, moves },
});
const withJournal = (more: Partial<PeerEvidence['journal']>) => (one: PeerEvidence) => ({
  ...one,
  journal: { ...one.journal, ...more },
});
const seeing =
  (...members: PeerAnswer[]) =>
  (one: PeerEvidence) => ({
    ...one,
    now: { members, tasks: [], aside: [] },
  });

/** A second owner of epoch 2, by its own journal. */
const usurped: FenceLink = { oid: oid('4'), parent: oid('1'), record: record(ash, 2) };
/** One that began again over an epoch that had passed. */
const late: FenceLink = { oid: oid('5'), parent: oid('3'), record: record(ash, 1) };
const second: FenceLink = {
  oid: oid('6'),
  parent: oid('3'),
  record: record(elm, 2, { ...published, result: oid('e') }),
};

describe('a drill', () => {
  it('holds where the history is as it should be', () => {
    expect(judge(evidence({})).flatMap(({ against }) => against)).toEqual([]);
  });

  const cases: readonly [string, string, Evidence][] = [
    ['effect', 'nobody saw the fault', evidence({ whole: { effect: null } })],
    [
      'one-owner',
      'two journals own one epoch',
      evidence({ ash: withMoves([...movesOf.ash, ...move(4, usurped)]) }),
    ],
    ['one-owner', 'an epoch falls', evidence({ fence: { grown: [taken, result, late] } })],
    [
      'one-owner',
      'a commit that nobody signed',
      evidence({ fence: { broken: 'no signed claim' } }),
    ],
    [
      'one-owner',
      'a push that was taken is not in the chain',
      evidence({ fence: { grown: [taken] } }),
    ],
    [
      'one-owner',
      'the lock is gone',
      evidence({ fence: { now: { lock: null, result: oid('f') } } }),
    ],
    [
      'one-owner',
      'the lock is gone of a task that was tidied long before',
      evidence({
        fence: { now: { lock: null, result: oid('f') } },
        ash: withMoves([...movesOf.ash, { kind: 'tidied', seq: 1, task }]),
      }),
    ],
    [
      'one-owner',
      'the fence was not looked at',
      evidence({ fence: null, whole: { fenceUnseen: 'no route' } }),
    ],
    [
      'one-publisher',
      'two results in an epoch',
      evidence({ fence: { grown: [taken, result, second] } }),
    ],
    [
      'one-publisher',
      'a result that no claim names',
      evidence({ fence: { now: { lock: result.oid, result: oid('9') } } }),
    ],
    ['one-publisher', 'two pull requests', evidence({ fence: { pulls: [7, 8] } })],
    [
      'tasks-ended',
      'the dead hold a task',
      evidence({
        fence: { grown: [], now: { lock: first.oid, result: null } },
        ash: (one) => ({ ...one, now: null }),
        elm: seeing(member(elm, { self: true }), member(ash, { liveness: 'dead' })),
      }),
    ],
    [
      'intents-first',
      'an outcome without an intent',
      evidence({ elm: withMoves(movesOf.elm.filter(({ kind }) => kind === 'settled')) }),
    ],
    [
      'intents-first',
      'a push of which the journal does not tell',
      evidence({ elm: withMoves(move(2, taken)) }),
    ],
    [
      'entries-kept',
      'the end of a journal is gone',
      evidence({
        ash: withJournal({
          length: 5,
          kept: new Map([...Array(5).keys()].map((seq) => [seq, `digest ${seq}`])),
        }),
      }),
    ],
    [
      'entries-kept',
      'an entry is another one',
      evidence({
        ash: withJournal({
          kept: new Map(
            [...Array(6).keys()].map((seq) => [seq, seq === 3 ? 'other' : `digest ${seq}`]),
          ),
        }),
      }),
    ],
    ['entries-kept', 'it is another journal', evidence({ ash: withJournal({ key: 'another' }) })],
    [
      'entries-kept',
      'others hold more of it than it has',
      evidence({
        elm: seeing(
          member(elm, { self: true }),
          member(ash, { journal: { key: 'k', length: 7, from: 0, here: 7 } }),
        ),
      }),
    ],
    [
      'nobody-missing',
      'one is held for dead',
      evidence({ elm: seeing(member(elm, { self: true }), member(ash, { liveness: 'dead' })) }),
    ],
    [
      'nobody-missing',
      'two are not connected',
      evidence({ elm: seeing(member(elm, { self: true }), member(ash, { connected: false })) }),
    ],
    ['nobody-missing', 'one does not answer', evidence({ ash: (one) => ({ ...one, now: null }) })],
    [
      'one-history',
      'a journal tells two stories',
      evidence({
        elm: (one) => ({
          ...one,
          now: one.now && {
            ...one.now,
            // What proves it is for others to check.
            aside: [
              {
                peer: ash,
                name: 'ash',
                self: false,
                journal: 'k',
                reason: 'two heads',
                sinceWallMs: 1,
              },
            ] as never,
          },
        }),
      }),
    ],
  ];

  it.each(cases)('is broken by %s: %s', (id, _what, broken) => {
    expect(brokenIn(broken)).toContain(id);
  });

  it('lets a lock go that is tidied meanwhile', () => {
    const tidied = evidence({
      fence: { now: { lock: null, result: null }, grown: [] },
      ash: withMoves([...movesOf.ash, { kind: 'tidied', seq: 5, task }]),
    });
    expect(brokenIn(tidied)).not.toContain('one-owner');
  });

  it('has a broken history for each of its rules', () => {
    const tried = new Set(cases.map(([id]) => id));
    expect(
      judge(evidence({}))
        .map(({ id }) => id)
        .filter((id) => !tried.has(id)),
    ).toEqual([]);
  });

  it('counts a task as held by somebody alive, and given back as nobody’s', () => {
    const held = evidence({
      fence: { now: { lock: taken.oid, result: null }, grown: [taken] },
      elm: withMoves(move(2, taken)),
    });
    expect(brokenIn(held)).toEqual([]);
    const back: FenceLink = {
      ...result,
      record: record(elm, 2, { state: 'released', reason: 'it failed' }),
    };
    const wanted = { ...sampleTask(), task, epoch: 2 };
    const given = (tasks: readonly (typeof wanted)[]) =>
      evidence({
        fence: { grown: [taken, back], now: { lock: back.oid, result: null } },
        elm: (one) => ({
          ...withMoves([...move(2, taken), ...move(4, back)])(one),
          now: one.now && { ...one.now, tasks },
        }),
      });
    expect(brokenIn(given([wanted]))).toEqual(['tasks-ended']);
    expect(brokenIn(given([{ ...wanted, wanted: false }]))).toEqual([]);
  });
});
