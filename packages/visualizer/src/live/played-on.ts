import { countUntil, type History } from './history.ts';

/** A silence longer than this is passed over, so that a night is not played for a night. */
const silenceMsMax = 3_000;
const leadMs = 400;

/** The moment that comes after so much time of playing; null: the end is reached. */
export function playedOn(history: History, atMs: number, stepMs: number): number | null {
  const next = history.entries[countUntil(history, atMs)];
  if (next === undefined) return null;
  const nextMs = next.entry.at.wallMs;
  return nextMs - atMs > silenceMsMax ? nextMs - leadMs : atMs + stepMs;
}
