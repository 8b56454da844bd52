/** What stands under deploy/, by the tools that it is for, where this machine has them; and that it says what it must. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Config } from '@bzzz/protocol';
import { settings } from '@bzzz/peer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments, parse } from 'yaml';
import { z } from 'zod';

const run = promisify(execFile);

/** Undefined: it is here. */
async function lacks(program: string, ...args: string[]): Promise<string | undefined> {
  return run(program, args).then(
    () => undefined,
    (error: unknown) => `${program} ${args.join(' ')}: ${String(error).split('\n')[0]}`,
  );
}
const lacking = {
  docker: await lacks('docker', 'stack', 'config', '--help'),
  compose: await lacks('docker', 'compose', 'version'),
  kubectl: await lacks('kubectl', 'kustomize', '--help'),
  nft: await lacks('unshare', '--net', 'nft', 'list', 'ruleset'),
  systemd: await lacks('systemd-analyze', '--version'),
};
for (const [name, reason] of Object.entries(lacking)) {
  if (reason !== undefined) console.warn(`NOT CHECKED BY ${name}: ${reason}`);
}

const Strings = z.record(z.string(), z.string());
const Service = z.looseObject({
  environment: Strings,
  user: z.string(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
});

async function yamlOf(file: string): Promise<unknown> {
  return parse(await readFile(file, 'utf8'));
}

/** Variables that a peer reads, and those of others. */
const variables = new Set(settings.flatMap(({ env, envToo }) => [env, envToo ?? env]));
variables.add('BZZZ_CONFIG');

function expectKnown(environment: Readonly<Record<string, unknown>>): void {
  expect(Object.keys(environment).filter((name) => !variables.has(name))).toEqual([]);
}

describe('compose', () => {
  it('gives a peer the network of the machine and no rights', async () => {
    const file = await yamlOf('deploy/compose/compose.yml');
    const { peer } = z.object({ services: z.object({ peer: Service }) }).parse(file).services;
    expectKnown(peer.environment);
    expect(peer).toMatchObject({ network_mode: 'host', user: '10001:10001', read_only: true });
    expect(peer.cap_drop).toEqual(['ALL']);
    expect(peer).not.toHaveProperty('privileged');
    expect(peer['security_opt']).toContain('no-new-privileges:true');
    expect(peer.environment['NODE_ID']).toBe('${HOSTNAME:-}');
    const config = Config.parse({
      name: 'a',
      dataDir: '/data',
      ...z.looseObject({}).parse(await yamlOf('deploy/compose/config/bzzz.yml')),
    });
    expect(config.mesh.name).toBe('bzzz');
  });

  it('keeps its secrets out of the image and out of git, where the page and the default put them', async () => {
    for (const file of ['secrets/github-token', 'deploy/compose/secrets/github-token']) {
      await run('git', ['check-ignore', file]);
    }
    const ignored = (await readFile('.dockerignore', 'utf8')).split('\n');
    expect(ignored).toContain('**/secrets');
  });

  it.skipIf(lacking.compose !== undefined)('is what compose takes', async () => {
    await run('docker', ['compose', '-f', 'deploy/compose/compose.yml', 'config', '-q']);
  });
});

describe('swarm', () => {
  it.skipIf(lacking.docker !== undefined)('is what a stack may be, alone and to work', async () => {
    const files = ['deploy/swarm/stack.yml', 'deploy/swarm/stack.work.yml'];
    for (const [count, slots] of [
      [1, '0'],
      [2, 'auto'],
    ] as const) {
      const args = files.slice(0, count).flatMap((file) => ['-c', file]);
      const { stdout } = await run('docker', ['stack', 'config', ...args]);
      const { peer } = z
        .object({ services: z.object({ peer: Service }) })
        .parse(parse(stdout)).services;
      expectKnown(peer.environment);
      expect(peer.environment['BZZZ_SLOTS']).toBe(slots);
      expect(peer).toMatchObject({
        read_only: true,
        deploy: {
          mode: 'global',
          placement: { constraints: ['node.role == worker'] },
          update_config: { order: 'stop-first', failure_action: 'rollback', parallelism: 1 },
        },
      });
    }
  });
});

const Container = z.looseObject({
  env: z.array(z.looseObject({ name: z.string() })).default([]),
  securityContext: z.looseObject({}),
});
const DaemonSet = z.looseObject({
  kind: z.literal('DaemonSet'),
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({ hostNetwork: z.boolean(), containers: z.tuple([Container]) }),
    }),
  }),
});

describe('kubernetes', () => {
  it.skipIf(lacking.kubectl !== undefined).each([
    ['base', { hostNetwork: true }, {}],
    ['work', { hostNetwork: false, hostUsers: false }, { procMount: 'Unmasked' }],
  ])('%s is a DaemonSet whose peer has no rights', async (name, pod, context) => {
    const { stdout } = await run('kubectl', ['kustomize', `deploy/kubernetes/${name}`]);
    const [document, ...others] = parseAllDocuments(stdout).map((one): unknown => one.toJS());
    expect(others).toEqual([]);
    const { spec } = DaemonSet.parse(document).spec.template;
    expect(spec).toMatchObject(pod);
    const [peer] = spec.containers;
    expect(peer.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      ...context,
    });
    expect(JSON.stringify(document)).not.toContain('"privileged":true');
    expectKnown(Object.fromEntries(peer.env.map((one) => [one.name, one])));
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(peer[probe]).toMatchObject({ exec: { command: ['bzzz', 'status', '--json'] } });
    }
  });
});

describe('systemd', () => {
  it.skipIf(lacking.systemd !== undefined)('takes the unit, and finds it hardened', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'bzzz-unit-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const unit = join(dir, 'bzzz.service');
    const text = await readFile('deploy/systemd/bzzz.service', 'utf8');
    // Where it will be is not here.
    await writeFile(unit, text.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
    const verified = await run('systemd-analyze', ['verify', '--man=no', unit]);
    expect(verified.stderr).toBe('');
    const limit = ['--offline=yes', '--no-pager', '--threshold=40'];
    await run('systemd-analyze', ['security', ...limit, unit]);
  });
});

describe('firewall', () => {
  const defaults = Config.parse({ name: 'a', dataDir: '/data' });
  const port = /\/tcp\/(\d+)$/.exec(defaults.mesh.listen[0] ?? '')?.[1] ?? 'none';

  it.skipIf(lacking.nft !== undefined)('is what nftables takes, twice too', async () => {
    const twice =
      'nft -f deploy/firewall/bzzz.nft; nft -f deploy/firewall/bzzz.nft; nft list table inet bzzz';
    const { stdout } = await run('unshare', ['--net', 'sh', '-ec', twice]);
    expect(stdout).toContain(`tcp dport { ${port}, 4803 } ip saddr @lan accept`);
    expect(stdout).toMatch(
      new RegExp(`tcp dport \\{ ${port}, 4802, 4803, 7717 \\} counter .*drop`),
    );
  });

  it('names the ports that are the default', async () => {
    const profile = await readFile('deploy/firewall/ufw-bzzz', 'utf8');
    expect(profile).toContain(`ports=${port}/tcp`);
    const docs = await readFile('docs/OPERATIONS.md', 'utf8');
    expect(docs).toContain(`| peers | TCP ${port} |`);
    for (const file of ['compose/compose.yml', 'swarm/stack.yml', 'kubernetes/base/bzzz.yml']) {
      expect(await readFile(`deploy/${file}`, 'utf8')).toMatch(new RegExp(`tcp/.*${port}`));
    }
  });
});
