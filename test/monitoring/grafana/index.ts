/** The dashboards of deploy/grafana, which are made from these by `scripts/dashboards`. */
import type { Dashboard } from '@grafana/schema';
import { machineDashboard } from './machine.ts';
import { meshDashboard } from './mesh.ts';
import { workDashboard } from './work.ts';

/** By the names of their files. */
export const dashboards: Readonly<Record<string, Dashboard>> = {
  'bzzz-mesh.json': meshDashboard,
  'bzzz-work.json': workDashboard,
  'bzzz-machine.json': machineDashboard,
};
