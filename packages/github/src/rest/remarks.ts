/** Comments that may be commands: of the others only their number is of interest. */
import type { Remark, Remarks } from '@bzzz/coordination';
import { Account, Association } from '@bzzz/protocol';
import { z } from 'zod';
import { createBoundedMap } from '../bounded-map.ts';
import type { Rest } from './client.ts';
import { type At, issueParameters } from './issues.ts';
import { followPages } from './pages.ts';

export interface RemarkApi {
  read(at: At, signal: AbortSignal): Promise<Remarks>;
}

/** The login of a program is also that of a person's account, or may become it. */
const Person = z.object({ type: z.literal('User'), login: Account });
const Time = z.iso.datetime({ offset: true });
const RemarkRow = z.object({
  body: z.string().nullish(),
  user: Person.nullable().catch(null),
  // A word that is not known yet gives no rights.
  author_association: Association.catch('NONE'),
  created_at: Time,
  updated_at: Time,
});

const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
const prefix = '/bzzz ';
const lineCharsMax = 100;
const keptMax = 1_024;

export function createRemarkApi({ rest }: { readonly rest: Rest }): RemarkApi {
  /** By ETag, of issues with one page of comments: of more, the first page does not show what is new. */
  const kept = createBoundedMap<{ readonly etag: string; readonly remarks: Remarks }>(keptMax);
  return {
    async read(at, signal) {
      const key = `${at.repo}#${at.number}`;
      const known = kept.get(key);
      const parameters = { ...issueParameters(at), per_page: 100 };
      const first = await rest.read({ route, parameters, etag: known?.etag ?? null, signal });
      if (first.status === 304 && known !== undefined) return known.remarks;
      const rows = await followPages(rest, first, { what: 'comments', row: RemarkRow, signal });
      const remarks = { remarks: rows.flatMap(remarkOf), comments: rows.length };
      const { etag, link = '' } = first.headers;
      if (typeof etag === 'string' && link === '') kept.set(key, { etag, remarks });
      else kept.delete(key);
      return remarks;
    },
  };
}

function remarkOf(row: z.infer<typeof RemarkRow>): Remark[] {
  const [line = ''] = (row.body ?? '').split(/\r?\n/, 1);
  if (!line.startsWith(prefix) || line.length > lineCharsMax) return [];
  return [
    {
      by: row.user?.login ?? null,
      association: row.author_association,
      line,
      atMs: Date.parse(row.created_at),
      edited: row.updated_at !== row.created_at,
    },
  ];
}
