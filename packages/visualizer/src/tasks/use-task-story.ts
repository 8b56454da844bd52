import { deathsAbout, type StoryEntry, TaskStoryAnswer } from '@bzzz/protocol/api';
import { useEffect, useMemo, useState } from 'react';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { believed } from '../live/believed.ts';
import { countUntil, extend, noHistory } from '../live/history.ts';
import { taskOf } from '../timeline/filter.ts';

/** All that is known of a task until the moment: what the peer has of it, and what came since. */
export function useTaskStory(task: string): readonly StoryEntry[] {
  const { state, view, moment } = usePage();
  const [asked, setAsked] = useState<readonly StoryEntry[]>([]);
  useEffect(() => {
    const over = new AbortController();
    const path = `tasks/${encodeURIComponent(task)}`;
    ask({ path, schema: TaskStoryAnswer, signal: over.signal }).then(
      ({ story }) => setAsked(story.map(believed)),
      // Of a task that the peer has forgotten there is what the page itself heard.
      () => undefined,
    );
    return () => over.abort();
  }, [task]);
  const { entries } = state.history;
  const whole = useMemo(() => {
    const heard = entries.filter((one) => taskOf(one) === task);
    const told = extend(extend(noHistory, asked), heard);
    return extend(told, deathsAbout(told.entries, entries)).entries;
  }, [asked, entries, task]);
  if (moment.kind === 'live' || !view.past) return whole;
  return whole.slice(0, countUntil({ entries: whole }, moment.atMs));
}
