/** What all our dashboards have in common: the choice of a mesh, and panels in rows. */
import {
  type Dashboard,
  DashboardCursorSync,
  type Panel,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/schema';
import { datasource } from './panels.ts';

interface Row {
  readonly heightUnits: number;
  /** Side by side, of one width. */
  readonly panels: readonly Panel[];
}

interface Page {
  /** Of the file too; links to it stay good as long as this stays. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Whether it shows chosen peers, or the whole mesh alone. */
  readonly byPeer: boolean;
  readonly rows: readonly Row[];
}

/** Of the grid of Grafana. */
const columns = 24;

export function dashboard({ uid, title, description, byPeer, rows }: Page): Dashboard {
  return {
    uid,
    title,
    description,
    tags: ['bzzz'],
    editable: true,
    graphTooltip: DashboardCursorSync.Crosshair,
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: [source, mesh, ...(byPeer ? [peer] : [])] },
    annotations: { list: [alerts] },
    links: [
      {
        asDropdown: true,
        icon: 'external link',
        includeVars: true,
        keepTime: true,
        tags: ['bzzz'],
        targetBlank: false,
        title: 'bzzz',
        tooltip: '',
        type: 'dashboards',
        url: '',
      },
    ],
    panels: placed(rows),
  };
}

function placed(rows: readonly Row[]): Panel[] {
  let y = 0;
  let id = 0;
  return rows.flatMap(({ heightUnits: h, panels }) => {
    const w = Math.floor(columns / panels.length);
    const row = panels.map((panel, at) => {
      id += 1;
      return { id, ...panel, gridPos: { h, w, x: at * w, y } };
    });
    y += h;
    return row;
  });
}

const source: VariableModel = {
  name: 'datasource',
  label: 'Prometheus',
  type: 'datasource',
  query: 'prometheus',
  refresh: VariableRefresh.onDashboardLoad,
};

const mesh = labels('mesh', 'Mesh', 'label_values(up{job="bzzz"}, mesh)');
const peer: VariableModel = {
  ...labels('peer', 'Peer', 'label_values(up{job="bzzz", mesh="$mesh"}, peer)'),
  multi: true,
  includeAll: true,
};

function labels(name: string, label: string, query: string): VariableModel {
  return {
    name,
    label,
    type: 'query',
    datasource,
    query: { query, refId: name },
    refresh: VariableRefresh.onTimeRangeChanged,
    sort: VariableSort.alphabeticalAsc,
  };
}

const alerts = {
  name: 'Alerts',
  enable: true,
  iconColor: 'red',
  datasource,
  expr: 'max by (alertname, peer) (ALERTS{alertstate="firing", mesh="$mesh"})',
  titleFormat: '{{alertname}} {{peer}}',
};
