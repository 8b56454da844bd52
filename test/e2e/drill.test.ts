/**
 * `bzzz drill` against three peers of this machine, with a task under way: what it does is really done, everything is
 * undone however it ends, and its report holds, or does not where the history is broken.
 */
import { execFile } from 'node:child_process';
import { readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { skewLibrary } from '@bzzz/cli';
import { thisProcess } from '@bzzz/peer';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { type ForgeProcess, startForge } from './harness/forge.ts';
import { holdNamespace, insideOf, namespacesDenied, runInside } from './harness/namespaces.ts';
import { expectPublished } from './harness/outcome.ts';
import {
  fullMesh,
  type PeerProcess,
  type PeerSpec,
  startPeers,
  untilHolder,
} from './harness/peer.ts';
import { type Running, signalAll } from './harness/processes.ts';
import { bzzz } from './harness/programs.ts';
import { lockChain, pushAsPerson, storyOf } from './harness/repository.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { findWaiting, gatedWorld, maintainer, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const denied = await namespacesDenied();
const noSkew = skewLibrary() === undefined;

interface Scene {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly peers: readonly PeerProcess[];
  /** Holds issue 1; its command waits at the gate. */
  readonly owner: PeerProcess;
  /** Starts `bzzz drill` with these words on all peers. */
  drill(...words: string[]): Promise<Running>;
}

async function inMidTask(spec: Pick<PeerSpec, 'timing' | 'prefix'> = {}): Promise<Scene> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }]);
  const { prefix = [] } = spec;
  const forge = await startForge(stage, world, { prefix });
  const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak'], spec);
  stage.defer(() => endSuccessors(peers));
  await fullMesh(stage, peers);
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, owner);
  let drills = 0;
  const drill = (...words: string[]) => {
    drills += 1;
    // Each with an output of its own.
    return stage.start(`drill-${drills}`, {
      argv: [...prefix, ...bzzz, 'drill', ...words, '--data', stage.dir, '--json'],
    });
  };
  return { stage, forge, peers, owner, drill };
}

/** Processes that a drill started in the place of ours. */
async function endSuccessors(peers: readonly PeerProcess[]): Promise<void> {
  for (const { client, process } of peers) {
    const status = await client
      .status({ signal: AbortSignal.timeout(5_000) })
      .catch(() => undefined);
    const pid = status?.peer.pid;
    if (pid === undefined || pid === process().pid) continue;
    signalAll(pid, 'SIGKILL');
    // The stage waits for nothing any more once it closes.
    while (signalAll(pid, 0)) await pause(20);
  }
}

/** Where there is no nft: before anything is done, or noted. */
async function expectRefused({ dir }: Stage, kind: string): Promise<void> {
  const [program = '', ...args] = bzzz;
  const words = ['drill', kind, '--data', dir, '--yes', '--json'];
  const ran = promisify(execFile)(program, [...args, ...words], { env: { PATH: '/nonexistent' } });
  const Refused = z.object({ code: z.literal(1), stdout: z.literal(''), stderr: z.string() });
  const { stderr } = Refused.parse(await ran.catch((error: unknown) => error));
  expect(stderr).toContain('"code":"drill_means_missing"');
}

const Note = z.object({ process: z.object({ pid: z.number() }).optional() });

const Report = z.object({
  holds: z.boolean(),
  tasks: z.array(z.string()),
  findings: z.array(
    z.object({
      id: z.string(),
      holds: z.boolean(),
      against: z.array(z.string()),
      seen: z.string(),
    }),
  ),
});

/** Once it is healed every command goes on that waits, whoever holds the task by then. */
async function reportOf({ stage, peers }: Pick<Scene, 'stage' | 'peers'>, running: Running) {
  await stage.until('the drill is healed', async () => {
    if (running.hasEnded()) throw new Error(await running.output());
    return (await running.output()).includes('healed;');
  });
  await stage.until('the drill has ended', async () => {
    if (running.hasEnded()) return true;
    for (const peer of peers)
      if ((await findWaiting(peer)) !== undefined) await openGate(stage, peer);
    return false;
  });
  const text = await running.output();
  const report = Report.parse(JSON.parse(text.slice(text.indexOf('\n{\n'))));
  return { report, code: await running.ended, text };
}

function brokenOf({ findings }: z.infer<typeof Report>): string[] {
  return findings
    .filter(({ holds }) => !holds)
    .map(({ id, against }) => `${id}: ${against.join('; ')}`);
}

/** How the kernel calls the state of a process; `T`: it stands still. */
async function kernelState(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2, text.lastIndexOf(')') + 3);
}

it('kill: the owner dies, is started as it was, and its task has one result', async () => {
  const scene = await inMidTask({ timing: { leaseMs: 600_000 } });
  const { stage, forge, owner, peers, drill } = scene;
  const before = await owner.client.status();
  await expectRefused(stage, 'partition');
  await expectRefused(stage, 'slow');
  const running = await drill('kill', '--for', '20', '--yes');
  await owner.process().ended;
  const { report, code } = await reportOf(scene, running);
  expect(brokenOf(report)).toEqual([]);
  expect({ code, holds: report.holds, tasks: report.tasks }).toEqual({
    code: 0,
    holds: true,
    tasks: ['ada/words#1'],
  });
  await expectPublished(forge, 1);
  const after = await owner.client.status();
  expect(after.peer.id).toBe(before.peer.id);
  expect(after.peer.pid).not.toBe(before.peer.pid);
  for (const peer of peers) {
    const acted = (await peer.journal()).filter(({ kind }) => kind === 'operator.acted');
    expect(acted).toMatchObject([{ act: 'drill', about: `kill ${owner.name}, for 20 s` }]);
  }
  // It writes where the one before it wrote.
  const log = await readFile(join(stage.dir, `${owner.name}.log`), 'utf8');
  expect(log.match(/ is up\./g)).toHaveLength(2);
});

it('pause: an owner stands still beyond its lease; a drill that is killed leaves nothing that heal does not end', async () => {
  const scene = await inMidTask({ timing: { leaseMs: 4_000 } });
  const { stage, forge, owner, drill } = scene;
  const { pid } = owner.process();
  const { report, code } = await reportOf(scene, await drill('pause', '--yes'));
  expect(brokenOf(report)).toEqual([]);
  expect({ code, holds: report.holds }).toEqual({ code: 0, holds: true });
  expect(report.findings.find(({ id }) => id === 'effect')?.seen).toBe(`${owner.name} stood still`);
  await expectPublished(forge, 1);
  expect(owner.process().pid).toBe(pid);

  const endless = await drill('pause', '--on', owner.name, '--for', '3600', '--yes');
  await stage.until('it stands still', async () => (await kernelState(pid)) === 'T');
  const second = await drill('heal');
  expect(await second.ended).toBe(1);
  expect(await second.output()).toContain('drill_under_way');
  signalAll(endless.pid, 'SIGKILL');
  await endless.ended;
  expect(await kernelState(pid)).toBe('T');
  const healing = await drill('heal');
  expect(await healing.ended).toBe(0);
  expect(
    JSON.parse(await healing.output().then((text) => text.slice(text.indexOf('{\n  "healed"')))),
  ).toMatchObject({ healed: [{ fault: 'pause', dataDir: owner.dataDir }] });
  expect((await owner.client.status()).peer.pid).toBe(pid);
});

it('a history that is broken meanwhile makes the report fail', async () => {
  const scene = await inMidTask({ timing: { leaseMs: 600_000 } });
  const { stage, forge, owner, drill } = scene;
  const running = await drill('pause', '--for', '20', '--settle', '5', '--yes');
  const { pid } = owner.process();
  await stage.until('it stands still', async () => (await kernelState(pid)) === 'T');
  // Somebody moves the fence who is no peer.
  const oid = await pushAsPerson(stage, forge, { login: maintainer, branch: 'bzzz/lock/1' });
  const { report, code } = await reportOf(scene, running);
  expect({ code, holds: report.holds }).toEqual({ code: 1, holds: false });
  expect(brokenOf(report).join('\n')).toContain(`${oid} is no signed claim`);
});

it.skipIf(noSkew)(
  `skew: the owner goes on under a wrong clock, and under the right one again${noSkew ? ' (left out, libfaketime is not installed)' : ''}`,
  async () => {
    const scene = await inMidTask({ timing: { leaseMs: 600_000 } });
    const { stage, forge, owner, drill } = scene;
    /** By its newest entry; while it is started again there is none. */
    const aheadMs = async () => {
      const lines = owner.client.logs({ last: 1 })[Symbol.asyncIterator]();
      const { value } = await lines.next().catch(() => ({ value: undefined }));
      return value === undefined ? 0 : value.entry.at.wallMs - Date.now();
    };
    const running = await drill(
      'skew',
      '--by',
      '86400',
      '--on',
      owner.name,
      '--for',
      '10',
      '--yes',
    );
    await stage.until('it writes by the wrong clock', async () => (await aheadMs()) > 80_000_000);
    const { report, code } = await reportOf(scene, running);
    expect(brokenOf(report)).toEqual([]);
    expect({ code, tasks: report.tasks }).toEqual({ code: 0, tasks: ['ada/words#1'] });
    await expectPublished(forge, 1);
    const runsNow = async () => {
      const { pid } = (await owner.client.status()).peer;
      return { pid, environment: await readFile(`/proc/${pid}/environ`, 'utf8') };
    };
    const { pid, environment } = await runsNow();
    expect(environment).not.toContain('FAKETIME');

    const endless = await drill('skew', '--on', owner.name, '--for', '3600', '--yes');
    // The next one is started, and mostly does not answer yet.
    await stage.until('another process is noted', async () => {
      const note = await readFile(join(owner.dataDir, 'drill.json'), 'utf8').catch(() => '{}');
      return Note.parse(JSON.parse(note)).process?.pid !== pid && note !== '{}';
    });
    signalAll(endless.pid, 'SIGKILL');
    await endless.ended;
    const healing = await drill('heal');
    expect(await healing.ended).toBe(0);
    const last = await runsNow();
    expect(last.environment).not.toContain('FAKETIME');
    expect(last.pid).not.toBe(pid);
  },
);

it.skipIf(denied !== undefined)(
  `partition: a cut, and one way only, with a report that holds; Ctrl-C leaves no rule${denied === undefined ? '' : ` (left out, no network namespaces here: ${denied})`}`,
  async () => {
    const outer = await createStage();
    onTestFinished(() => outer.close());
    const network = await holdNamespace(outer, 'ip link set lo up; echo up; exec cat');
    const scene = await inMidTask({ timing: { leaseMs: 4_000 }, prefix: insideOf(network) });
    const { stage, forge, owner, peers, drill } = scene;
    const apart = await drill('partition', '--for', '30', '--yes');
    await stage.until('nobody is connected with the owner', async () => {
      const { mesh } = await owner.client.status();
      return mesh.connected === 0;
    });
    const cut = await reportOf(scene, apart);
    expect(brokenOf(cut.report)).toEqual([]);
    expect({ code: cut.code, tasks: cut.report.tasks }).toEqual({
      code: 0,
      tasks: ['ada/words#1'],
    });
    const seen = cut.report.findings.find(({ id }) => id === 'effect')?.seen;
    expect(seen).toContain('no connection across was left');
    const chain = await lockChain(forge, 1);
    expect(storyOf(chain).filter((step) => step.startsWith('result'))).toHaveLength(1);

    const oneWay = await drill('partition', '--one-way', '--on', owner.name, '--for', '8', '--yes');
    const deaf = await reportOf(scene, oneWay);
    expect(brokenOf(deaf.report)).toEqual([]);

    const slow = await reportOf(
      scene,
      await drill('slow', '--on', owner.name, '--loss', '30', '--for', '6', '--yes'),
    );
    expect(brokenOf(slow.report)).toEqual([]);

    const endless = await drill('partition', '--on', owner.name, '--for', '3600', '--yes');
    await stage.until('the rules are there', async () =>
      (await runInside(network, 'nft list tables')).includes('bzzz_drill'),
    );
    signalAll(endless.pid, 'SIGINT');
    expect(await endless.ended).toBe(130);
    expect(await runInside(network, 'nft list tables')).toBe('');
    await fullMesh(stage, peers);
  },
);

it.skipIf(denied !== undefined)(
  `a cut is undone though the peer that was cut off is gone, while others live in its network${denied === undefined ? '' : ` (left out, no network namespaces here: ${denied})`}`,
  async () => {
    const stage = await createStage();
    onTestFinished(() => stage.close());
    const table = 'bzzz_drill_0123abcd';
    const network = await holdNamespace(stage, `nft add table inet ${table}; echo up; exec cat`);
    // The process that it was done to has ended.
    const { host, space } = await thisProcess();
    const left = {
      fault: 'partition',
      process: { pid: network, began: '0', uid: process.getuid?.(), host, space },
      table,
      network: await readlink(`/proc/${network}/ns/net`),
    };
    const file = join(stage.dir, 'drill.json');
    await writeFile(file, JSON.stringify(left), { mode: 0o600 });
    expect(await runInside(network, 'nft list tables')).toContain(table);
    const argv = [...bzzz, 'drill', 'heal', '--data', stage.dir, '--json'];
    const healing = await stage.start('heal', { argv });
    expect(await healing.ended).toBe(0);
    expect(await healing.output()).toContain('"fault": "partition"');
    expect(await runInside(network, 'nft list tables')).toBe('');
  },
);
