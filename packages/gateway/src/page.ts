/** The page of the visualizer, where one was built: plain files, under a policy that runs nothing else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { BzzzError } from '@bzzz/protocol';
import { sendProblem } from './errors.ts';
import type { App } from './routes/context.ts';

const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const safe = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Paths below which an unknown one is an error, not a view of the page. */
const notPage = /^\/(?:api|docs|assets)(?:\/|$)/;

export async function page(app: App, { dir }: { readonly dir: string | null }): Promise<void> {
  const isThere = dir !== null && existsSync(join(dir, 'index.html'));
  if (isThere) {
    await app.register(fastifyStatic, {
      root: dir,
      index: 'index.html',
      // Names of assets change with their content.
      setHeaders(response, path) {
        const isAsset = path.includes('/assets/');
        void response.header(
          'cache-control',
          isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    if (isThere && request.method === 'GET' && !notPage.test(path)) {
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    }
    return sendProblem(reply, new BzzzError('control_route_unknown', `${request.method} ${path}`));
  });
}

/** On every answer. */
export function safeHeaders(app: App): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    void reply.headers({ ...safe, 'content-security-policy': policy });
    done();
  });
}
