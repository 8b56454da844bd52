/** Writes the dashboards of deploy/grafana anew; run by `scripts/dashboards`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dashboards } from './index.ts';

const dir = fileURLToPath(new URL('../../../deploy/grafana/dashboards', import.meta.url));
for (const [name, dashboard] of Object.entries(dashboards)) {
  await writeFile(join(dir, name), `${JSON.stringify(dashboard, null, 2)}\n`);
}
