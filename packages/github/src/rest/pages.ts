import { BzzzError } from '@bzzz/protocol';
import { z } from 'zod';
import type { Rest, RestAnswer } from './client.ts';
import { parseAnswer } from './schemas.ts';

/** 100 rows a page. Beyond so many open issues a repository cannot be watched. */
const pagesMax = 400;

/**
 * The rows of the first answer and of every page behind it, by the forge's own links.
 * Throws `forge_invalid_answer`, also when there is no end.
 */
export async function followPages<S extends z.ZodType>(
  rest: Rest,
  first: RestAnswer,
  options: { readonly what: string; readonly row: S; readonly signal: AbortSignal },
): Promise<z.output<S>[]> {
  const { what, signal } = options;
  const schema = z.array(options.row);
  const rows = parseAnswer(what, schema, first.data);
  let next = nextLink(first);
  for (let pages = 1; next !== null; pages += 1) {
    if (pages === pagesMax) throw new BzzzError('forge_invalid_answer', `${what}: too many pages`);
    const answer = await rest.read({ route: `GET ${next}`, signal });
    rows.push(...parseAnswer(what, schema, answer.data));
    next = nextLink(answer);
  }
  return rows;
}

function nextLink(answer: RestAnswer): string | null {
  const link = String(answer.headers['link'] ?? '');
  return /<([^<>\s]+)>;\s*rel="next"/.exec(link)?.[1] ?? null;
}
