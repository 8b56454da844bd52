/**
 * How long an attempt may take, and how long its executor may be silent. Both times stand still while the
 * attempt rests; the silence also while other peers are asked, since then nothing of it runs. And what the
 * executor told on its way, for when its time is over before it could report.
 */
import { BzzzError, type Spent } from '@bzzz/protocol';
import type { AskForHelp, Clock, ExecutorRequest, Rest, WorkLimits } from '../ports/index.ts';
import { startCountdown } from '../support/countdown.ts';

export interface PatienceDeps {
  readonly clock: Clock;
  /** Absent: it never rests. */
  readonly rest?: Rest | undefined;
}

export interface Patience {
  /** The caller's signal, joined with `timeout` and `attempt_stalled`. */
  readonly signal: AbortSignal;
  /** Waits for an executor that is to be handed `hooks`; only meanwhile silence counts. */
  listen<T>(who: string, work: (hooks: Hooks) => Promise<T>): Promise<T>;
  /** The same, and meanwhile silence does not count. */
  asking(ask: AskForHelp): AskForHelp;
  /** What it cost, as far as its executor has told yet; undefined: nothing. */
  spent(): Spent | undefined;
  end(): void;
}

type Hooks = Required<Pick<ExecutorRequest, 'onSign' | 'onSpent'>> & Pick<ExecutorRequest, 'rest'>;

/** So many looks in the time that silence may last. */
const looks = 4;

/** `what` it is for people: `the attempt`. */
export function startPatience(
  { clock, rest }: PatienceDeps,
  { attemptMs, stallMs }: Pick<WorkLimits, 'attemptMs' | 'stallMs'>,
  what: string,
  signal: AbortSignal,
): Patience {
  const over = new AbortController();
  const whole = startCountdown(clock, {
    timeMs: attemptMs,
    onOver: () => over.abort(new BzzzError('timeout', `${what} took longer than ${attemptMs} ms`)),
  });
  const stopFollowing = follow(rest, whole);
  let asked = 0;
  let spent: Spent | undefined;
  let silence: ReturnType<typeof startCountdown> | undefined;
  return {
    signal: AbortSignal.any([signal, over.signal]),
    async listen(who, work) {
      const reason = `${who} gave no sign for ${stallMs} ms: it printed nothing, changed no file and no model answered`;
      const heard = startCountdown(clock, {
        timeMs: stallMs,
        stepMs: Math.ceil(stallMs / looks),
        onOver: () => over.abort(new BzzzError('attempt_stalled', reason)),
      });
      silence = heard;
      if (asked > 0) heard.hold();
      const stopResting = follow(rest, heard);
      try {
        const onSpent = (told: Spent) => {
          spent = told;
        };
        return await work({ onSign: heard.restart, onSpent, ...(rest && { rest }) });
      } finally {
        stopResting();
        heard.end();
        silence = undefined;
      }
    },
    asking: (ask) => async (question, options) => {
      asked += 1;
      if (asked === 1) silence?.hold();
      try {
        return await ask(question, options);
      } finally {
        asked -= 1;
        if (asked === 0) {
          silence?.restart();
          silence?.go();
        }
      }
    },
    spent: () => spent,
    end() {
      stopFollowing();
      whole.end();
    },
  };
}

/** Holds a time while work is to rest. The returned function ends that. */
function follow(rest: Rest | undefined, time: { hold(): void; go(): void }): () => void {
  if (rest === undefined) return () => undefined;
  let held = false;
  const look = () => {
    if (rest.wanted() === held) return;
    held = !held;
    if (held) time.hold();
    else time.go();
  };
  look();
  return rest.onChange(look);
}
