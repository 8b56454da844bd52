/** The journal, the machine and the process. */
import { counter, type Facts, flag, gauge, type Metric } from './metric.ts';

/** More than lies between two scrapes, so that no hiccup falls between them. */
const lagWindowMs = 60_000;

const latest = ({ health }: Facts) => health.samples.at(-1);

function lags({ peers }: Facts): number[] {
  return peers
    .filter(({ self, liveness, quarantined }) => !self && liveness !== 'dead' && !quarantined)
    .map(({ journal }) => Math.max(0, journal.length - journal.here));
}

function worstLagMs({ health: { samples } }: Facts): number | null {
  const newest = samples.at(-1);
  if (newest === undefined) return null;
  const recent = samples.filter(({ atMs }) => atMs > newest.atMs - lagWindowMs);
  return Math.max(...recent.map(({ lagMs }) => lagMs));
}

export const machineMetrics: readonly Metric[] = [
  gauge(
    'bzzz_peer_info',
    'Always 1; its labels say who this is',
    ({ status: { peer, mesh } }) => ({ [`${peer.name} ${peer.version} ${mesh.name}`]: 1 }),
    'name',
    'version',
    'mesh_name',
  ),
  gauge('bzzz_peer_up_seconds', 'Since the peer started', ({ status }) => status.peer.upMs / 1000),
  gauge(
    'bzzz_journal_entries',
    'Entries of its own journal',
    ({ status }) => status.journal.length,
  ),
  gauge(
    'bzzz_journal_replicas',
    'Journals of other peers that are here',
    ({ status }) => status.journal.replicas,
  ),
  gauge(
    'bzzz_journal_skipped',
    'Blocks and entries of all journals here that cannot be read; `bzzz status` tells whose',
    ({ status: { journal } }) => ({
      blocks: journal.skipped.reduce((sum, { blocks }) => sum + blocks, 0),
      entries: journal.skipped.reduce((sum, { entries }) => sum + entries, 0),
    }),
    'of',
  ),
  gauge(
    'bzzz_journal_lag_entries',
    'Entries that other living peers told of and that are not here yet',
    (facts) => lags(facts).reduce((sum, one) => sum + one, 0),
  ),
  gauge('bzzz_journal_lag_max_entries', 'The same of the one that lacks most', (facts) =>
    Math.max(0, ...lags(facts)),
  ),
  counter(
    'bzzz_journal_appends_total',
    'Entries that were put on disk',
    ({ figures }) => figures.appends.count,
  ),
  counter(
    'bzzz_journal_append_seconds_total',
    'How long these were waited for',
    ({ figures }) => figures.appends.elapsedMs / 1000,
  ),
  gauge(
    'bzzz_machine_cpu_ratio',
    'Share of the CPUs in use',
    (facts) => latest(facts)?.cpu ?? null,
  ),
  gauge(
    'bzzz_machine_memory_ratio',
    'Share of the memory in use',
    (facts) => latest(facts)?.memory ?? null,
  ),
  gauge(
    'bzzz_machine_disk_ratio',
    'Share of the disk of the data folder in use',
    (facts) => latest(facts)?.disk ?? null,
  ),
  gauge(
    'bzzz_machine_short',
    '1: the machine is short of it, by the thresholds of `bzzz status`',
    ({ health }) =>
      Object.fromEntries(
        ['cpu', 'memory', 'disk', 'lagMs'].map((measure) => [
          measure === 'lagMs' ? 'lag' : measure,
          flag(health.alerts.some((alert) => alert.measure === measure)),
        ]),
      ),
    'of',
  ),
  gauge(
    'bzzz_process_lag_seconds',
    'How long the process waited for its turn, at worst in the last minute',
    (facts) => {
      const lagMs = worstLagMs(facts);
      return lagMs === null ? null : lagMs / 1000;
    },
  ),
  counter('process_cpu_seconds_total', 'CPU time of the peer, without its children', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  }),
  gauge('process_resident_memory_bytes', 'Memory of the peer, without its children', () =>
    process.memoryUsage.rss(),
  ),
  gauge('process_start_time_seconds', 'When the peer started, since 1970', ({ status, nowMs }) => {
    return (nowMs - status.peer.upMs) / 1000;
  }),
  gauge('nodejs_heap_used_bytes', 'Memory that objects of JavaScript use', () => {
    return process.memoryUsage().heapUsed;
  }),
];
