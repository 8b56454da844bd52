import type { Call } from './call.ts';
import { json } from './reply.ts';
import type { Reply } from './reply.ts';

/** The page of `rows` that the call asks for, with GitHub's Link header to the others. */
export function pageOf<T>(
  call: Call,
  baseUrl: string,
  rows: readonly T[],
  format: (row: T) => unknown,
): Reply {
  const perPage = within(call.query.get('per_page'), { least: 1, most: 100, otherwise: 30 });
  const page = within(call.query.get('page'), { least: 1, most: 1_000_000, otherwise: 1 });
  const start = (page - 1) * perPage;
  const items = rows.slice(start, start + perPage).map(format);
  const link = linkHeader(call, baseUrl, {
    page,
    last: Math.max(1, Math.ceil(rows.length / perPage)),
  });
  return json(200, items, link === '' ? {} : { link });
}

function linkHeader(call: Call, baseUrl: string, at: { page: number; last: number }): string {
  const to = (page: number, rel: string): string => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(page));
    return `<${baseUrl}${call.path}?${query.toString()}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (at.page > 1) links.push(to(at.page - 1, 'prev'));
  if (at.page < at.last) links.push(to(at.page + 1, 'next'), to(at.last, 'last'));
  if (at.page > 1) links.push(to(1, 'first'));
  return links.join(', ');
}

function within(
  text: string | null,
  limits: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  const value = Number.parseInt(text ?? '', 10);
  if (Number.isNaN(value)) return limits.otherwise;
  return Math.min(limits.most, Math.max(limits.least, value));
}
