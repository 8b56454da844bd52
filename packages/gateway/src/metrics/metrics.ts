/** What Prometheus is told, made when it asks. Names end in their units; labels have few values. */
import type { Operations } from '@bzzz/peer';
import { Counter, Gauge, Registry } from 'prom-client';
import { forgeMetrics } from './forge.ts';
import { machineMetrics } from './machine.ts';
import { meshMetrics } from './mesh.ts';
import type { Facts, Metric } from './metric.ts';
import { workMetrics } from './work.ts';

const metrics = [...machineMetrics, ...meshMetrics, ...forgeMetrics, ...workMetrics];

export type Told = Pick<Operations, 'status' | 'peers' | 'quarantine' | 'health' | 'figures'>;

export function createMetrics(operations: Told, { nowMs }: { readonly nowMs: () => number }) {
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async text(): Promise<string> {
      const facts: Facts = {
        status: operations.status(),
        peers: operations.peers().peers,
        health: operations.health(),
        figures: operations.figures(),
        quarantined: operations.quarantine().quarantined.length,
        nowMs: nowMs(),
      };
      // Anew each time: what is not known any more must not be told any more.
      const registry = new Registry();
      for (const metric of metrics) put(registry, metric, facts);
      return registry.metrics();
    },
  };
}

function put(registry: Registry, { kind, name, help, labels, read }: Metric, facts: Facts): void {
  const options = { name, help, registers: [registry], labelNames: [...labels] };
  const metric = kind === 'gauge' ? new Gauge(options) : new Counter(options);
  const reading = read(facts);
  // Without labels it stands at 0 from the beginning, which would be a lie.
  if (reading === null) return metric.remove();
  if (typeof reading === 'number') return metric.inc(reading);
  const values = reading instanceof Map ? [...reading] : Object.entries(reading);
  for (const [key, value] of values) {
    const parts = labels.length === 1 ? [key] : key.split(' ');
    metric.inc(Object.fromEntries(labels.map((label, at) => [label, parts[at] ?? ''])), value);
  }
}
