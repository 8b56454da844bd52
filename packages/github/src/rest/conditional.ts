import { createBoundedMap } from '../bounded-map.ts';
import type { Rest, RestRequest } from './client.ts';

/**
 * Reads that come again and again, by ETag: the answer "not modified" costs nothing of the limit.
 * The forge still decides each time, so what is returned is as fresh as without.
 */
export interface ConditionalReader {
  /** The parsed answer. */
  read<T>(request: RestRequest, parse: (data: unknown) => T): Promise<T>;
}

/** Each holds at most an issue with its body. */
const entriesMax = 256;

export function createConditionalReader(rest: Rest): ConditionalReader {
  const known = createBoundedMap<{ readonly etag: string; readonly data: unknown }>(entriesMax);
  return {
    async read(request, parse) {
      const key = `${request.route} ${JSON.stringify(request.parameters ?? {})}`;
      const entry = known.get(key);
      const answer = await rest.read({ ...request, etag: entry?.etag ?? null });
      if (answer.status === 304 && entry !== undefined) return parse(entry.data);
      const etag = answer.headers['etag'];
      if (typeof etag === 'string') known.set(key, { etag, data: answer.data });
      else known.delete(key);
      return parse(answer.data);
    },
  };
}
