import { dashboard } from './dashboard.ts';
import { curve, stat } from './panels.ts';

export const meshDashboard = dashboard({
  uid: 'bzzz-mesh',
  title: 'bzzz: mesh',
  description: 'Whether the peers of a mesh are there, see each other, and reach the forge.',
  byPeer: false,
  rows: [
    {
      heightUnits: 4,
      panels: [
        stat({
          title: 'Peers up',
          expr: 'mesh:bzzz_up:sum{mesh="$mesh"}',
          redFrom: 1,
          isLow: true,
        }),
        stat({
          title: 'Peers down',
          expr: 'mesh:bzzz_up:count{mesh="$mesh"} - mesh:bzzz_up:sum{mesh="$mesh"}',
          redFrom: 1,
        }),
        stat({
          title: 'Fewest peers that one sees alive',
          expr: 'min(bzzz_mesh_peers{mesh="$mesh", liveness="alive"})',
          description: 'Less than are up: the mesh is split.',
        }),
        stat({
          title: 'Peers that see no majority',
          expr: 'count(bzzz_mesh_majority{mesh="$mesh"} == 0) or vector(0)',
          redFrom: 1,
        }),
        stat({
          title: 'Peers set aside',
          expr: 'max(bzzz_mesh_peers_quarantined{mesh="$mesh"})',
          redFrom: 1,
        }),
        stat({
          title: 'Least of the forge left',
          unit: 'percentunit',
          expr: 'min(peer:bzzz_forge_budget:ratio{mesh="$mesh"})',
          redFrom: 0.1,
          isLow: true,
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'Peers that each sees alive',
          lines: { '{{peer}}': 'bzzz_mesh_peers{mesh="$mesh", liveness="alive"}' },
        }),
        curve({
          title: 'Suspected, or held for dead',
          lines: {
            '{{liveness}} by {{peer}}':
              'increase(bzzz_mesh_members_lost_total{mesh="$mesh"}[$__rate_interval])',
          },
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'Requests to the forge',
          unit: 'reqps',
          lines: {
            '{{kind}}':
              'sum by (kind) (rate(bzzz_forge_requests_total{mesh="$mesh"}[$__rate_interval]))',
          },
          stacked: true,
        }),
        curve({
          title: 'Requests that the forge still grants',
          lines: { '{{peer}}': 'bzzz_forge_rate_remaining_requests{mesh="$mesh"}' },
        }),
        curve({
          title: 'Since the forge answered',
          unit: 's',
          lines: { '{{peer}}': 'bzzz_forge_answer_age_seconds{mesh="$mesh"}' },
        }),
      ],
    },
    {
      heightUnits: 8,
      panels: [
        curve({
          title: 'Gossip that was heard',
          unit: 'reqps',
          lines: {
            '{{peer}}': 'rate(bzzz_mesh_gossip_heard_total{mesh="$mesh"}[$__rate_interval])',
          },
        }),
        curve({
          title: 'Gossip that was lost',
          unit: 'percentunit',
          lines: { '{{peer}}': 'peer:bzzz_mesh_gossip_lost:ratio10m{mesh="$mesh"}' },
        }),
        curve({
          title: 'Entries of other journals that are not here yet',
          lines: { '{{peer}}': 'bzzz_journal_lag_entries{mesh="$mesh"}' },
        }),
      ],
    },
  ],
});
