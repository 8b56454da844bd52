/** What the journals here say of one task, in the order of cause and effect. */
import type { MemberView, StoredEntry } from '@bzzz/coordination';
import type { Journals } from '@bzzz/journal';
import { type CausalEntry, causalOrder, type EntryBody, type TaskId } from '@bzzz/protocol';
import type { StoryEntry } from '../control/answers.ts';
import { plainEntry } from './plain-entry.ts';

/** The newest so many are told. */
const storyMax = 500;

export async function storyOf(
  deps: { readonly journals: Journals; readonly members: readonly MemberView[] },
  task: TaskId,
  signal: AbortSignal,
): Promise<StoryEntry[]> {
  const { journals, members } = deps;
  const story: (CausalEntry & { readonly told: StoryEntry })[] = [];
  for (const journal of [journals.own, ...journals.replicas()]) {
    const writer = members.find(({ capabilities }) => capabilities.journal.key === journal.key);
    const by = { peer: writer?.peer ?? null, name: writer?.name ?? null };
    for await (const { seq, entry } of entriesOf(journal, task, signal)) {
      const { at, cause } = entry;
      const told = { ...by, seq, entry: plainEntry(entry) };
      story.push({ log: by.peer ?? journal.key, seq, at, cause, told });
    }
  }
  return causalOrder(story)
    .slice(-storyMax)
    .map(({ told }) => told);
}

async function* entriesOf(
  journal: Pick<Journals['own'], 'read'>,
  task: TaskId,
  signal: AbortSignal,
): AsyncIterable<StoredEntry> {
  for await (const stored of journal.read({ signal })) {
    if (taskOf(stored.entry.body) === task) yield stored;
  }
}

function taskOf(body: EntryBody): TaskId | undefined {
  if (body.kind === 'fence.intended') return body.intent.record.task;
  return 'task' in body ? body.task : undefined;
}
