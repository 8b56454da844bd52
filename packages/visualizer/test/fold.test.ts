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
    expect(dead.peers.get(walnut)).toMatchObject({ life: 'dead', name: 'walnut' });
    expect(dead.peers.get(acacia)?.met.size).toBe(0);
    const back = fold(dead, [said({ by: walnut, atMs: 4, body: { kind: 'peer.started' } })]);
    expect(back.peers.get(walnut)?.life).toBe('up');
  });

  it('that stopped by itself is not suspected', () => {
    const world = worldOf(
      said({ by: walnut, atMs: 1, body: { kind: 'peer.stopped' } }),
      said({ atMs: 2, body: { kind: 'member.suspected', peer: walnut } }),
    );
    expect(world.peers.get(walnut)?.life).toBe('down');
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
    { kind: '__proto__', task },
    { kind: 'of.a.newer.peer', task, anything: [1] },
  ])('change no task: %j', (body) => {
    const world = worldOf(said({ atMs: 1, body }), said({ by: null, atMs: 2, body }));
    expect(world.tasks.size).toBe(0);
    expect([...world.peers.keys()]).toEqual([acacia]);
  });
});
