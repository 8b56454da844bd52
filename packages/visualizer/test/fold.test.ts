import { describe, expect, it } from 'vitest';
import { fold } from '../src/live/fold.ts';
import { emptyWorld } from '../src/live/world.ts';
import { acacia, fence, said, task, walnut } from './entries.ts';

const worldOf = (...entries: Parameters<typeof fold>[1]) => fold(emptyWorld, entries);
const held = (by: string, epoch: number, atMs: number) =>
  fence({ by, atMs, state: 'held', epoch, outcome: 'won' });
const attempt = { task, epoch: 1, attempt: 1 };

describe('a task', () => {
  it('goes its way from issue to pull request', () => {
    const way = [
      said({ atMs: 1, body: { kind: 'task.seen', task, title: 'Write oak' } }),
      ...held(acacia, 1, 2),
      said({ atMs: 5, body: { kind: 'attempt.started', ...attempt, executor: 'recipe' } }),
      said({ atMs: 6, body: { kind: 'attempt.ended', ...attempt, outcome: 'accepted' } }),
      ...fence({ by: acacia, atMs: 7, state: 'result', epoch: 1, outcome: 'won' }),
      said({
        atMs: 9,
        body: {
          kind: 'effect.settled',
          task,
          epoch: 1,
          effect: 'pull-request',
          id: 12,
          written: true,
        },
      }),
      said({
        atMs: 10,
        body: {
          kind: 'verdict.heard',
          task,
          epoch: 1,
          peer: walnut,
          outcome: 'passed',
          reason: '',
        },
      }),
      said({ atMs: 11, body: { kind: 'task.ended', task, epoch: 1, state: 'done', reason: '' } }),
    ];
    const states = way.map((_, at) => worldOf(...way.slice(0, at + 1)).tasks.get(task)?.state);
    expect(states).toEqual([
      'open',
      'open',
      'claimed',
      'running',
      'publishing',
      'publishing',
      'verifying',
      'verifying',
      'verifying',
      'done',
    ]);
    expect(worldOf(...way).tasks.get(task)).toMatchObject({
      title: 'Write oak',
      holder: acacia,
      epoch: 1,
      pullRequest: 12,
      passed: [walnut],
      attempt: null,
    });
  });

  it('is of whoever took it over, whatever its former holder says later', () => {
    const world = worldOf(
      ...held(acacia, 1, 1),
      ...held(walnut, 2, 5),
      said({
        by: acacia,
        atMs: 8,
        body: { kind: 'attempt.ended', ...attempt, outcome: 'accepted' },
      }),
      said({ by: acacia, atMs: 9, body: { kind: 'task.ended', task, epoch: 1, state: 'failed' } }),
    );
    expect(world.tasks.get(task)).toMatchObject({ holder: walnut, epoch: 2, state: 'claimed' });
  });

  it('stays done, and as long as it is, when its former holder comes back and finds that', () => {
    const done = worldOf(
      ...held(acacia, 1, 1),
      ...held(walnut, 2, 5),
      said({ by: walnut, atMs: 7, body: { kind: 'task.ended', task, epoch: 2, state: 'done' } }),
    );
    const later = fold(done, [
      // It looked at the fence, which stands at the epoch of whoever took over.
      said({ atMs: 90, body: { kind: 'task.ended', task, epoch: 2, state: 'released' } }),
      said({ atMs: 91, body: { kind: 'task.seen', task, title: 'Write oak' } }),
      said({
        by: walnut,
        atMs: 92,
        body: { kind: 'verdict.heard', task, epoch: 2, peer: acacia, outcome: 'passed' },
      }),
    ]);
    expect(later.tasks.get(task)).toMatchObject({
      state: 'done',
      holder: walnut,
      title: 'Write oak',
      passed: [acacia],
      changedMs: 7,
    });
  });

  it('is done when another tells so who found its holder lost', () => {
    const verifying = worldOf(...held(acacia, 1, 1));
    const done = { kind: 'task.ended', task, epoch: 1, state: 'done', pullRequest: 9 };
    const later = fold(verifying, [said({ by: walnut, atMs: 50, body: done })]);
    expect(later.tasks.get(task)).toMatchObject({ state: 'done', holder: acacia, pullRequest: 9 });
  });

  it('is let go by whoever holds it', () => {
    const world = worldOf(
      ...held(acacia, 1, 1),
      said({ atMs: 9, body: { kind: 'task.ended', task, epoch: 1, state: 'released' } }),
    );
    expect(world.tasks.get(task)).toMatchObject({ state: 'released', holder: null, changedMs: 9 });
  });

  it('is not of whoever lost it', () => {
    const world = worldOf(
      ...held(acacia, 1, 1),
      ...fence({ by: walnut, atMs: 2, state: 'held', epoch: 1, outcome: 'lost' }),
    );
    expect(world.tasks.get(task)).toMatchObject({ holder: acacia });
  });

  it('keeps its state when its claim is renewed', () => {
    const world = worldOf(
      ...held(acacia, 1, 1),
      said({ atMs: 3, body: { kind: 'attempt.started', ...attempt, executor: 'recipe' } }),
      ...held(acacia, 1, 9),
    );
    expect(world.tasks.get(task)).toMatchObject({ state: 'running' });
    expect(world.tasks.get(task)?.attempt).toMatchObject({ executor: 'recipe', startedMs: 3 });
  });
});

describe('a peer', () => {
  it('works from the start of an attempt to its end, and helps likewise', () => {
    const begun = worldOf(
      said({ atMs: 1, body: { kind: 'attempt.started', ...attempt, executor: 'recipe' } }),
      said({ by: walnut, atMs: 2, body: { kind: 'help.begun', task, id: 'h', epoch: 1 } }),
    );
    expect([...(begun.peers.get(acacia)?.duties ?? [])]).toEqual([[task, 'works']]);
    expect([...(begun.peers.get(walnut)?.duties ?? [])]).toEqual([[task, 'helps']]);
    const ended = fold(begun, [
      said({ atMs: 3, body: { kind: 'attempt.ended', ...attempt, outcome: 'failed' } }),
      said({
        by: walnut,
        atMs: 4,
        body: { kind: 'help.worked', task, id: 'h', outcome: 'helped' },
      }),
    ]);
    expect(ended.peers.get(acacia)?.duties.size).toBe(0);
    expect(ended.peers.get(walnut)?.duties.size).toBe(0);
    // What was folded before is as it was.
    expect(begun.peers.get(acacia)?.duties.size).toBe(1);
  });

  it('is dead when somebody says so, and alive as soon as it writes', () => {
    const dead = worldOf(
      said({ atMs: 1, body: { kind: 'member.joined', peer: walnut, name: 'walnut' } }),
      said({ atMs: 2, body: { kind: 'member.suspected', peer: walnut } }),
      said({ atMs: 3, body: { kind: 'member.dead', peer: walnut, reason: 'silent' } }),
    );
    expect(dead.peers.get(walnut)).toMatchObject({ life: 'dead', name: 'walnut', endedMs: 3 });
    const again = fold(dead, [
      said({ by: 'peer-oak', atMs: 9, body: { kind: 'member.dead', peer: walnut, reason: '' } }),
    ]);
    expect(again.peers.get(walnut)?.endedMs).toBe(3);
    expect(dead.peers.get(acacia)?.met.size).toBe(0);
    const back = fold(dead, [said({ by: walnut, atMs: 4, body: { kind: 'peer.started' } })]);
    expect(back.peers.get(walnut)?.life).toBe('up');
  });

  it('that said that it stops is not dead, whoever missed that', () => {
    const dead = { kind: 'member.dead', peer: walnut, reason: '' };
    const missed = said({ atMs: 3, body: dead });
    const heard = said({ by: 'peer-oak', atMs: 2, body: { ...dead, leaving: true } });
    for (const entries of [
      [heard, missed],
      [missed, heard],
    ]) {
      expect(worldOf(...entries).peers.get(walnut)?.life).toBe('stopped');
    }
  });

  it('that stopped by itself is not suspected', () => {
    const world = worldOf(
      said({ by: walnut, atMs: 1, body: { kind: 'peer.stopped' } }),
      said({ atMs: 2, body: { kind: 'member.suspected', peer: walnut } }),
    );
    expect(world.peers.get(walnut)?.life).toBe('stopped');
  });
});

describe('the machines', () => {
  const alert = (state: string, by: string, atMs: number) =>
    said({
      by,
      atMs,
      body: {
        kind: 'health.alert',
        alert: 'disk',
        state,
        value: 0.95,
        reason: 'the disk is at 95 %',
      },
    });

  it('are short of something until they say otherwise, or begin anew', () => {
    const short = worldOf(alert('raised', acacia, 1), alert('raised', walnut, 2));
    expect([...short.alerts.values()]).toEqual([
      { peer: acacia, sinceMs: 1, text: 'the disk is at 95 %' },
      { peer: walnut, sinceMs: 2, text: 'the disk is at 95 %' },
    ]);
    const well = fold(short, [
      alert('ended', acacia, 3),
      said({ by: walnut, atMs: 4, body: { kind: 'peer.started' } }),
    ]);
    expect(well.alerts.size).toBe(0);
    expect(short.alerts.size).toBe(2);
  });

  it('were healed, the newest last, and no more are kept than can be read', () => {
    const healed = Array.from({ length: 150 }, (_, at) =>
      said({
        atMs: at,
        body: { kind: 'health.healed', action: 'prune', outcome: 'done', reason: `${at}` },
      }),
    );
    const { healings } = worldOf(...healed);
    expect(healings).toHaveLength(100);
    expect(healings.at(-1)?.entry.body['reason']).toBe('149');
  });

  it('whose journals tell two stories are set aside, by each until a person decides there', () => {
    const aside = (by: string, atMs: number) =>
      said({
        by,
        atMs,
        body: { kind: 'peer.quarantined', peer: 'peer-liar', reason: 'two heads' },
      });
    const both = worldOf(aside(acacia, 1), aside(walnut, 2));
    expect([...both.setAside.values()].map(({ by }) => by)).toEqual([acacia, walnut]);
    const lifted = fold(both, [
      said({ atMs: 3, body: { kind: 'quarantine.lifted', peer: 'peer-liar', settled: [] } }),
      said({ by: walnut, atMs: 4, body: { kind: 'peer.started' } }),
    ]);
    expect([...lifted.setAside.values()].map(({ by }) => by)).toEqual([walnut]);
  });
});

describe('entries that say nothing sensible', () => {
  it.each([
    { kind: 'fence.settled' },
    { kind: 'fence.intended', intent: 'none' },
    { kind: 'fence.intended', intent: { oid: 'o', record: { task: 4 } } },
    { kind: 'attempt.started', task: { a: 1 } },
    { kind: 'member.joined' },
    { kind: 'verdict.heard', task, peer: 3 },
    { kind: 'health.alert', alert: 7, state: 'raised' },
    { kind: 'peer.quarantined', peer: {} },
    { kind: '__proto__', task },
    { kind: 'of.a.newer.peer', task, anything: [1] },
  ])('change no task: %j', (body) => {
    const world = worldOf(said({ atMs: 1, body }), said({ by: null, atMs: 2, body }));
    expect(world.tasks.size).toBe(0);
    expect([...world.peers.keys()]).toEqual([acacia]);
    expect([world.alerts.size, world.setAside.size]).toEqual([0, 0]);
  });
});
