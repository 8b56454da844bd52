/** What the nodes of the schema have in common: accounts, labels, lists. */
import type { UserRow } from '../store/rows.ts';
import type { World } from '../world.ts';
import { GraphqlFieldError } from './execute.ts';
import type { Args, GraphNode, GraphValue } from './execute.ts';

/**
 * `first` counts from the front, `last` from the back; GitHub demands one of them, at most 100. A cursor is the place of
 * a node, in words that nobody should read.
 */
export function connection(nodes: readonly GraphNode[], args: Args, type: string): GraphNode {
  const { first, last } = args;
  if (typeof first !== 'number' && typeof last !== 'number') {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${type}\` connection.`;
    throw new GraphqlFieldError('MISSING_PAGINATION_BOUNDARIES', message);
  }
  const from = placeOf(args['after'], -1) + 1;
  const to = Math.max(from, placeOf(args['before'], nodes.length));
  const isFirst = typeof first === 'number';
  const start = isFirst ? from : Math.max(from, to - Math.min(Number(last), 100));
  const end = isFirst ? Math.min(to, from + Math.min(first, 100)) : to;
  const shown = nodes.slice(start, end);
  return {
    type: `${type}Connection`,
    fields: {
      totalCount: () => nodes.length,
      nodes: () => shown,
      edges: () => shown.map((node) => ({ type: `${type}Edge`, fields: { node: () => node } })),
      pageInfo: () => ({
        type: 'PageInfo',
        fields: {
          hasNextPage: () => isFirst && end < nodes.length,
          hasPreviousPage: () => !isFirst && start > 0,
          endCursor: () => (shown.length === 0 ? null : cursorOf(end - 1)),
          startCursor: () => (shown.length === 0 ? null : cursorOf(start)),
        },
      }),
    },
  };
}

function cursorOf(place: number): string {
  return Buffer.from(`cursor:${place}`).toString('base64');
}

function placeOf(cursor: unknown, otherwise: number): number {
  if (typeof cursor !== 'string') return otherwise;
  const [, place] = /^cursor:([0-9]+)$/.exec(Buffer.from(cursor, 'base64').toString()) ?? [];
  if (place !== undefined) return Number(place);
  const message = `\`${cursor}\` does not appear to be a valid cursor.`;
  throw new GraphqlFieldError('INVALID_CURSOR_ARGUMENTS', message);
}

export function labelNode(name: string, color: string): GraphNode {
  return { type: 'Label', fields: { name: () => name, color: () => color } };
}

export function actorNode(world: World, id: number): GraphValue {
  const user = world.tables.users.get(id);
  if (user === undefined) return null;
  const node = userNode(world, user);
  if (user.type !== 'Bot') return node;
  // Unlike REST, and unlike `viewer`, GitHub tells of a bot's deeds without the mark at its name.
  return { ...node, fields: { ...node.fields, login: () => user.login.replace('[bot]', '') } };
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
