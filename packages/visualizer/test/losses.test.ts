import { describe, expect, it } from 'vitest';
import { takeoverText } from '../src/tasks/losses.ts';
import { stagesOf } from '../src/tasks/stages.ts';
import { storyOf } from '../src/tasks/story.ts';
import { acacia, fence, said, task, walnut } from './entries.ts';

const begun = (by: string, atMs: number, epoch: number) => [
  ...fence({ by, atMs, state: 'held', epoch, outcome: 'won' }),
  said({
    by,
    atMs: atMs + 10,
    body: { kind: 'attempt.started', task, epoch, attempt: 1, executor: 'recipe' },
  }),
];
const died = (peer: string, atMs: number, by = walnut) =>
  said({ by, atMs, body: { kind: 'member.dead', peer, reason: 'silent' } });
const ended = (by: string, atMs: number, epoch: number, state: string) =>
  said({ by, atMs, body: { kind: 'task.ended', task, epoch, state, reason: '' } });

describe('a task whose peer died', () => {
  const killed = [...begun(acacia, 1_000, 1), died(acacia, 5_000)];

  it('is lost from the moment of the death, and its attempt does not run any more', () => {
    const [chapter] = storyOf(killed).chapters;
    expect(chapter?.lost).toMatchObject({ peer: acacia, by: walnut, atMs: 5_000 });
    expect(chapter?.attempts).toMatchObject([
      { outcome: 'lost', endedMs: 5_000, elapsedMs: 3_990 },
    ]);
  });

  it('is taken over by whoever claims it next, which says from whom and how soon', () => {
    const others = died(acacia, 8_999, 'peer-oak');
    const story = storyOf([...killed, others, ...begun(walnut, 9_000, 2)]);
    const [first, second] = story.chapters;
    // The taker went by what it found itself.
    expect(first?.lost?.atMs).toBe(5_000);
    expect(second?.takeover).toMatchObject({ from: acacia, epoch: 1, death: { atMs: 5_000 } });
    expect(second?.attempts).toMatchObject([{ outcome: null }]);
    if (second?.takeover === null || second === undefined) throw new Error('nothing taken over');
    expect(takeoverText(second.takeover, 9_000, (peer) => peer)).toBe(
      '4 s after peer-acacia, which held epoch 1, was declared dead.',
    );
    const stages = stagesOf(story, { state: 'running', pullRequest: null });
    expect(stages.slice(1, 3)).toMatchObject([
      { name: 'Claimed', atMs: 1_001, state: 'past' },
      { name: 'Taken over', atMs: 9_001, state: 'past' },
    ]);
  });

  it('runs no more in the old epoch, even where no journal here tells of a death', () => {
    const { chapters } = storyOf([...begun(acacia, 1_000, 1), ...begun(walnut, 9_000, 2)]);
    expect(chapters[0]).toMatchObject({ lost: null, attempts: [{ outcome: 'lost' }] });
    expect(chapters[1]?.takeover).toEqual({ from: acacia, epoch: 1, death: null });
  });

  it('stays lost and taken over when the dead one comes back and lets go of it', () => {
    const after = [...begun(walnut, 9_000, 2), ended(acacia, 9_500, 2, 'released')];
    const working = storyOf([...killed, ...after]).chapters[1];
    expect(working).toMatchObject({ end: null, attempts: [{ outcome: null }] });
    const done = storyOf([...killed, ...after, ended(walnut, 9_900, 2, 'done')]).chapters;
    expect(done[0]?.lost?.atMs).toBe(5_000);
    expect(done[1]?.end).toMatchObject({ state: 'done', atMs: 9_900 });
  });

  it('is its own again where it comes back before anybody takes it', () => {
    const back = said({
      atMs: 6_000,
      body: { kind: 'attempt.started', task, epoch: 1, attempt: 2, executor: 'recipe' },
    });
    const [chapter] = storyOf([...killed, back]).chapters;
    expect(chapter?.lost).toBeNull();
    expect(chapter?.attempts.map(({ outcome }) => outcome)).toEqual(['lost', null]);
  });
});

describe('a death that takes nothing away', () => {
  it('comes after the end of the task, or before the claim', () => {
    const done = [...begun(acacia, 1_000, 1), ended(acacia, 2_000, 1, 'done')];
    expect(storyOf([...done, died(acacia, 3_000)]).chapters[0]?.lost).toBeNull();
    expect(storyOf([died(acacia, 1), ...begun(acacia, 9, 1)]).chapters[0]?.lost).toBeNull();
  });

  it('of a task that is claimed anew after its end there is no takeover', () => {
    const released = [...begun(acacia, 1_000, 1), ended(acacia, 2_000, 1, 'released')];
    const { chapters } = storyOf([...released, ...begun(walnut, 9_000, 2)]);
    expect(chapters[1]?.takeover).toBeNull();
  });
});
