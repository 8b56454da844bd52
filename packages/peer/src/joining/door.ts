/** Keeps a door open while somebody may come in by it, and no longer. */
import type { Clock, Operator } from '@bzzz/coordination';
import { type Door, type Identity, openDoor } from '@bzzz/mesh';
import { type BzzzError, isBzzzError } from '@bzzz/protocol';

export interface DoorKeeperDeps {
  readonly clock: Clock;
  readonly identity: Identity;
  readonly operator: Pick<Operator, 'knock' | 'openUntilMs'>;
  readonly onTrouble: (error: BzzzError) => void;
  readonly onKnockFailed: (error: unknown) => void;
}

export interface DoorKeeper {
  /** Opens it, if it is not open. Throws `port_taken`, `config_invalid`. */
  open(): Promise<readonly string[]>;
  /** Closes it where nobody may come in any more, and opens it where somebody may. Never throws. */
  reconsider(): void;
  stop(): Promise<void>;
}

/** Between two tries to open it. */
const againMs = 5_000;
/** Longer timers than Node has are set anew. */
const timerMsMax = 3_600_000;

export function keepDoor(
  deps: DoorKeeperDeps,
  { listen }: { readonly listen: string },
): DoorKeeper {
  const { clock, identity, operator } = deps;
  let door: Door | undefined;
  let isStopped = false;
  let cancel: (() => void) | undefined;
  /** Opens and closes one after the other. */
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = turn.then(step);
    turn = done.catch(() => undefined);
    return done;
  }

  async function opened(): Promise<Door> {
    door ??= await openDoor(
      { identity, onKnock: operator.knock, onError: deps.onKnockFailed },
      { listen },
    );
    return door;
  }

  async function settle(): Promise<void> {
    cancel?.();
    const untilMs = isStopped ? null : operator.openUntilMs();
    if (untilMs !== null) {
      await opened();
      cancel = clock.after(Math.min(timerMsMax, untilMs - clock.wallMs() + 1), reconsider);
      return;
    }
    const closing = door;
    door = undefined;
    await closing?.close();
  }

  function reconsider(): void {
    inTurn(settle).catch((error: unknown) => {
      if (!isBzzzError(error)) throw error;
      deps.onTrouble(error);
      // As where an interface is not up yet.
      if (!isStopped) cancel = clock.after(againMs, reconsider);
    });
  }

  return {
    open: () => inTurn(async () => (await opened()).addresses()),
    reconsider,
    stop() {
      isStopped = true;
      return inTurn(settle);
    },
  };
}
