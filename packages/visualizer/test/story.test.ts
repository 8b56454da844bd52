import { describe, expect, it } from 'vitest';
import { helpOf } from '../src/tasks/help-tree.ts';
import { stagesOf } from '../src/tasks/stages.ts';
import { storyOf } from '../src/tasks/story.ts';
import { acacia, fence, said, task, walnut } from './entries.ts';

const attempt = { task, epoch: 1, attempt: 1 };
const contest = [
  ...fence({ by: acacia, atMs: 10, state: 'held', epoch: 1, outcome: 'won' }),
  ...fence({
    by: walnut,
    atMs: 11,
    state: 'held',
    epoch: 1,
    outcome: 'lost',
    holder: { peer: acacia, epoch: 1 },
  }),
];
const work = [
  said({ atMs: 20, body: { kind: 'attempt.started', ...attempt, executor: 'recipe' } }),
  said({
    atMs: 25,
    body: {
      kind: 'attempt.step',
      ...attempt,
      step: 1,
      role: 'plan',
      executor: 'ollama',
      outcome: 'done',
      reason: '',
      elapsedMs: 4,
    },
  }),
  said({
    atMs: 30,
    body: {
      kind: 'attempt.ended',
      ...attempt,
      outcome: 'accepted',
      reason: '',
      commits: 2,
      elapsedMs: 10,
    },
  }),
];
const proof = [
  ...fence({
    by: acacia,
    atMs: 40,
    state: 'result',
    epoch: 1,
    outcome: 'won',
    more: { result: 'abc', verdicts: 1 },
  }),
  said({
    by: walnut,
    atMs: 50,
    body: {
      kind: 'verdict.given',
      task,
      verdict: { statement: { epoch: 1, outcome: 'passed', reason: '' } },
    },
  }),
  said({
    atMs: 51,
    body: { kind: 'verdict.heard', task, epoch: 1, peer: walnut, outcome: 'passed', reason: '' },
  }),
];

describe('the story of a task', () => {
  it('tells who reached for it, who got it, and what he did', () => {
    const [chapter, ...further] = storyOf([...contest, ...work, ...proof]).chapters;
    expect(further).toEqual([]);
    expect(chapter).toMatchObject({
      epoch: 1,
      holder: acacia,
      contest: [
        { peer: acacia, outcome: 'won' },
        { peer: walnut, outcome: 'lost', holder: acacia },
      ],
      attempts: [{ outcome: 'accepted', commits: 2, steps: [{ role: 'plan' }] }],
      result: 'abc',
      threshold: 1,
      // The judge's own word and the publisher's are one verdict.
      verdicts: [{ peer: walnut, outcome: 'passed', by: 'both' }],
    });
  });

  it('has a chapter for each claim', () => {
    const second = fence({ by: walnut, atMs: 90, state: 'held', epoch: 2, outcome: 'won' });
    const { chapters } = storyOf([...contest, ...work, ...second]);
    expect(chapters.map(({ epoch, holder }) => [epoch, holder])).toEqual([
      [1, acacia],
      [2, walnut],
    ]);
  });

  it('has no chapter where only refused entries are', () => {
    expect(storyOf([said({ atMs: 1, body: { kind: 'attempt.started', task } })]).chapters).toEqual(
      [],
    );
  });
});

describe('stages', () => {
  const states = (...entries: Parameters<typeof storyOf>[0]) =>
    stagesOf(storyOf(entries), { state: 'running', pullRequest: null }).map(
      ({ name, state }) => `${name} ${state}`,
    );

  it('show how far a task is', () => {
    expect(states(...contest, ...work.slice(0, 1))).toEqual([
      'Issue seen next',
      'Claimed past',
      'Worked on now',
      'Accepted next',
      'Published next',
      'Pull request next',
      'Judged next',
      'Done next',
    ]);
  });

  it('show where it failed', () => {
    const failed = stagesOf(storyOf([...contest]), { state: 'failed', pullRequest: null });
    expect(failed.find(({ state }) => state === 'bad')?.name).toBe('Worked on');
  });

  it.each(['released', 'open'])('end where nobody is at it any more: %s', (state) => {
    const entries = [...contest, ...work.slice(0, 1)];
    const stages = stagesOf(storyOf(entries), { state, pullRequest: null });
    expect(stages.filter((one) => one.state === 'now')).toEqual([]);
    expect(stages.find(({ name }) => name === 'Worked on')?.state).toBe('past');
  });

  it('show what the peer knows before the journal that tells when has come', () => {
    const stages = stagesOf(storyOf([...contest]), { state: 'done', pullRequest: 12 });
    const past = stages.filter(({ state }) => state === 'past').map(({ name }) => name);
    expect(past).toEqual(['Claimed', 'Pull request', 'Done']);
    expect(stages.at(-1)?.atMs).toBeNull();
  });
});

describe('help', () => {
  it('is a tree of whom was asked through whom', () => {
    const id = 'help-1';
    const [request] = helpOf([
      said({ atMs: 1, body: { kind: 'help.asked', task, id, epoch: 1, question: 'How?' } }),
      said({ atMs: 2, body: { kind: 'help.sent', task, id, peer: walnut, hop: 1, budget: 4 } }),
      said({
        by: walnut,
        atMs: 3,
        body: { kind: 'help.sent', task, id, peer: 'peer-oak', hop: 2, budget: 2 },
      }),
      said({
        by: walnut,
        atMs: 4,
        body: { kind: 'help.returned', task, id, peer: 'peer-oak', outcome: 'nothing', reason: '' },
      }),
      said({
        atMs: 5,
        body: { kind: 'help.ended', task, id, epoch: 1, outcome: 'helped', by: walnut, reason: '' },
      }),
    ]);
    expect(request).toMatchObject({
      asker: acacia,
      question: 'How?',
      branches: [
        {
          peer: walnut,
          hop: 1,
          outcome: null,
          children: [{ peer: 'peer-oak', outcome: 'nothing' }],
        },
      ],
      end: { outcome: 'helped', by: walnut },
    });
  });

  it('ends even where entries ask in a circle', () => {
    const id = 'circle';
    const asks = Array.from({ length: 40 }, (_, at) =>
      said({
        by: at % 2 === 0 ? acacia : walnut,
        atMs: at,
        body: {
          kind: 'help.sent',
          task,
          id,
          peer: at % 2 === 0 ? walnut : acacia,
          hop: at + 1,
          budget: 1,
        },
      }),
    );
    const asked = said({ atMs: 0, seq: -1, body: { kind: 'help.asked', task, id, question: '' } });
    expect(JSON.stringify(helpOf([asked, ...asks])).length).toBeLessThan(10_000);
  });
});
