/** What attempts print, joined as it comes: each line stands under the attempt that printed it. */
import { OutputAnswer } from '@bzzz/protocol/api';
import { describe, expect, it } from 'vitest';
import { bounded, joined, nothingShown } from '../src/tasks/joined-output.ts';
import { acacia, task, walnut } from './entries.ts';

interface Piece {
  readonly peer?: string;
  readonly epoch?: number;
  readonly attempt?: number;
  readonly position: string;
  readonly text: string;
  readonly skipped?: boolean;
}

const said = ({ peer = acacia, epoch = 1, attempt = 1, skipped = false, ...piece }: Piece) =>
  OutputAnswer.parse({
    task,
    peer,
    name: peer.replace('peer-', ''),
    output: { epoch, attempt, executor: 'recipe', running: true, more: false, skipped, ...piece },
    why: null,
  });

const shown = (...answers: readonly OutputAnswer[]) =>
  answers.reduce(joined, nothingShown).pieces.map(({ text, gap, run }) => {
    return `${run === null ? '' : `[${run}]`}${gap ? '(gap)' : ''}${text}`;
  });

describe('what attempts print', () => {
  it('goes on where it is one attempt, and says where something is missing', () => {
    const one = said({ position: '5.2', text: 'a\n' });
    const two = said({ position: '5.4', text: 'b\n' });
    const late = said({ position: '5.9', text: 'd\n', skipped: true });
    expect(shown(one, two, late)).toEqual(['a\n', 'b\n', '(gap)d\n']);
  });

  it.each([
    ['another peer', { peer: walnut, epoch: 2 }, 'epoch 2, attempt 1, walnut'],
    ['another attempt', { attempt: 2 }, 'epoch 1, attempt 2, acacia'],
    ['another epoch', { epoch: 3 }, 'epoch 3, attempt 1, acacia'],
  ])('is told apart from that of %s, of which nothing is missing', (_, other, run) => {
    const first = said({ position: '5.2', text: 'a\n' });
    const second = said({ position: '9.2', text: 'x\n', skipped: true, ...other });
    expect(shown(first, second)).toEqual(['a\n', `[${run}]x\n`]);
    const third = said({ position: '9.4', text: 'y\n', ...other });
    expect(shown(first, second, third)).toEqual(['a\n', `[${run}]x\n`, 'y\n']);
  });

  it('is told apart from what another run of the same number printed', () => {
    const again = said({ position: '9.2', text: 'x\n', skipped: true });
    expect(shown(said({ position: '5.2', text: 'a\n' }), again)).toEqual([
      'a\n',
      '[epoch 1, attempt 1, acacia]x\n',
    ]);
  });

  it('stays where nothing new comes, and says what was missing at its begin', () => {
    const begun = said({ position: '5.2', text: 'a\n', skipped: true });
    const quiet = said({ position: '5.2', text: '' });
    expect(shown(begun, quiet)).toEqual(['(gap)a\n']);
    const moved = said({ position: '9.0', text: '', epoch: 2 });
    const then = said({ position: '9.2', text: 'x\n', epoch: 2 });
    expect(shown(begun, moved, then)).toEqual(['(gap)a\n', '[epoch 2, attempt 1, acacia]x\n']);
  });

  it('keeps its end', () => {
    const pieces = Array.from({ length: 4 }, (_, at) => {
      const text = 'x'.repeat(40_000);
      return { key: String(at), text, gap: false, run: null };
    });
    expect(bounded(pieces).map(({ key }) => key)).toEqual(['1', '2', '3']);
  });
});
