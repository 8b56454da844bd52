/** What Prometheus is told by a running peer: all of it documented, in its own format, to whoever may have it. */
import { execFile } from 'node:child_process';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { repo, startWorld, tempDir, until, type World } from './support.ts';

const run = promisify(execFile);

/** Once everything is known that is not known at the first moment. */
async function figuresOf(world: World, token?: string): Promise<string> {
  return until(async () => {
    const { status, text } = await world.ask('/metrics', { token });
    expect(status).toBe(200);
    return /^bzzz_machine_disk_ratio /m.test(text) && /^bzzz_forge_answer_age/m.test(text) && text;
  });
}

/** `name | type | labels | help`, as the table has it. */
function told(text: string): string[] {
  const kinds = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((of) => [of[1], of[2]]));
  const labels = new Map<string, string>();
  for (const [, name = '', inner = ''] of text.matchAll(/^([a-z_]+)\{(.*?)\} \S+$/gm)) {
    labels.set(name, [...inner.matchAll(/(\w+)="/g)].map((of) => `\`${of[1]}\``).join(', '));
  }
  return [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', help]) => {
    return `| \`${name}\` | ${kinds.get(name)} | ${labels.get(name) ?? ''} | ${help} |`;
  });
}

/** Has no series as long as nothing of it has happened. */
const empty: Readonly<Record<string, string>> = {
  bzzz_work_attempts_started_total: '`executor`',
  bzzz_work_attempts_cut_total: '`code`',
  bzzz_work_workers_running: '`executor`',
  bzzz_work_worker_deaths_total: '`executor`',
  bzzz_work_executor_ready: '`executor`',
  bzzz_troubles_total: '`code`',
};

describe('the figures', () => {
  it('are those that docs/OPERATIONS.md explains, one for one', async () => {
    const text = await figuresOf(await startWorld());
    const rows = told(text).map((row) => {
      const name = /^\| `(\S+)`/.exec(row)?.[1] ?? '';
      return row.replace(' |  | ', ` | ${empty[name] ?? ''} | `);
    });
    const page = await readFile(new URL('../../../docs/OPERATIONS.md', import.meta.url), 'utf8');
    const documented = [
      ...page.matchAll(/^\| `(?:bzzz|process|nodejs)_\S+` \| (?:gauge|count).*$/gm),
    ];
    expect(documented.map(([row]) => row)).toEqual(rows);
  });

  it('are such as promtool likes', async () => {
    const text = await figuresOf(await startWorld());
    const file = join(await tempDir(), 'metrics.txt');
    await writeFile(file, text);
    const { stdout, stderr } = await run('sh', ['-c', 'promtool check metrics <"$1"', 'sh', file]);
    expect(stdout + stderr).toBe('');
  });

  it('have few values in their labels', async () => {
    const text = await figuresOf(await startWorld());
    const series = text.split('\n').filter((line) => /^[a-z]/.test(line));
    expect(series.length).toBeGreaterThan(100);
    expect(series.length).toBeLessThan(200);
    expect(text).not.toContain('NaN');
  });

  it('are no more with more tasks, and bear the name of none', async () => {
    const world = await startWorld();
    const done = (text: string): number =>
      Number(/^bzzz_tasks_ended_total\{state="done"\} (\d+)$/m.exec(text)?.[1] ?? 0);
    const submit = async (title: string) => {
      const body = { repo, title, body: `\`\`\`\nrecipe: note\ntext: ${title}\n\`\`\`\n` };
      const { status } = await world.ask('/api/v1/tasks', { method: 'POST', body });
      expect(status).toBeLessThan(300);
    };
    const seriesAfter = async (count: number): Promise<string[]> => {
      const text = await until(async () => {
        const now = await figuresOf(world);
        return done(now) === count && now;
      });
      return [...text.matchAll(/^([a-z]\S*) \S+$/gm)].map(([, series = '']) => series).toSorted();
    };
    await submit('one');
    const first = await seriesAfter(1);
    expect(first.join('\n')).toContain('bzzz_work_attempts_started_total{');
    for (const title of ['two', 'three', 'four']) await submit(title);
    // All that is new may have come to be only now, as with the first task.
    expect(await seriesAfter(4)).toEqual(first);
    expect(first.join('\n')).not.toMatch(/owner|sample|#1/);
  }, 120_000);
});

describe('the token of Prometheus', () => {
  const secret = 'a-token-of-at-least-thirty-two-characters';

  async function withToken(text: string, mode = 0o600) {
    const metricsTokenFile = join(await tempDir(), 'metrics.token');
    await writeFile(metricsTokenFile, text, { mode });
    return { metricsTokenFile, world: await startWorld({ metricsTokenFile }) };
  }

  it('opens the figures, and nothing else', async () => {
    const { world } = await withToken(`${secret}\n`);
    expect(await figuresOf(world, secret)).toContain('bzzz_work_slots 1');
    for (const path of ['/api/v1/status', '/api/v1/keys', '/api/v1/tasks']) {
      const answer = await world.ask(path, { token: secret });
      expect(answer.json()).toMatchObject({ status: 401, code: 'gateway_unauthorized' });
    }
    for (const token of ['', secret.slice(1), `${secret}x`]) {
      expect((await world.ask('/metrics', { token })).status).toBe(401);
    }
    // A key that looks does so here too.
    expect((await world.ask('/metrics')).status).toBe(200);
  });

  it('is another as soon as its file says so', async () => {
    const { world, metricsTokenFile } = await withToken(secret);
    const next = secret.toUpperCase();
    await writeFile(metricsTokenFile, next);
    expect((await world.ask('/metrics', { token: secret })).status).toBe(401);
    expect((await world.ask('/metrics', { token: next })).status).toBe(200);
  });

  it.each([
    ['that others may read', secret, 0o644],
    ['that could be guessed', 'short', 0o600],
    ['that is empty', '', 0o600],
  ])('opens nothing from a file %s', async (_why, text, mode) => {
    const { world, metricsTokenFile } = await withToken(text, mode);
    await chmod(metricsTokenFile, mode);
    expect((await world.ask('/metrics', { token: text })).status).toBe(401);
    expect((await world.ask('/metrics')).status).toBe(200);
  });
});

describe('the file by which Prometheus finds a peer', () => {
  const Targets = z.array(
    z.strictObject({
      targets: z.array(z.string()),
      labels: z.strictObject({ mesh: z.string(), peer: z.string() }),
    }),
  );
  const who = { mesh: 'bees', peer: 'acacia' };

  async function written(dir: string) {
    const file = join(dir, 'bees.acacia.json');
    const text = await until(() => readFile(file, 'utf8').catch(() => undefined));
    return Targets.parse(JSON.parse(text));
  }

  it('says where it listens, and stays when the peer ends', async () => {
    const dir = await tempDir();
    const { gateway } = await startWorld({ target: { dir, address: undefined, ...who } });
    const { host } = new URL(gateway.url);
    expect(await written(dir)).toEqual([{ targets: [host], labels: who }]);
    await gateway.close();
    expect(await readdir(dir)).toEqual(['bees.acacia.json']);
  });

  it('says what somebody said instead', async () => {
    const dir = await tempDir();
    await startWorld({ target: { dir, address: 'bees.example.org:443', ...who } });
    expect(await written(dir)).toMatchObject([{ targets: ['bees.example.org:443'] }]);
  });

  it('says the name by which it may be asked, where it listens everywhere', async () => {
    const dir = await tempDir();
    const { gateway } = await startWorld({
      listen: '0.0.0.0:0',
      names: ['10.0.0.5'],
      target: { dir, address: undefined, ...who },
    });
    const { port } = new URL(gateway.url);
    expect(await written(dir)).toMatchObject([{ targets: [`10.0.0.5:${port}`] }]);
  });

  it('is no reason to stop where it cannot be written', async () => {
    const dir = join(await tempDir(), 'away');
    const world = await startWorld({ target: { dir, address: undefined, ...who } });
    expect((await world.ask('/api/v1/status')).status).toBe(200);
  });
});
