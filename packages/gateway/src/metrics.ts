/** What Prometheus is told. Names end in their units; labels have few values. */
import type { Operations } from '@bzzz/peer';
import type { PeerAnswer, StatusAnswer } from '@bzzz/protocol/api';
import { Counter, Gauge, Registry } from 'prom-client';

interface Facts {
  readonly status: StatusAnswer;
  readonly peers: readonly PeerAnswer[];
  /** Peers that are set aside. */
  readonly quarantined: number;
}

/** One figure a peer, or one for each value of its label. */
type Reading = number | Readonly<Record<string, number>>;

interface Metric {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  /** Absent: one figure. */
  readonly label?: string;
  readonly read: (facts: Facts) => Reading;
}

const others = ({ peers }: Facts) => peers.filter(({ self }) => !self);
const own = ({ peers }: Facts) => peers.find(({ self }) => self);

const metrics: readonly Metric[] = [
  gauge('bzzz_peer_up_seconds', 'Since the peer started', ({ status }) => status.peer.upMs / 1000),
  gauge('bzzz_mesh_peers_known', 'Other peers that are known', (facts) => others(facts).length),
  gauge(
    'bzzz_mesh_peers_connected',
    'Other peers with a connection',
    (facts) => others(facts).filter(({ connected }) => connected).length,
  ),
  gauge(
    'bzzz_mesh_peers',
    'Peers by what is held of them',
    (facts) => counts(['alive', 'suspected', 'dead'], facts.peers, ({ liveness }) => liveness),
    'liveness',
  ),
  gauge(
    'bzzz_mesh_peers_quarantined',
    'Peers that are set aside, since their journals tell two stories',
    ({ quarantined }) => quarantined,
  ),
  counter(
    'bzzz_mesh_gossip_heard_total',
    'Gossiped messages that came',
    ({ status }) => status.mesh.gossip.heard,
  ),
  counter(
    'bzzz_mesh_gossip_lost_total',
    'Gossiped messages that never came',
    ({ status }) => status.mesh.gossip.lost,
  ),
  counter(
    'bzzz_mesh_gossip_unsent_total',
    'Messages of ours that were not sent',
    ({ status }) => status.mesh.gossip.notSent,
  ),
  counter(
    'bzzz_forge_requests_total',
    'Requests to the forge; `free` are those that cost nothing',
    ({ status: { forge } }) => ({
      read: forge.reads,
      free: forge.notModified,
      write: forge.writes,
      push: forge.pushes,
    }),
    'kind',
  ),
  gauge(
    'bzzz_forge_rate_remaining_requests',
    'What the forge still lets the account ask',
    ({ status }) => status.forge.rateLimit?.remaining ?? Number.NaN,
  ),
  gauge('bzzz_work_slots', 'Attempts that may run at a time', ({ status }) => status.work.slots),
  gauge('bzzz_work_running_attempts', 'Attempts that run', ({ status }) => status.work.running),
  gauge(
    'bzzz_work_success_ratio',
    'Share of attempts that were accepted',
    ({ status }) => status.work.success,
  ),
  counter(
    'bzzz_work_worker_deaths_total',
    'Workers that died',
    ({ status }) =>
      Object.fromEntries(status.work.workers.map(({ kind, deaths }) => [kind, deaths])),
    'executor',
  ),
  gauge('bzzz_tasks', 'Tasks by state', ({ status }) => status.tasks, 'state'),
  gauge(
    'bzzz_problems',
    'What is wrong with the peer',
    ({ status }) => counts(['error', 'warning'], status.problems, ({ severity }) => severity),
    'severity',
  ),
  gauge(
    'bzzz_journal_entries',
    'Entries of the own journal',
    ({ status }) => status.journal.length,
  ),
  gauge(
    'bzzz_journal_replicas',
    'Journals of others that are here',
    ({ status }) => status.journal.replicas,
  ),
  gauge(
    'bzzz_machine_cpu_ratio',
    'Share of the CPUs in use',
    (facts) => own(facts)?.health?.cpu ?? Number.NaN,
  ),
  gauge(
    'bzzz_machine_memory_ratio',
    'Share of the memory in use',
    (facts) => own(facts)?.health?.memory ?? Number.NaN,
  ),
  gauge(
    'bzzz_machine_disk_ratio',
    'Share of the disk in use',
    (facts) => own(facts)?.health?.disk ?? Number.NaN,
  ),
  gauge(
    'bzzz_process_lag_seconds',
    'How long the process waited for its turn, at worst lately',
    (facts) => (own(facts)?.health?.lagMs ?? Number.NaN) / 1000,
  ),
];

export function createMetrics(operations: Pick<Operations, 'status' | 'peers' | 'quarantine'>) {
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async text(): Promise<string> {
      const facts = {
        status: operations.status(),
        peers: operations.peers().peers,
        quarantined: operations.quarantine().quarantined.length,
      };
      const registry = new Registry();
      for (const metric of metrics) put(registry, metric, metric.read(facts));
      return registry.metrics();
    },
  };
}

function put(registry: Registry, { kind, name, help, label }: Metric, reading: Reading): void {
  const registers = [registry];
  const labelNames = label === undefined ? [] : [label];
  const values =
    typeof reading === 'number' ? [[undefined, reading] as const] : Object.entries(reading);
  const metric =
    kind === 'gauge'
      ? new Gauge({ name, help, registers, labelNames })
      : new Counter({ name, help, registers, labelNames });
  for (const [of, value] of values) {
    if (label === undefined || of === undefined) metric.inc(value);
    else metric.inc({ [label]: of }, value);
  }
}

function gauge(name: string, help: string, read: Metric['read'], label?: string): Metric {
  return { kind: 'gauge', name, help, read, ...(label === undefined ? {} : { label }) };
}

function counter(name: string, help: string, read: Metric['read'], label?: string): Metric {
  return { ...gauge(name, help, read, label), kind: 'counter' };
}

/** Also those of which there are none: a series that comes and goes is hard to read. */
function counts<T>(
  values: readonly string[],
  items: readonly T[],
  valueOf: (item: T) => string,
): Record<string, number> {
  return Object.fromEntries(
    values.map((value) => [value, items.filter((item) => valueOf(item) === value).length]),
  );
}
