import { version } from '@bzzz/peer';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
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
      return { ...made, schema: { ...made.schema, operationId } };
    },
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
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
