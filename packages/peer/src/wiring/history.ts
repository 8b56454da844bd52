/**
 * What all the journals here tell, found through the index: one story with whose word each entry is.
 * Nobody depends on it: it is brought up to date when somebody asks, and made anew when it is of no use.
 */
import type { Clock, MemberView } from '@bzzz/coordination';
import { type HistoryFilter, type IndexedEntry, openHistoryIndex } from '@bzzz/index';
import type { Journals } from '@bzzz/journal';
import type { JournalKey } from '@bzzz/protocol';
import type { StoryEntry } from '../control/answers.ts';
import type { Logger } from '../logger.ts';
import { plainEntry } from '../status/plain-entry.ts';

export interface HistoryDeps {
  readonly clock: Clock;
  readonly journals: Pick<Journals, 'own' | 'replicas'>;
  readonly members: () => readonly MemberView[];
  /** Journals that are not read any further, since their writers are in quarantine. */
  readonly setAside: () => ReadonlySet<JournalKey>;
  readonly logger: Logger;
}

type Asked = Omit<HistoryFilter, 'afterId'>;

export interface History {
  /** The newest that fit, oldest first. Throws `aborted`, `index_failed`. */
  find(asked: Asked, signal: AbortSignal): Promise<StoryEntry[]>;
  /** The same, then what comes to be here later, until the signal. */
  follow(asked: Asked, signal: AbortSignal): AsyncIterable<StoryEntry>;
  /** Reads all journals again; returns how many entries they have. */
  rebuild(signal: AbortSignal): Promise<number>;
  close(): void;
}

/** How soon whoever follows sees what arrived. */
const lookMs = 500;

/** Throws `index_failed`. */
export function openHistory(deps: HistoryDeps, { path }: { readonly path: string }): History {
  const { clock, journals, members, logger } = deps;
  const writers = () => new Map(members().map((one) => [one.capabilities.journal.key, one]));
  const index = openHistoryIndex(
    { writerOf: (log) => writers().get(log)?.peer },
    { path, onReplaced: (reason) => logger.warn('the index is made anew', { reason }) },
  );
  const told = new Set<JournalKey>();

  async function update(signal: AbortSignal): Promise<number> {
    const aside = deps.setAside();
    const others = journals.replicas().filter(({ key }) => !aside.has(key));
    const { added, unreadable } = await index.update([journals.own, ...others], { signal });
    for (const log of unreadable.filter((one) => !told.has(one))) {
      told.add(log);
      logger.warn('a journal cannot be read, and is missing in the history', { log });
    }
    return added;
  }

  function storyEntries(found: readonly IndexedEntry[]): StoryEntry[] {
    const known = writers();
    return found.map(({ log, seq, entry }) => {
      const writer = known.get(log);
      return {
        peer: writer?.peer ?? null,
        name: writer?.name ?? null,
        seq,
        entry: plainEntry(entry),
      };
    });
  }

  return {
    async find(asked, signal) {
      await update(signal);
      return storyEntries(index.query(asked));
    },
    async *follow(asked, signal) {
      await update(signal);
      let afterId = index.lastId();
      yield* storyEntries(index.query(asked));
      while (!signal.aborted) {
        await pause(clock, lookMs, signal);
        if (signal.aborted || (await update(signal)) === 0) continue;
        const lastId = index.lastId();
        yield* storyEntries(index.query({ ...asked, limit: followMax, afterId }));
        afterId = lastId;
      }
    },
    async rebuild(signal) {
      index.clear();
      return update(signal);
    },
    close: () => index.close(),
  };
}

/** Ends early when the signal fires, and leaves nothing with it: whoever follows may do so for days. */
async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(delayMs, resolve);
  const end = () => resolve();
  signal.addEventListener('abort', end, { once: true });
  await promise;
  cancel();
  signal.removeEventListener('abort', end);
}

/** More than comes between two looks. */
const followMax = 100_000;
