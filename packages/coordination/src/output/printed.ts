/** What the attempts of this peer print: of those that run, and of a few that ran last. */
import {
  BzzzError,
  type Epoch,
  limits,
  type OutputPiece,
  type OutputPosition,
  type TaskId,
} from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';
import { createRecent } from '../support/recent.ts';
import type { Mask } from './mask.ts';
import { createTail, type Tail } from './tail.ts';

export interface Printing {
  add(text: string): void;
  end(): void;
}

export interface Printed {
  begin(of: PrintedOf): Printing;
  /** Null: nothing is kept of that task. */
  read(task: TaskId, after: OutputPosition | undefined): Promise<OutputPiece | null>;
}

interface PrintedOf {
  readonly task: TaskId;
  readonly epoch: Epoch;
  readonly attempt: number;
  readonly executor: string;
}

interface Kept extends PrintedOf {
  readonly run: number;
  readonly tail: Tail;
  running: boolean;
}

/** Tasks of which something is kept. */
const tasksMax = 16;
/** A mask sees so much more on both sides, since a secret may have many lines. */
const besideChars = 16 * 1024;

export function createPrinted(deps: {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly mask: Mask;
}): Printed {
  const { clock, mask } = deps;
  const recent = createRecent<TaskId, Kept>(tasksMax);

  async function pieceOf(kept: Kept, after: OutputPosition | undefined): Promise<OutputPiece> {
    const { task: _, run, tail, running, executor, ...head } = kept;
    const first = tail.from();
    const last = tail.to();
    // A position of another attempt, or of one that never printed so much, says nothing here.
    const asked = after?.run === run && after.at <= last ? after.at : first;
    const from = Math.max(asked, first);
    const to = endOf(tail, from);
    const start = Math.max(first, from - besideChars);
    const around = tail.between(start, to + besideChars);
    const masked = from === to ? around : await mask(around);
    if (masked.length !== around.length) {
      throw new BzzzError('defect', 'the mask changed the length of a text');
    }
    return {
      ...head,
      executor: executor.slice(0, 140),
      running,
      from: { run, at: from },
      to: { run, at: to },
      text: masked.slice(from - start, to - start).toWellFormed(),
      more: to < last,
    };
  }

  return {
    begin(of) {
      const tail = createTail(limits.outputKeptCharsMax);
      const kept: Kept = { ...of, run: Math.max(0, clock.wallMs()), tail, running: true };
      recent.set(of.task, kept);
      return {
        add: tail.add,
        end() {
          tail.end();
          kept.running = false;
        },
      };
    },
    async read(task, after) {
      const kept = recent.get(task);
      return kept === undefined ? null : pieceOf(kept, after);
    },
  };
}

/** The end of a line, where one fits. */
function endOf(tail: Tail, from: number): number {
  const to = Math.min(tail.to(), from + limits.outputTextCharsMax);
  if (to === tail.to()) return to;
  const lineEnd = tail.between(from, to).lastIndexOf('\n');
  return lineEnd === -1 ? to : from + lineEnd + 1;
}
