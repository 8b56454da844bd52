/** Which deaths belong to the story of a task: entries about a death name a peer, and no task. Pure. */
import type { StoryEntry } from './entries.ts';

/** Those of peers that had the task in their hands then, as `story`, oldest first, tells. */
export function deathsAbout(
  story: readonly StoryEntry[],
  entries: readonly StoryEntry[],
): StoryEntry[] {
  return entries.filter(({ entry: { at, body } }) => {
    if (body.kind !== 'member.dead') return false;
    return held(story, body['peer'], at.wallMs);
  });
}

/** Whether it claimed the task or worked on it until then, and had not told of an end. */
function held(story: readonly StoryEntry[], peer: unknown, atMs: number): boolean {
  const last = story.findLast(({ peer: writer, entry: { at, body } }) => {
    const isMove = takes(body) || body.kind === 'task.ended';
    return writer !== null && writer === peer && at.wallMs <= atMs && isMove;
  });
  return last !== undefined && takes(last.entry.body);
}

function takes({ kind, outcome }: StoryEntry['entry']['body']): boolean {
  return kind === 'attempt.started' || (kind === 'fence.settled' && outcome === 'won');
}

/** The story with these in their places; both are oldest first. */
export function withDeaths(
  story: readonly StoryEntry[],
  deaths: readonly StoryEntry[],
): StoryEntry[] {
  const whole = [...story];
  for (const death of deaths) {
    const at = whole.findIndex((one) => isLater(one, death));
    whole.splice(at === -1 ? whole.length : at, 0, death);
  }
  return whole;
}

function isLater({ entry: { at } }: StoryEntry, { entry: than }: StoryEntry): boolean {
  return (
    at.wallMs > than.at.wallMs || (at.wallMs === than.at.wallMs && at.counter > than.at.counter)
  );
}
