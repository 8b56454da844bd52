/** GitHub's other API, for the few things that REST does not have. */
import { BzzzError, limits } from '@bzzz/protocol';
import { z } from 'zod';
import type { Rest } from './client.ts';
import { parseAnswer } from './schemas.ts';

export interface Graphql {
  /** Each of `T` is one of the query's fields; see `Rest.read`. */
  ask<S extends z.ZodType>(query: Query<S>, signal: AbortSignal): Promise<z.output<S>>;
  /** A mutation, whose answer nobody needs; see `Rest.write`. */
  change(mutation: string, variables: object, signal: AbortSignal): Promise<void>;
}

interface Query<S extends z.ZodType> {
  readonly what: string;
  /** Begins with the word `query`. */
  readonly query: string;
  readonly variables: object;
  readonly data: S;
  /** Whether the answer still says enough without this field, which it then shows as null. */
  readonly mayLack?: (path: Path) => boolean;
}

type Path = readonly (string | number)[];

const Failure = z.object({
  type: z.string().nullish(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.int()])).nullish(),
});
const Answer = z.object({ data: z.unknown(), errors: z.array(Failure).nullish() });

/** What GitHub asks for when it names no time. */
const unnamedWaitMs = 60_000;

export function createGraphql(
  { rest }: { readonly rest: Rest },
  { apiUrl }: { readonly apiUrl: string },
): Graphql {
  const route = `POST ${graphqlUrlOf(apiUrl)}`;
  return {
    async ask({ what, query, variables, data, mayLack }, signal) {
      const answer = await rest.read({ route, parameters: { query, variables }, signal });
      return parseAnswer(what, data, dataOf(answer.data, mayLack));
    },
    async change(query, variables, signal) {
      const answer = await rest.write({ route, parameters: { query, variables }, signal });
      dataOf(answer.data);
    },
  };
}

/** It says 200 to everything; what went wrong stands in its words. */
function dataOf(answer: unknown, mayLack: (path: Path) => boolean = () => false): unknown {
  const { data, errors } = parseAnswer('graphql', Answer, answer);
  const error = errors?.find(({ type, path }) => type !== 'FORBIDDEN' || !mayLack(path ?? []));
  if (error === undefined) return data;
  const reason = reasonOf(error);
  if (error.type === 'NOT_FOUND') throw new BzzzError('forge_not_found', reason);
  if (error.type === 'RATE_LIMITED') {
    throw new BzzzError('forge_rate_limited', reason, { retryAfterMs: unnamedWaitMs });
  }
  throw new BzzzError('forge_refused', reason);
}

/** Which of several rights a token lacks is told by the path alone. */
function reasonOf({ message, path }: z.infer<typeof Failure>): string {
  const where = path === null || path === undefined ? '' : `${path.join('.')}: `;
  return `${where}${message}`.slice(0, limits.reasonCharsMax);
}

/** GitHub Enterprise serves both of its APIs under `/api`. */
function graphqlUrlOf(apiUrl: string): string {
  return apiUrl.endsWith('/api/v3') ? apiUrl.replace(/v3$/, 'graphql') : `${apiUrl}/graphql`;
}
