import { dashboard } from './dashboard.ts';
import { curve } from './panels.ts';

const chosen = '{mesh="$mesh", peer=~"$peer"}';

export const machineDashboard = dashboard({
  uid: 'bzzz-machine',
  title: 'bzzz: machines',
  description: 'The machines of chosen peers, their journals, workers and processes.',
  byPeer: true,
  rows: [
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'CPU',
          unit: 'percentunit',
          lines: { '{{peer}}': `bzzz_machine_cpu_ratio${chosen}` },
        }),
        curve({
          title: 'Memory',
          unit: 'percentunit',
          lines: { '{{peer}}': `bzzz_machine_memory_ratio${chosen}` },
        }),
        curve({
          title: 'Disk of the data folder',
          unit: 'percentunit',
          lines: { '{{peer}}': `bzzz_machine_disk_ratio${chosen}` },
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'How long the process waited for its turn',
          unit: 's',
          lines: { '{{peer}}': `bzzz_process_lag_seconds${chosen}` },
        }),
        curve({
          title: 'CPU of the peer itself',
          unit: 'percentunit',
          lines: { '{{peer}}': `rate(process_cpu_seconds_total${chosen}[$__rate_interval])` },
        }),
        curve({
          title: 'Memory of the peer itself',
          unit: 'bytes',
          lines: {
            '{{peer}}': `process_resident_memory_bytes${chosen}`,
            '{{peer}} objects': `nodejs_heap_used_bytes${chosen}`,
          },
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'How long an entry takes to be on disk',
          unit: 's',
          lines: { '{{peer}}': `peer:bzzz_journal_append_seconds:mean5m${chosen}` },
        }),
        curve({
          title: 'Entries of the own journal',
          lines: { '{{peer}}': `bzzz_journal_entries${chosen}` },
        }),
        curve({
          title: 'What is wrong',
          lines: { '{{peer}} {{severity}}': `bzzz_problems${chosen}` },
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'Slots, and attempts that run',
          lines: {
            '{{peer}} slots': `bzzz_work_slots${chosen}`,
            '{{peer}} runs': `bzzz_work_running_attempts${chosen}`,
          },
        }),
        curve({
          title: 'Requests of other peers that were refused',
          unit: 'reqps',
          lines: {
            '{{peer}} {{reason}}': `rate(bzzz_mesh_requests_refused_total${chosen}[$__rate_interval])`,
          },
        }),
        curve({
          title: 'Connections',
          lines: { '{{peer}}': `bzzz_mesh_connections${chosen}` },
        }),
      ],
    },
  ],
});
