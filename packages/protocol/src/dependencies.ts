/**
 * What an issue waits for. In its visible text a line of its own that begins with
 *
 *     depends on #12
 *     Blocked by: #12, #13 and owner/name#14
 *
 * perhaps as an item of a list. Whatever stands behind the references is for people.
 */
import { IssueNumber, type RepoName } from './ids.ts';
import { limits } from './limits.ts';

export interface Dependencies {
  /** Issues of the same repository, each once, in the order of the text. */
  readonly numbers: readonly IssueNumber[];
  /** Why they cannot all be followed; null: they can. */
  readonly objection: string | null;
}

const lineEnd = /[\n\u2028\u2029]/;
/** Anchored to a trimmed line, so there is nothing to backtrack into. */
const opening = /^(?:[-*+]\s+)?(?:depends on|blocked by)(?=[\s:#])/i;
const reference = /^(?:([A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}))?#([0-9]{1,20})(?![A-Za-z0-9])/;
const between = /^(?:[\s,:&]|and(?=\s))+/i;

/** Whether a line says what the issue waits for, and so is no line of the work request. */
export function isDependencyLine(line: string): boolean {
  return referencesOf(line).length > 0;
}

/** Reads what the page shows of an issue of `repo` (see `plainText`). */
export function readDependencies(visible: string, repo: RepoName): Dependencies {
  const all = visible.split(lineEnd).flatMap(referencesOf);
  const here = all.filter((one) => one.repo === undefined || isSame(one.repo, repo));
  const parsed = here.map(({ number }) => IssueNumber.safeParse(Number(number)));
  const numbers = [...new Set(parsed.flatMap((one) => (one.success ? [one.data] : [])))];
  return {
    numbers: numbers.slice(0, limits.dependenciesMax),
    objection: objectionTo(all, repo, numbers.length),
  };
}

interface Reference {
  readonly repo: string | undefined;
  readonly number: string;
}

function objectionTo(all: readonly Reference[], repo: RepoName, count: number): string | null {
  const elsewhere = all.find((one) => one.repo !== undefined && !isSame(one.repo, repo));
  if (elsewhere !== undefined) {
    return `it depends on ${elsewhere.repo}#${elsewhere.number}, which cannot be followed from ${repo}`;
  }
  const odd = all.find(({ number }) => !IssueNumber.safeParse(Number(number)).success);
  if (odd !== undefined) return `it depends on #${odd.number}, which is no issue number`;
  if (count > limits.dependenciesMax) {
    return `it depends on more than ${limits.dependenciesMax} issues`;
  }
  return null;
}

function referencesOf(line: string): Reference[] {
  const text = line.trim();
  const start = opening.exec(text);
  if (start === null) return [];
  const found: Reference[] = [];
  let rest = text.slice(start[0].length);
  for (;;) {
    rest = rest.replace(between, '');
    const [whole, repo, number] = reference.exec(rest) ?? [];
    if (whole === undefined || number === undefined) return found;
    found.push({ repo, number });
    rest = rest.slice(whole.length);
  }
}

/** The forge takes names in any case. */
function isSame(name: string, repo: RepoName): boolean {
  return name.toLowerCase() === repo.toLowerCase();
}
