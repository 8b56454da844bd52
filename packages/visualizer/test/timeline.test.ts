import { entryKinds } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { countsText } from '../src/timeline/counts.ts';
import { entryText, groupOf, groups } from '../src/timeline/entry-text.ts';
import { filtered, noFilter } from '../src/timeline/filter.ts';
import { fold } from '../src/live/fold.ts';
import { emptyWorld } from '../src/live/world.ts';
import { acacia, fence, said, task, walnut } from './entries.ts';

const knowledge = {
  nameOf: (peer: string | null) => (peer ?? 'unknown').replace('peer-', ''),
  claimOf: () => undefined,
};
const text = (entry: ReturnType<typeof said>) => entryText(entry, knowledge).text;

describe('an entry as a sentence', () => {
  it.each(entryKinds)('%s has words of its own, and a group', (kind) => {
    const body = { kind, task, secret: 'raw' };
    expect(text(said({ atMs: 1, body }))).not.toContain('raw');
    expect(groups).toContain(groupOf(kind));
  });

  it.each(['of.a.newer.peer', 'constructor', '__proto__', 'toString'])(
    'of the unknown kind %s is shown plainly',
    (kind) => {
      const entry = said({ atMs: 1, body: { kind, anything: '<b>x</b>' } });
      expect(text(entry)).toBe('{"anything":"<b>x</b>"}');
      expect(groupOf(kind)).toBe('other');
    },
  );

  it.each([
    ['held', 1, 'claimed #7 (epoch 1)'],
    ['result', 1, 'published the result of #7'],
    ['released', 1, 'let go of #7'],
  ])('says what a push of the fence to %s did', (state, epoch, words) => {
    const entries = fence({ by: acacia, atMs: 1, state, epoch, outcome: 'won' });
    const { claims } = fold(emptyWorld, entries);
    const claimOf = (oid: string | null) => claims.get(oid ?? '');
    const [, settled] = entries;
    expect(settled && entryText(settled, { ...knowledge, claimOf }).text).toBe(words);
  });

  it.each([
    ['comment', 'is about to write its comment on #7', 'wrote its comment on #7'],
    ['assign', 'is about to assign #7 to its account', 'assigned #7 to its account'],
    ['ready', 'is about to make the pull request of #7 ready', 'made the pull request of #7 ready'],
    ['song', 'is about to do for #7: song', 'did for #7: song'],
    ['constructor', 'is about to do for #7: constructor', 'did for #7: constructor'],
  ])('says what becomes of %s on the forge', (effect, next, did) => {
    const body = { task, epoch: 1, effect };
    expect(text(said({ atMs: 1, body: { kind: 'effect.intended', ...body } }))).toBe(next);
    const settled = { kind: 'effect.settled', ...body };
    expect(text(said({ atMs: 2, body: { ...settled, written: true } }))).toBe(did);
  });

  it.each([
    [
      { by: 'control socket', user: 'mara' },
      'mara at the terminal of acacia ordered pause: new work',
    ],
    [{ by: 'control socket' }, 'somebody at the terminal of acacia ordered pause: new work'],
    [{ by: 'screen' }, 'screen ordered pause: new work'],
  ])('says who ordered something: %o', (asker, words) => {
    const body = { kind: 'operator.acted', ...asker, act: 'pause', about: 'new work' };
    expect(text(said({ by: acacia, atMs: 1, body }))).toBe(words);
  });

  it('names who ordered it over another peer, and what became of that', () => {
    const body = { kind: 'operator.acted', by: `peer ${walnut}`, act: 'drain', about: 'this peer' };
    expect(text(said({ by: acacia, atMs: 1, body }))).toBe('peer walnut ordered drain: this peer');
    const set = (scope: string, paused: boolean) =>
      text(said({ by: acacia, atMs: 2, body: { kind: 'pause.set', scope, paused } }));
    expect(set('self', true)).toBe('drained itself');
    expect(set('mesh', true)).toBe('drained the whole mesh');
    expect(set('attempts', true)).toBe('paused its attempts');
    expect(set('self', false)).toBe('resumed itself');
  });

  it('calls nobody dead who said that he stops', () => {
    const body = { kind: 'member.dead', peer: walnut, reason: 'it said that it stops' };
    expect(text(said({ atMs: 1, body: { ...body, leaving: true } }))).toBe(
      'heard that walnut stops',
    );
    expect(text(said({ atMs: 1, body }))).toContain('declared walnut dead');
  });

  it('says quietly that there was nothing to do on the forge', () => {
    const body = { kind: 'effect.settled', task, epoch: 1, effect: 'comment', written: false };
    expect(entryText(said({ atMs: 1, body }), knowledge)).toEqual({
      text: 'its comment on #7 is as it should be',
      tone: 'quiet',
    });
  });

  it('says who won instead', () => {
    const holder = { peer: acacia, epoch: 1 };
    const [, lost] = fence({
      by: walnut,
      atMs: 1,
      state: 'held',
      epoch: 1,
      outcome: 'lost',
      holder,
    });
    expect(lost === undefined ? '' : text(lost)).toBe('lost #7 to acacia');
  });
});

describe('a filter', () => {
  const entries = [
    said({ atMs: 1, body: { kind: 'task.seen', task, title: 'Write oak' } }),
    said({
      by: walnut,
      atMs: 2,
      body: { kind: 'trouble', code: 'forge_down', reason: 'no answer' },
    }),
    ...fence({ by: walnut, atMs: 3, state: 'held', epoch: 1, outcome: 'won' }),
  ];
  const kinds = (filter: Partial<typeof noFilter>) =>
    filtered(entries, { ...noFilter, ...filter }, knowledge).map(({ entry }) => entry.body.kind);

  it('of nothing lets all through', () => {
    expect(filtered(entries, noFilter, knowledge)).toBe(entries);
  });

  it('takes groups, a writer and words together', () => {
    expect(kinds({ groups: ['trouble', 'task'] })).toEqual(['task.seen', 'trouble']);
    expect(kinds({ peer: walnut, groups: ['trouble', 'task'] })).toEqual(['trouble']);
    expect(kinds({ text: 'OAK write' })).toEqual(['task.seen']);
    expect(kinds({ text: 'walnut #7' })).toEqual(['fence.intended', 'fence.settled']);
    expect(kinds({ text: 'no such word' })).toEqual([]);
  });
});

describe('a search', () => {
  const commit = `deadbe${'0'.repeat(34)}`;
  const entries = [
    said({ atMs: 1, body: { kind: 'member.dead', peer: walnut, reason: '' } }),
    said({ atMs: 2, body: { kind: 'attempt.ended', task, outcome: 'accepted', commit } }),
    said({ atMs: 3, body: { kind: 'peer.started', version: '1', note: 'all are well' } }),
  ];
  const kinds = (text: string) =>
    filtered(entries, { ...noFilter, text }, knowledge).map(({ entry }) => entry.body.kind);

  it('for a word does not find it within a hash', () => {
    expect(kinds('dead')).toEqual(['member.dead']);
    expect(kinds('beef')).toEqual([]);
    expect(kinds('well')).toEqual(['peer.started']);
  });

  it('finds a hash by its begin, as people copy it, and by its end', () => {
    expect(kinds('DEADBE0')).toEqual(['attempt.ended']);
    expect(kinds(commit)).toEqual(['attempt.ended']);
    expect(kinds('00000000')).toEqual(['attempt.ended']);
    expect(kinds('eadbe00')).toEqual([]);
  });
});

describe('a filter by peer', () => {
  const entries = [
    said({ by: walnut, atMs: 1, body: { kind: 'peer.started', version: '1' } }),
    said({ atMs: 2, body: { kind: 'member.dead', peer: walnut, reason: '' } }),
    ...fence({
      by: acacia,
      atMs: 3,
      state: 'held',
      epoch: 1,
      outcome: 'lost',
      holder: { peer: walnut, epoch: 1 },
    }),
    said({ atMs: 5, body: { kind: 'trouble', code: 'forge_down', reason: walnut.slice(2) } }),
  ];

  it('finds what the peer wrote, and what others wrote about it', () => {
    const found = filtered(entries, { ...noFilter, peer: walnut }, knowledge);
    expect(found.map(({ entry }) => entry.body.kind)).toEqual([
      'peer.started',
      'member.dead',
      'fence.settled',
    ]);
  });
});

describe('the kind trouble', () => {
  it('has what went wrong in the mesh too', () => {
    const kinds = [
      'member.joined',
      'member.suspected',
      'member.dead',
      'peer.quarantined',
      'trouble',
    ];
    const entries = kinds.map((kind, at) => said({ atMs: at, body: { kind, peer: walnut } }));
    const found = filtered(entries, { ...noFilter, groups: ['trouble'] }, knowledge);
    expect(found.map(({ entry }) => entry.body.kind)).toEqual(kinds.slice(1));
    expect(filtered(entries, { ...noFilter, groups: ['mesh'] }, knowledge)).toHaveLength(4);
  });
});

describe('how much of the story is there', () => {
  it.each([
    [
      { shown: 60, until: 60, loaded: 60, held: 60 },
      '60 entries, of all journals that this peer holds',
    ],
    [
      { shown: 1, until: 1_000, loaded: 1_000, held: 1_220 },
      '1 entry of 1,000, of all journals that this peer holds: 1,000 of 1,220 are loaded',
    ],
    [
      { shown: 9, until: 9, loaded: 60, held: null },
      '9 entries, of all journals that this peer holds',
    ],
  ])('is said of %j', (counts, text) => {
    expect(countsText(counts)).toBe(text);
  });
});
