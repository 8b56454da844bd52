/** What lies in deploy/prometheus and deploy/grafana: valid, tested, explained, and asking for nothing that is not there. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readText } from '../tidy/repository.ts';
import {
  grafanaDir,
  namesIn,
  panelQueries,
  prometheusDir,
  readRules,
  type Rules,
} from './expressions.ts';
import { dashboards } from './grafana/index.ts';
import { promtool } from './programs.ts';

let rules: Rules['groups'][number]['rules'];
beforeAll(async () => {
  rules = (await readRules()).groups.flatMap((group) => group.rules);
});

const alerts = () => rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : []));
const recorded = () => rules.flatMap((rule) => ('record' in rule ? [rule.record] : []));

/** Packages/gateway compares that table with what a running peer tells. */
function figures(): string[] {
  const rows = readText('docs/OPERATIONS.md').matchAll(/^\| `(\S+)` \| (?:gauge|counter) \|/gm);
  return [...rows].flatMap((row) => row[1] ?? []);
}

describe('the rules', () => {
  it('are such as Prometheus takes', async () => {
    expect(await promtool(prometheusDir, 'check', 'rules', 'bzzz.rules.yml')).toContain('SUCCESS');
    // Its token and targets are not on this machine.
    const checked = ['check', 'config', '--syntax-only', 'prometheus.yml'];
    expect(await promtool(prometheusDir, ...checked)).toContain('SUCCESS');
  });

  it('do what their tests say', async () => {
    const said = await promtool(prometheusDir, 'test', 'rules', 'bzzz.rules.test.yml');
    expect(said).toContain('SUCCESS');
  });

  it('have a test in which it fires for every alert', async () => {
    const Tests = z.object({
      tests: z.array(
        z.object({
          alert_rule_test: z
            .array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) }))
            .default([]),
        }),
      ),
    });
    const text = await readFile(join(prometheusDir, 'bzzz.rules.test.yml'), 'utf8');
    const cases = Tests.parse(parse(text)).tests.flatMap((one) => one.alert_rule_test);
    const fired = cases.filter(({ exp_alerts: all }) => all.length > 0);
    expect(new Set(fired.map(({ alertname }) => alertname))).toEqual(new Set(alerts()));
  });

  it('ask for figures that there are', () => {
    const known = [...figures(), ...recorded()];
    const asked = rules.map(({ expr }) => namesIn(expr));
    expect(asked.flat().filter((name) => !known.includes(name))).toEqual([]);
    // Of the peers; two ask for nothing but whether they are up.
    expect(asked.filter((names) => names.length > 0).length).toBeGreaterThan(rules.length - 5);
  });

  it('have their line for whoever is woken by one', () => {
    const rows = readText('docs/OPERATIONS.md').matchAll(/^\| `(Bzzz\w+)` \| \S.* \| \S.* \|$/gm);
    expect([...rows].map((row) => row[1])).toEqual(alerts());
  });
});

describe('the dashboards', () => {
  it('are those that scripts/dashboards makes', async () => {
    const dir = join(grafanaDir, 'dashboards');
    const kept = await Promise.all(
      (await readdir(dir)).map(async (name) => {
        const text = await readFile(join(dir, name), 'utf8');
        return [name, JSON.parse(text)] as const;
      }),
    );
    expect(Object.fromEntries(kept)).toEqual(dashboards);
  });

  it('ask for figures that there are', async () => {
    const known = [...figures(), ...recorded()];
    const queries = await panelQueries();
    const dead = queries.flatMap(({ where, expr }) => {
      const unknown = namesIn(expr).filter((name) => !known.includes(name));
      return unknown.map((name) => `${where}: ${name}`);
    });
    expect(dead).toEqual([]);
    expect(queries.length).toBeGreaterThan(40);
  });

  it('fill their rows, and have their own ids', () => {
    for (const { panels = [], uid } of Object.values(dashboards)) {
      const ids = panels.map(({ id }) => id);
      expect(new Set(ids).size, uid).toBe(ids.length);
      const rows = Map.groupBy(panels, (panel) => ('gridPos' in panel ? panel.gridPos?.y : -1));
      for (const row of rows.values()) {
        const width = row.reduce((sum, panel) => {
          return sum + ('gridPos' in panel ? (panel.gridPos?.w ?? 0) : 0);
        }, 0);
        expect(width, uid).toBe(24);
      }
    }
  });

  it('are provisioned from where the docs say that they are put', async () => {
    const read = async (path: string) =>
      parse(await readFile(join(grafanaDir, 'provisioning', path), 'utf8')) as unknown;
    const Sources = z.strictObject({
      apiVersion: z.literal(1),
      datasources: z.tuple([
        z.looseObject({ name: z.string(), type: z.literal('prometheus'), url: z.url() }),
      ]),
    });
    const Providers = z.strictObject({
      apiVersion: z.literal(1),
      providers: z.tuple([
        z.looseObject({ type: z.literal('file'), options: z.strictObject({ path: z.string() }) }),
      ]),
    });
    Sources.parse(await read('datasources/bzzz.yml'));
    const { providers } = Providers.parse(await read('dashboards/bzzz.yml'));
    expect(readText('docs/OPERATIONS.md')).toContain(`\`${providers[0].options.path}\``);
  });
});
