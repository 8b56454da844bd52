/**
 * Marks of code as GitHub looks for their ends. Once it found none for some, it trusts for all others what it remembers of the
 * marks that it came by, and that may be less than there are: it then takes for words what is code to others.
 */
import type { StateInline } from 'markdown-it';

interface Looks {
  /** Whether some marks had no end. */
  isTrusted: boolean;
  /** By length, where GitHub came by the last ones, and where the last ones are. */
  readonly seen: Map<number, number>;
  readonly all: ReadonlyMap<number, number>;
  /** By place; a place is looked at more than once. */
  readonly answers: Map<number, boolean>;
}
const looksOf = new WeakMap<StateInline, Looks>();

/** Whether the marks of code here have an end to others, and none to GitHub. */
export function isEndMissed(state: StateInline): boolean {
  const { src, pos } = state;
  const looks = looksOf.get(state) ?? {
    isTrusted: false,
    seen: new Map<number, number>(),
    all: new Map([...runsFrom(src, 0)].map(({ at, length }) => [length, at])),
    answers: new Map<number, boolean>(),
  };
  looksOf.set(state, looks);
  const answer = looks.answers.get(pos) ?? look(looks, src, pos);
  looks.answers.set(pos, answer);
  return answer;
}

function look(looks: Looks, src: string, pos: number): boolean {
  const { all, seen } = looks;
  let length: number | undefined;
  for (const run of runsFrom(src, pos)) {
    if (length === undefined) {
      length = run.length;
      if (looks.isTrusted && (seen.get(length) ?? 0) <= pos) return (all.get(length) ?? 0) > pos;
      continue;
    }
    seen.set(run.length, run.at);
    if (run.length === length) return false;
  }
  looks.isTrusted = true;
  return false;
}

function* runsFrom(src: string, from: number): Generator<{ at: number; length: number }> {
  const run = /`+/g;
  run.lastIndex = from;
  for (let found = run.exec(src); found !== null; found = run.exec(src))
    yield { at: found.index, length: found[0].length };
}
