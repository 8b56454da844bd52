import { version } from '@bzzz/peer';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { withExamples } from './doc-examples.ts';
import { docsLook } from './docs-look.ts';
import type { App } from './routes/context.ts';

/** The document at `/docs/json`, and for people at `/docs`. Both tell nothing that is not public. */
export async function openapi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'bzzz',
        description: 'One peer of a mesh, and the mesh as it sees it.',
        version,
      },
      tags: groups.map(({ name, description }) => ({ name, description })),
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'bzzz-session' },
        },
      },
      security: [{ key: [] }, { session: [] }],
    },
    transform(route) {
      const made = jsonSchemaTransform(route);
      const operationId = operationIdOf(route.route.method, route.url);
      const group = groups.find(({ of }) => of.test(route.url));
      const tags = group === undefined ? {} : { tags: [group.name] };
      const schema = withExamples(operationId, made.schema);
      return { ...made, schema: { ...schema, ...tags, operationId } };
    },
    transformObject: jsonSchemaTransformObject,
  });
  // Without a policy of its own: the one of every other answer is stricter, and is enough.
  await app.register(swaggerUi, { routePrefix: '/docs', ...docsLook });
}

/** What the document is divided into, in the order in which somebody new asks. */
const groups = [
  {
    name: 'tasks',
    description: 'Issues, what became of them, and orders about them',
    of: at('tasks|offers|why/tasks'),
  },
  {
    name: 'mesh',
    description: 'Who is in it, and who is set aside',
    of: at('peers|why/peers|quarantine'),
  },
  {
    name: 'peer',
    description: 'The one that is asked, and its machine',
    of: at('status|health|doctor|pause|look'),
  },
  { name: 'journals', description: 'What happened, and what happens', of: at('entries|events') },
  { name: 'access', description: 'Keys, and sessions of the page', of: at('session|keys') },
  {
    name: 'cluster',
    description: 'The API of the earlier system, over the same operations',
    of: /^\/(?:api\/cluster|health)(?:\/|$)/,
  },
] as const;

function at(paths: string): RegExp {
  return new RegExp(`^/api/v1/(?:${paths})(?:/|$)`);
}

/** What generated clients call it: `getTasksById` for `GET /api/v1/tasks/:id`. */
function operationIdOf(method: string | readonly string[], url: string): string {
  const [verb = ''] = [method].flat();
  const current = '/api/v1/';
  // Paths of the earlier API, and those without a version, must not be taken for these.
  const path = url.startsWith(current) ? url.slice(current.length) : `plain/${url}`;
  const words = path.replaceAll(':', 'by/').match(/\w+/g) ?? [];
  const named = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return verb.toLowerCase() + named.join('');
}
