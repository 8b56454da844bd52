/**
 * Five peers that tell a real Prometheus where they are and how they do; one dies with work in its hands, is missed,
 * and comes back.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startForge } from '../e2e/harness/forge.ts';
import { fullMesh, startPeers, untilHolder } from '../e2e/harness/peer.ts';
import { freePorts } from '../lib/free-ports.ts';
import { createStage, patientMs } from '../e2e/harness/stage.ts';
import {
  bodyOf,
  findWaiting,
  gatedWorld,
  maintainer,
  openGate,
  untilWaiting,
} from '../e2e/harness/worlds.ts';
import { filledIn, panelQueries, readRules } from './expressions.ts';
import { programOf } from './programs.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const names = ['acacia', 'walnut', 'ironwood', 'rosewood', 'forsteinet'];
/** The name of the mesh of all end-to-end tests. */
const mesh = 'e2e';

it('sees five peers, misses the one that dies, and has it again', async () => {
  // Before anything is begun: without it nothing here can be seen.
  programOf('prometheus');
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const tokenFile = join(stage.dir, 'metrics.token');
  await writeFile(tokenFile, `${'t'.repeat(40)}\n`, { mode: 0o600 });
  const targetsDir = join(stage.dir, 'targets');
  await mkdir(targetsDir);
  const forge = await startForge(stage, await gatedWorld(stage, []));
  const ports = await freePorts(names.length);
  const peers = await startPeers(stage, forge, names, {
    // A task is taken over as soon as its holder is known to be dead, not at the end of its lease.
    timing: { leaseMs: 600_000 },
    gatewayOf: (name) => ({
      enabled: true,
      listen: `127.0.0.1:${ports[names.indexOf(name)]}`,
      metricsTokenFile: tokenFile,
      targetsDir,
    }),
  });
  const prometheus = await startPrometheus(stage, { tokenFile, targetsDir });
  const valueOf = async (expr: string) => (await prometheus.query(expr))[0]?.value;
  const until = (expr: string, value: number) =>
    stage.until(`${expr} is ${value}`, async () => (await valueOf(expr)) === value);

  await until('sum(up{job="bzzz"})', 5);
  const up = await prometheus.query('up{job="bzzz"}');
  expect(new Set(up.map(({ labels }) => labels['peer']))).toEqual(new Set(names));
  expect(up).toHaveLength(5);
  await fullMesh(stage, peers);
  await until(`min(bzzz_mesh_peers{mesh="${mesh}", liveness="alive"})`, 5);

  const filed = { title: 'Write oak', body: bodyOf('gated', 'oak'), labels: ['bzzz'] };
  await forge.call(maintainer, 'POST', 'issues', filed);
  const holder = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, holder);
  await until(`bzzz_tasks_held{peer="${holder.name}", state="running"}`, 1);
  await until('max(bzzz_tasks{state="claimed"})', 1);
  await until('sum(bzzz_work_claims_total{kind="claim", outcome="won"})', 1);
  const isDown = `BzzzPeerDown ${holder.name}`;
  expect(await prometheus.firing()).not.toContain(isDown);

  await holder.kill();
  await stage.until(`${isDown} fires`, async () => (await prometheus.firing()).includes(isDown));
  const heirs = peers.filter((one) => one !== holder);
  const heir = await untilHolder(stage, heirs, { number: 1, epoch: 2 });
  await until('sum(bzzz_work_claims_total{kind="takeover", outcome="won"})', 1);
  await until('sum(bzzz_mesh_peers{liveness="dead"})', 4);
  await until('min(bzzz_mesh_majority)', 1);

  await holder.restart();
  await stage.until(`${isDown} has ended`, async () => {
    return !(await prometheus.firing()).includes(isDown);
  });
  await until('sum(up{job="bzzz"})', 5);
  await until(`min(bzzz_mesh_peers{mesh="${mesh}", liveness="alive"})`, 5);
  expect(await findWaiting(holder)).toBeUndefined();
  await openGate(stage, heir);
  await until('min(bzzz_tasks{state="done"})', 1);
  await until('sum(bzzz_work_attempts_ended_total{outcome="accepted"})', 1);
  await until('sum(bzzz_verdicts_given_total{outcome="passed"})', 1);
  // Now everything has happened that any panel shows.
  await vi.waitFor(async () => expect(await unanswered(prometheus)).toEqual([]), {
    timeout: 120_000,
    interval: 2_000,
  });
});

/** Queries that have no answer though all peers tell all their figures: panels that would stay empty. */
async function unanswered(prometheus: Prometheus): Promise<string[]> {
  const rules = (await readRules()).groups.flatMap((group) => group.rules);
  const recorded = rules.flatMap((rule) => ('record' in rule ? [rule.record] : []));
  const queries = [...(await panelQueries()).map(({ expr }) => filledIn(expr, mesh)), ...recorded];
  const dead: string[] = [];
  for (const query of queries) {
    // Has none as long as nothing is wrong.
    if (query.includes('ALERTS')) continue;
    if ((await prometheus.query(query)).length === 0) dead.push(query);
  }
  return dead;
}
