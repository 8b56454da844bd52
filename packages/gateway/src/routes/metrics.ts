/** For Prometheus: made when it is asked for, from what the peer tells anyway. */
import { createMetrics, type Told } from '../metrics/metrics.ts';
import type { App } from './context.ts';

export interface MetricsDeps {
  readonly operations: Told;
  readonly nowMs: () => number;
}

export function metrics(app: App, { operations, nowMs }: MetricsDeps): void {
  const { contentType, text } = createMetrics(operations, { nowMs });
  app.get(
    '/metrics',
    { config: { scope: 'view', scraped: true }, schema: { summary: 'For Prometheus', hide: true } },
    async (_request, reply) => reply.type(contentType).send(await text()),
  );
}
