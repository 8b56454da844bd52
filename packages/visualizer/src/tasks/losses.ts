/**
 * What a peer that died had in its hands, and who took it over. Of that no entry of the task tells: the dead write
 * nothing. It follows from who was declared dead while holding it, and from who claimed it next. Pure.
 */
import { spanText } from '../ui/time.ts';
import type { AttemptStory, Chapter } from './story.ts';

export interface Death {
  readonly peer: string;
  /** Who declared it; null: the writer of that journal is not known. */
  readonly by: string | null;
  readonly atMs: number;
  /** It said that it stops. */
  readonly stopped: boolean;
}

export interface Takeover {
  /** Who held the task before, and under which epoch. */
  readonly from: string;
  readonly epoch: number;
  /** Null: nobody whose journal is here declared it dead. Its lease may have run out. */
  readonly death: Death | null;
}

/** `chapters`: by epoch. */
export function withLosses(chapters: readonly Chapter[], known: Known): Chapter[] {
  const lost = chapters.map((chapter, at) => {
    const next = chapters.slice(at + 1).find(({ wonMs }) => wonMs !== null);
    const death = deathOf(chapter, next, known);
    return { ...chapter, lost: death, attempts: closed(chapter, next, death) };
  });
  return lost.map((chapter, at) => ({ ...chapter, takeover: takeoverOf(lost, at) }));
}

interface Known {
  readonly deaths: readonly Death[];
  /** When each peer wrote last about the task. */
  readonly lastMs: ReadonlyMap<string, number>;
}

/** The death that took the task out of its holder's hands, if one did. */
function deathOf(
  { holder, wonMs, end }: Chapter,
  next: Chapter | undefined,
  { deaths, lastMs }: Known,
): Death | null {
  const untilMs = next?.wonMs ?? Infinity;
  const isEnded = end !== null && end.atMs <= untilMs;
  if (holder === null || wonMs === null || next?.holder === holder || isEnded) return null;
  const meanwhile = deaths.filter(({ peer, atMs }) => {
    return peer === holder && atMs >= wonMs && atMs <= untilMs;
  });
  // Whoever took it over went by what it found itself; others may have found it earlier or later.
  const taker = next?.holder ?? null;
  const death = meanwhile.findLast(({ by }) => by === taker) ?? meanwhile[0] ?? null;
  // It was heard of again, and nobody else has the task: then it still has it.
  const isBack = taker === null && death !== null && (lastMs.get(holder) ?? 0) > death.atMs;
  return isBack ? null : death;
}

/** Attempts of which nobody told the end: they run only while their peer holds the task and lives. */
function closed(
  { attempts, end, publishedMs, holder }: Chapter,
  next: Chapter | undefined,
  death: Death | null,
): AttemptStory[] {
  const endsMs = [death?.atMs, next?.wonMs, end?.atMs, publishedMs].filter(
    (atMs) => atMs !== null && atMs !== undefined,
  );
  return attempts.map((one, at) => {
    if (one.outcome !== null) return one;
    const again = attempts.slice(at + 1).find(({ peer }) => peer === one.peer);
    const others = one.peer === holder || holder === null ? [] : [one.startedMs];
    const overMs = [...endsMs, ...others, ...(again === undefined ? [] : [again.startedMs])];
    if (overMs.length === 0) return one;
    const endedMs = Math.max(one.startedMs, Math.min(...overMs));
    return { ...one, endedMs, outcome: 'lost', elapsedMs: endedMs - one.startedMs };
  });
}

function takeoverOf(chapters: readonly Chapter[], at: number): Takeover | null {
  const chapter = chapters[at];
  const before = chapters.slice(0, at).findLast(({ wonMs }) => wonMs !== null);
  if (chapter === undefined || chapter.wonMs === null || before === undefined) return null;
  const { holder, epoch, end, lost } = before;
  if (holder === null || holder === chapter.holder) return null;
  // What ended was not taken away from anybody.
  const isOver = end !== null && end.atMs <= chapter.wonMs;
  return isOver ? null : { from: holder, epoch, death: lost };
}

/** Why somebody else has the task now. */
export function takeoverText(
  { from, epoch, death }: Takeover,
  wonMs: number,
  nameOf: (peer: string) => string,
): string {
  if (death === null) return `${nameOf(from)} held epoch ${epoch}, and never ended it.`;
  const later = spanText(wonMs - death.atMs);
  return `${later} after ${nameOf(from)}, which held epoch ${epoch}, ${deathWords(death)}.`;
}

export function deathWords({ stopped }: Pick<Death, 'stopped'>): string {
  return stopped ? 'was stopped' : 'was declared dead';
}
