/** What the nodes of the schema have in common: accounts, labels, lists. */
import type { UserRow } from '../store/rows.ts';
import type { World } from '../world.ts';
import { GraphqlFieldError } from './execute.ts';
import type { Args, GraphNode, GraphValue } from './execute.ts';

/** `first` counts from the front, `last` from the back; GitHub demands one of them, at most 100. */
export function connection(nodes: readonly GraphNode[], args: Args, type: string): GraphNode {
  const { first, last } = args;
  if (typeof first !== 'number' && typeof last !== 'number') {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${type}\` connection.`;
    throw new GraphqlFieldError('MISSING_PAGINATION_BOUNDARIES', message);
  }
  const shown =
    typeof first === 'number'
      ? nodes.slice(0, Math.min(first, 100))
      : nodes.slice(-Math.min(Number(last), 100));
  return {
    type: `${type}Connection`,
    fields: {
      totalCount: () => nodes.length,
      nodes: () => shown,
      edges: () => shown.map((node) => ({ type: `${type}Edge`, fields: { node: () => node } })),
      pageInfo: () => ({
        type: 'PageInfo',
        fields: {
          hasNextPage: () => typeof first === 'number' && nodes.length > shown.length,
          hasPreviousPage: () => typeof first !== 'number' && nodes.length > shown.length,
          endCursor: () => null,
          startCursor: () => null,
        },
      }),
    },
  };
}

export function labelNode(name: string, color: string): GraphNode {
  return { type: 'Label', fields: { name: () => name, color: () => color } };
}

export function actorNode(world: World, id: number): GraphValue {
  const user = world.tables.users.get(id);
  return user === undefined ? null : userNode(world, user);
}

export function userNode(world: World, user: UserRow): GraphNode {
  return {
    type: user.type,
    fields: {
      id: () => user.node_id,
      databaseId: () => user.id,
      login: () => user.login,
      name: () => user.name,
      url: () => `${world.baseUrl}/${user.login}`,
    },
  };
}

export function text(args: Args, key: string): string {
  const value = args[key];
  return typeof value === 'string' ? value : '';
}

export function unresolved(what: string): GraphqlFieldError {
  return new GraphqlFieldError('NOT_FOUND', `Could not resolve to ${what}.`);
}
