/** For Prometheus: made when it is asked for, from what the peer tells anyway. */
import { createMetrics } from '../metrics.ts';
import { type App, type RouteDeps } from './context.ts';

export function metrics(app: App, { operations }: Pick<RouteDeps, 'operations'>): void {
  const { contentType, text } = createMetrics(operations);
  app.get(
    '/metrics',
    { config: { scope: 'view' }, schema: { summary: 'For Prometheus', hide: true } },
    async (_request, reply) => reply.type(contentType).send(await text()),
  );
}
