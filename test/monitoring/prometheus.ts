/** A real Prometheus over the files of deploy/prometheus, in a folder and at a port of its own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { freePorts } from '../lib/free-ports.ts';
import type { Stage } from '../e2e/harness/stage.ts';
import { prometheusDir, readRules } from './expressions.ts';
import { programOf } from './programs.ts';

export interface Prometheus {
  /** What a query has now: labels and values. Throws when it is no query. */
  query(expr: string): Promise<readonly Sample[]>;
  /** Which alerts fire, as `name peer`. */
  firing(): Promise<string[]>;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const Config = z.looseObject({
  global: z.looseObject({}),
  scrape_configs: z.tuple([z.looseObject({ job_name: z.literal('bzzz') })]),
});
const Vector = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});
const Alerts = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
});

export interface Place {
  readonly tokenFile: string;
  readonly targetsDir: string;
}

/** Resolves when it is ready. What takes minutes in the files that operators get takes seconds here. */
export async function startPrometheus(stage: Stage, place: Place): Promise<Prometheus> {
  const dir = join(stage.dir, 'prometheus');
  await mkdir(dir);
  await writeFile(join(dir, 'prometheus.yml'), stringify(await hastyConfig(place)));
  await writeFile(join(dir, 'bzzz.rules.yml'), stringify(await hastyRules()));
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const running = await stage.start('prometheus', {
    argv: [
      programOf('prometheus'),
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  });
  await stage.until('Prometheus is ready', async () => {
    if (running.hasEnded()) throw new Error(`Prometheus ended: ${await running.output()}`);
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    return answer?.ok;
  });

  async function ask(path: string, form: Record<string, string> = {}): Promise<unknown> {
    const query = new URLSearchParams(form).toString();
    const answer = await fetch(`${url}/api/v1/${path}?${query}`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} ${query}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  return {
    async query(expr) {
      const { data } = Vector.parse(await ask('query', { query: expr }));
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async firing() {
      const { data } = Alerts.parse(await ask('alerts'));
      return data.alerts
        .filter(({ state }) => state === 'firing')
        .map(({ labels }) => `${labels['alertname']} ${labels['peer'] ?? ''}`.trim());
    },
  };
}

async function hastyConfig({ tokenFile, targetsDir }: Place) {
  const text = await readFile(join(prometheusDir, 'prometheus.yml'), 'utf8');
  const {
    global: _usual,
    scrape_configs: [job],
    ...rest
  } = Config.parse(parse(text));
  return {
    ...rest,
    global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' },
    scrape_configs: [
      {
        ...job,
        authorization: { credentials_file: tokenFile },
        file_sd_configs: [{ files: [join(targetsDir, '*.json')], refresh_interval: '2s' }],
      },
    ],
  };
}

async function hastyRules() {
  const { groups } = await readRules();
  return {
    groups: groups.map(({ rules, ...group }) => ({
      ...group,
      rules: rules.map((rule) => ('for' in rule ? { ...rule, for: '2s' } : rule)),
    })),
  };
}
