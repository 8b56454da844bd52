import { OutputAnswer } from '@bzzz/protocol/api';
import { describe, expect, it } from 'vitest';
import { headed, joined, nothingShown } from '../src/tasks/output-pieces.ts';
import { acacia, task, walnut } from './entries.ts';

interface Printed {
  readonly peer?: string;
  readonly epoch?: number;
  readonly attempt?: number;
  readonly position: string;
  readonly text: string;
  readonly skipped?: boolean;
}

function printed({ peer = acacia, epoch = 1, attempt = 1, skipped = false, ...rest }: Printed) {
  const facts = { executor: 'recipe', running: true, more: false, epoch, attempt, skipped };
  return OutputAnswer.parse({ task, peer, name: null, output: { ...facts, ...rest }, why: null });
}

const shownOf = (...answers: Parameters<typeof printed>[0][]) =>
  headed(answers.map(printed).reduce(joined, nothingShown).pieces);

describe('what attempts print', () => {
  const first = { position: '100.7', text: 'line 1\n' };

  it('is one text without headings while one run prints it, with what is not kept', () => {
    const gone = { position: '100.90', text: 'line 9\n', skipped: true };
    expect(shownOf(first, { position: '100.7', text: '' }, gone)).toMatchObject([
      { text: 'line 1\n', gap: false, begins: false },
      { text: 'line 9\n', gap: true, begins: false },
    ]);
  });

  it('names who prints where another peer has taken it over, and says nothing of a gap there', () => {
    const next = { peer: walnut, epoch: 2, position: '200.7', text: 'line 1\n', skipped: true };
    expect(shownOf(first, next)).toMatchObject([
      { begins: true, run: { peer: acacia, epoch: 1, attempt: 1 } },
      { begins: true, gap: false, run: { peer: walnut, epoch: 2, attempt: 1 } },
    ]);
  });

  it('is separate for each try, also before the later one has printed anything', () => {
    const retry = { attempt: 2, position: '300.0', text: '', skipped: true };
    const told = shownOf(first, retry, {
      ...retry,
      position: '300.5',
      text: 'more\n',
      skipped: false,
    });
    expect(told.map(({ begins, text, run }) => [begins, text, run.attempt])).toEqual([
      [true, 'line 1\n', 1],
      [true, '', 2],
      [false, 'more\n', 2],
    ]);
  });

  it('shows nothing where nothing was printed', () => {
    expect(shownOf({ position: '100.0', text: '' })).toEqual([]);
  });
});
