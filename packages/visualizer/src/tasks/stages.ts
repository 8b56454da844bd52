/** How far a task is, in the few steps that people think in. */
import type { TaskStory } from './story.ts';

export interface Stage {
  readonly name: string;
  readonly state: 'past' | 'now' | 'next' | 'bad';
  readonly atMs: number | null;
}

/** `state` and `pullRequest`: as the peer knows them, perhaps before the journal that tells when has come here. */
export function stagesOf(
  story: TaskStory,
  { state, pullRequest }: { readonly state: string; readonly pullRequest: number | null },
): Stage[] {
  const last = story.chapters.at(-1);
  // Claims that were taken over one from the other are one piece of work.
  const first = story.chapters[story.chapters.findLastIndex(({ takeover }) => takeover === null)];
  const attempt = last?.attempts.at(-1);
  const accepted = attempt?.outcome === 'accepted' ? attempt.endedMs : null;
  const verdict = last?.verdicts.find(({ outcome }) => outcome === 'passed')?.atMs ?? null;
  const end = last?.end ?? null;
  const times: readonly (readonly [string, number | null])[] = [
    ['Issue seen', story.seen[0]?.atMs ?? null],
    ['Claimed', first?.wonMs ?? null],
    ...(first === last ? [] : [['Taken over', last?.wonMs ?? null] as const]),
    ['Worked on', attempt?.startedMs ?? null],
    ['Accepted', accepted],
    ['Published', last?.publishedMs ?? null],
    ['Pull request', story.pullRequest?.atMs ?? null],
    ['Judged', verdict],
    ['Done', end?.state === 'done' ? end.atMs : null],
  ];
  const reached = times.findLastIndex(([, atMs]) => atMs !== null);
  const failed = state === 'failed';
  // Nobody is at it: it was given back.
  const rests = state === 'released' || (state === 'open' && reached > 0);
  const over = state === 'done' || failed || rests;
  const known: readonly (string | false)[] = [
    pullRequest !== null && 'Pull request',
    state === 'done' && 'Done',
  ];
  return times.map(([name, atMs], at) => {
    if (failed && at === reached + 1) return { name, state: 'bad', atMs };
    if (atMs !== null) return { name, state: at === reached && !over ? 'now' : 'past', atMs };
    if (known.includes(name)) return { name, state: 'past', atMs };
    // Something that was skipped on the way, such as a verdict that nobody gave.
    return { name, state: 'next', atMs };
  });
}
