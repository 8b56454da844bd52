import type { Struck } from '../faults/faults.ts';
import type { Call } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import type { RateMeter } from '../http/limits.ts';
import { GitHubError, json } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import { replyOf } from '../http/rest.ts';
import type { RequestTally } from '../requests.ts';
import type { World } from '../world.ts';
import { execute, GraphqlInvalid } from './execute.ts';
import type { Args } from './execute.ts';
import { GraphqlSyntaxError, parseDocument } from './parse.ts';
import type { Operation } from './parse.ts';
import { mutationRoot, queryRoot } from './schema.ts';

/**
 * POST /graphql. Its own hourly points are not counted; mutations count as content-creating
 * requests of the account, as on GitHub.
 */
export function createGraphql(deps: {
  readonly world: World;
  readonly meter: RateMeter;
  readonly requests: Pick<RequestTally, 'count' | 'countChange'>;
  readonly flush: () => Promise<void>;
}): (call: Call, struck: Struck) => Promise<Reply> {
  const { world, meter, requests } = deps;
  return async (call, struck) => {
    try {
      if (call.user === null) {
        throw new GitHubError(401, 'This endpoint requires you to be authenticated.');
      }
      if (call.method !== 'POST') throw new GitHubError(404, 'Not Found');
      const account = call.user.login;
      const body = objectBody(call);
      const operation = parse(body['query']);
      if ('errors' in operation) return json(200, operation);
      requests.count(account, 'graphql');
      for (const name of changesOf(operation)) requests.countChange(`mutation ${name}`);
      meter.enter(account, operation.kind === 'mutation');
      meter.leave(account, true);
      const work = (): Promise<Reply> =>
        run(world, call, { operation, variables: argsIn(body['variables']) });
      const reply = operation.kind === 'query' ? await struck.read(work) : await work();
      await deps.flush();
      return reply;
    } catch (error) {
      return replyOf(error);
    }
  };
}

function changesOf({ kind, selections }: Operation): readonly string[] {
  if (kind === 'query') return [];
  return selections.flatMap((one) => (one.kind === 'field' ? [one.name] : []));
}

async function run(
  world: World,
  call: Call,
  asked: { readonly operation: Operation; readonly variables: Args },
): Promise<Reply> {
  const { operation, variables } = asked;
  const root = operation.kind === 'query' ? queryRoot(world, call) : mutationRoot(world, call);
  try {
    const { data, errors } = await execute(operation, root, variables);
    return json(200, errors.length === 0 ? { data } : { data, errors });
  } catch (error) {
    if (!(error instanceof GraphqlInvalid)) throw error;
    const { typeName, fieldName, path, message } = error;
    const extensions = { code: 'undefinedField', typeName, fieldName };
    return json(200, { errors: [{ path, extensions, message }] });
  }
}

function parse(
  source: unknown,
): Operation | { readonly errors: readonly { readonly message: string }[] } {
  if (typeof source !== 'string')
    return { errors: [{ message: 'A query attribute must be specified and must be a string.' }] };
  try {
    return parseDocument(source);
  } catch (error) {
    if (error instanceof GraphqlSyntaxError) return { errors: [{ message: error.message }] };
    throw error;
  }
}

function argsIn(value: unknown): Args {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
