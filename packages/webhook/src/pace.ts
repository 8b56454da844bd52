/**
 * However many hooks come, the forge is looked at once in a pause: the first is told at once, and all
 * that follow in the pause become one at its end, so that the last change is looked at too. That is
 * why a delivery need not be remembered: one that is sent again, by GitHub or by whoever caught it,
 * can only make us look where we look anyway.
 */
import type { Clock } from '@bzzz/coordination';
import type { RepoName } from '@bzzz/protocol';

export interface Pace {
  tell(repo: RepoName): void;
  stop(): void;
}

interface Pause {
  again: boolean;
  readonly cancel: () => void;
}

export function createPace(
  { clock, onHint }: { readonly clock: Clock; readonly onHint: (repo: RepoName) => void },
  { pauseMs }: { readonly pauseMs: number },
): Pace {
  const pauses = new Map<RepoName, Pause>();
  let stopped = false;

  function tellNow(repo: RepoName): void {
    const cancel = clock.after(pauseMs, () => {
      const again = pauses.get(repo)?.again === true;
      pauses.delete(repo);
      if (again) tellNow(repo);
    });
    pauses.set(repo, { again: false, cancel });
    onHint(repo);
  }

  return {
    tell(repo) {
      if (stopped) return;
      const pause = pauses.get(repo);
      if (pause === undefined) tellNow(repo);
      else pause.again = true;
    },
    stop() {
      stopped = true;
      for (const { cancel } of pauses.values()) cancel();
      pauses.clear();
    },
  };
}
