/** The time that work has, less by what passes while it does not rest. */
import type { Rest } from '@bzzz/coordination';

export interface Allowance {
  leftMs(): number;
  end(): void;
}

export function startAllowance(
  { timeMs, rest }: { readonly timeMs: number; readonly rest?: Rest | undefined },
  onOver: () => void = () => undefined,
): Allowance {
  let usedMs = 0;
  let sinceMs: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  const leftMs = () =>
    timeMs - usedMs - (sinceMs === null ? 0 : Math.max(0, performance.now() - sinceMs));
  const look = () => {
    const rests = rest?.wanted() ?? false;
    if (rests === (sinceMs === null)) return;
    if (rests) {
      usedMs = timeMs - leftMs();
      sinceMs = null;
      clearTimeout(timer);
    } else {
      sinceMs = performance.now();
      timer = setTimeout(onOver, Math.max(0, leftMs()));
    }
  };
  look();
  const stopFollowing = rest?.onChange(look);
  return {
    leftMs,
    end() {
      clearTimeout(timer);
      stopFollowing?.();
    },
  };
}
