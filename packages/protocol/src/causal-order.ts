/**
 * Merges the logs of many peers into one story. Each log keeps its own order, an entry stands behind
 * its cause, and where neither says anything the hybrid clock decides. What a hostile log says cannot
 * break that: a cause that is missing, or that would close a circle, is passed over.
 */
import { type Hlc, hlcCompare } from './hlc.ts';
import type { Cause } from './journal-entry.ts';

export interface CausalEntry {
  /** Names the log; the writer's peer id where it is known, since causes name that. */
  readonly log: string;
  readonly seq: number;
  readonly at: Hlc;
  readonly cause: Cause | undefined;
}

/** The same entries, reordered. Each log's must be handed in by rising position. */
export function causalOrder<T extends CausalEntry>(entries: readonly T[]): T[] {
  const known = new Map(entries.map((entry) => [keyOf(entry.log, entry.seq), entry]));
  const before = predecessors(entries);
  const byClock = entries.toSorted((a, b) => hlcCompare(a.at, b.at) || a.seq - b.seq);
  const begun = new Set<T>();
  const ordered: T[] = [];

  /** Depth first by a stack of its own, since a chain of causes can be as long as all logs. */
  function place(entry: T): void {
    const stack = [{ entry, opened: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top.opened) {
        ordered.push(top.entry);
        continue;
      }
      if (begun.has(top.entry)) continue;
      begun.add(top.entry);
      stack.push({ entry: top.entry, opened: true });
      const { cause } = top.entry;
      const first = [
        cause === undefined ? undefined : known.get(keyOf(cause.peer, cause.seq)),
        before.get(top.entry),
      ];
      for (const one of first) if (one !== undefined) stack.push({ entry: one, opened: false });
    }
  }

  for (const entry of byClock) place(entry);
  return ordered;
}

function predecessors<T extends CausalEntry>(entries: readonly T[]): Map<T, T> {
  const last = new Map<string, T>();
  const before = new Map<T, T>();
  for (const entry of entries) {
    const earlier = last.get(entry.log);
    if (earlier !== undefined) before.set(entry, earlier);
    last.set(entry.log, entry);
  }
  return before;
}

function keyOf(log: string, seq: number): string {
  return `${log} ${seq}`;
}
