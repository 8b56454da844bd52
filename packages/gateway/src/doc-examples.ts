/**
 * What the document shows where something is to be filled in. Made from a pattern alone it would be a row of letters,
 * which tells nobody what is asked for.
 */

import type { FastifySchema } from 'fastify';

const repo = 'demo/textkit';
const task = `${repo}#7`;
const peer = 'walnut';

/** By the name of the operation: what may be sent as it stands, but for names that are other ones here. */
const bodies: Readonly<Record<string, unknown>> = {
  postTasks: {
    repo,
    title: 'Format the parser',
    body: 'Its lines are longer than those of the rest.',
    work: { recipe: 'format', parameters: { folder: 'parser' } },
  },
  postTasksByIdOrders: { order: 'retry' },
  postPeersOrders: { order: 'drain', peer },
  postPause: { scope: 'self', paused: true },
  postLook: { repo },
  postQuarantineLift: { peer },
  postQuarantineKeep: { peer },
  postPlainApiClusterTaskSubmit: {
    repository: repo,
    title: 'The parser drops the last line of a CSV',
    description: 'It happens with src/csv.js.',
  },
  postSession: { token: 'what `bzzz open` or `bzzz key make` printed' },
  postKeys: { name: 'screen', role: 'viewer' },
};

/** Of paths, by the name of the operation. */
const ids: Readonly<Record<string, string>> = {
  getWhyPeersById: peer,
  deleteKeysByName: 'screen',
};

/** Of queries in words: what is filled in there would keep everything else from the answer. */
const queries: Readonly<Record<string, string>> = {
  repo: `such as ${repo}; where this peer works on one only, it may be left out`,
  peer: `name, id, or the end of the id, such as ${peer}`,
  task: `such as ${task}, or 7`,
  kind: 'such as task.ended, or several with commas between them',
  sinceMs: 'milliseconds since 1970',
  untilMs: 'milliseconds since 1970',
  text: 'words, or how they begin, such as parser',
  last: 'so many of the newest',
  after: 'the position that an earlier answer ended with',
};

type Schema = Readonly<Record<string, unknown>>;

/** The parts of a route's schema that ask for something, each with an example or in words. */
export function withExamples(operationId: string, schema: FastifySchema): FastifySchema {
  const { body, params, querystring } = schema;
  const example = bodies[operationId];
  const named = (of: unknown, change: (name: string) => Schema) =>
    isSchema(of) && isSchema(of['properties'])
      ? { ...of, properties: changed(of['properties'], change) }
      : of;
  return {
    ...schema,
    ...(isSchema(body) && example !== undefined ? { body: { ...body, examples: [example] } } : {}),
    ...(params === undefined
      ? {}
      : { params: named(params, () => ({ examples: [ids[operationId] ?? task] })) }),
    ...(querystring === undefined
      ? {}
      : {
          querystring: named(querystring, (name) => {
            const description = queries[name];
            return description === undefined ? {} : { description };
          }),
        }),
  };
}

function changed(properties: Schema, change: (name: string) => Schema): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      return [name, isSchema(property) ? { ...property, ...change(name) } : property];
    }),
  );
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
