/** Every query in deploy/prometheus and deploy/grafana, and what it asks for. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const prometheusDir = fileURLToPath(new URL('../../deploy/prometheus', import.meta.url));
export const grafanaDir = fileURLToPath(new URL('../../deploy/grafana', import.meta.url));

const Rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.union([
          z.strictObject({ record: z.string(), expr: z.string() }),
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: z.string().optional(),
            labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
            annotations: z.strictObject({ summary: z.string() }),
          }),
        ]),
      ),
    }),
  ),
});
export type Rules = z.infer<typeof Rules>;

export async function readRules(): Promise<Rules> {
  return Rules.parse(parse(await readFile(join(prometheusDir, 'bzzz.rules.yml'), 'utf8')));
}

const Query = z.looseObject({ expr: z.string() });
const Shown = z.looseObject({
  panels: z.array(z.looseObject({ title: z.string(), targets: z.array(Query) })),
  annotations: z.object({ list: z.array(Query) }),
});

export interface PanelQuery {
  /** File and title. */
  readonly where: string;
  readonly expr: string;
}

export async function panelQueries(): Promise<PanelQuery[]> {
  const dir = join(grafanaDir, 'dashboards');
  const all = await Promise.all(
    (await readdir(dir)).map(async (name) => {
      const { panels, annotations } = Shown.parse(
        JSON.parse(await readFile(join(dir, name), 'utf8')),
      );
      const shown = panels.flatMap(({ title, targets }) =>
        targets.map(({ expr }) => ({ where: `${name}: ${title}`, expr })),
      );
      return [
        ...shown,
        ...annotations.list.map(({ expr }) => ({ where: `${name}: alerts`, expr })),
      ];
    }),
  );
  return all.flat();
}

/** The figures that a query names, and what rules made of figures. */
export function namesIn(expr: string): string[] {
  // What stands in braces and quotes are labels and their values.
  const bare = expr.replaceAll(/"[^"]*"|\{[^}]*\}/g, '');
  return bare.match(/\b(?:[a-z0-9_]+:)?(?:bzzz|process|nodejs)_[a-z0-9_]+(?::[a-z0-9_]+)?/g) ?? [];
}

/** As Grafana would fill in the variables of a dashboard. */
export function filledIn(expr: string, mesh: string): string {
  return expr
    .replaceAll('$mesh', mesh)
    .replaceAll('$peer', '.+')
    .replaceAll('$__rate_interval', '1m');
}
