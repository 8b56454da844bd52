/** Attempts of which nothing comes any more, or that are to stand still. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import {
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
  untilHolder,
} from './harness/peer.ts';
import { descendants, signalAll } from './harness/processes.ts';
import { bzzz } from './harness/programs.ts';
import { lockChain, storyOf } from './harness/repository.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { findWaiting, gatedWorld, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('a command that waits without a word is ended with all its processes, and tried again', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }], {
    limits: { stallMs: 5_000 },
  });
  const forge = await startForge(stage, world);
  const [peer] = await startPeers(stage, forge, ['ash']);
  if (peer === undefined) throw new Error('no peer was started');
  await untilHolder(stage, [peer], { number: 1, epoch: 1 });
  await untilWaiting(stage, peer);
  const below = await descendants(peer.process().pid);
  const atWork = below.filter(({ command }) => !command.includes('/programs/'));
  expect(atWork.length).toBeGreaterThan(0);
  const ended = await stage.until('the attempt has ended', async () =>
    (await peer.journal()).find(({ kind }) => kind === 'attempt.ended'),
  );
  expect(ended).toMatchObject({
    outcome: 'cancelled',
    code: 'attempt_stalled',
    reason: expect.stringMatching(/the recipe gave no sign for 5000 ms/),
  });
  await stage.until('its commands have ended', () => atWork.every(({ pid }) => !signalAll(pid, 0)));

  await untilHolder(stage, [peer], { number: 1, epoch: 2 });
  await openGate(stage, peer);
  await untilAllSayDone(stage, [peer], 1);
  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'released 1', 'held 2', 'result 2']);
  expect(storyOf(await lockChain(forge, 1))).toHaveLength(4);
});

const alone = { scope: 'task', task: '1' } as const;
it.each([
  { who: 'as all of its peer', stops: { scope: 'attempts' }, goesOn: { scope: 'self' } },
  { who: 'it alone', stops: alone, goesOn: alone },
] as const)(
  'an attempt that is paused, $who, keeps its task beyond all its times, and goes on where it was',
  async ({ stops, goesOn }) => {
    const stage = await createStage();
    onTestFinished(() => stage.close());
    const world = await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }], {
      limits: { stallMs: 8_000, attemptMs: 10_000 },
    });
    const forge = await startForge(stage, world);
    const timing = { leaseMs: 6_000 };
    const peers = await startPeers(stage, forge, ['ash', 'elm'], { timing });
    await fullMesh(stage, peers);
    const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
    await untilWaiting(stage, owner);
    const gates = async () =>
      (await descendants(owner.process().pid)).filter(({ command }) => command.startsWith('sh -c'));
    const other = peers.find((one) => one !== owner) ?? expect.fail('there is no other peer');
    // Of one task it may be said anywhere; its peer is asked by the one that is told.
    const told = stops.scope === 'task' ? other : owner;
    await told.client.pause({ ...stops, paused: true });
    await stage.until('its command stands still', async () => {
      const [gate, ...more] = await gates();
      return gate !== undefined && more.length === 0 && (await stateOf(gate.pid)) === 'T';
    });
    const { problems } = await owner.client.status();
    expect(problems.map(({ text }) => text).join()).toMatch(/ stands? still/);
    // Its lease, its time and the silence that is allowed are over by then, were it not for the pause.
    await stage.until('the lease was renewed seven times', async () => {
      const settled = (await owner.journal()).filter(({ kind }) => kind === 'fence.settled');
      return settled.length > 7;
    });
    await openGateOf(stage, owner);
    expect(await lockChain(forge, 1).then(storyOf)).toEqual(['held 1']);
    await told.client.pause({ ...goesOn, paused: false });
    await untilAllSayDone(stage, peers, 1);
    const { chain } = await expectPublished(forge, 1);
    expect(storyOf(chain)).toEqual(['held 1', 'result 1']);
  },
);

it('a peer that is stopped while its attempt stands still leaves nothing behind', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }]);
  const forge = await startForge(stage, world);
  const [peer] = await startPeers(stage, forge, ['ash']);
  if (peer === undefined) throw new Error('no peer was started');
  await untilHolder(stage, [peer], { number: 1, epoch: 1 });
  await untilWaiting(stage, peer);
  const below = await descendants(peer.process().pid);
  await peer.client.pause({ scope: 'attempts', paused: true });
  await stage.until('a command stands still', async () => {
    const states = await Promise.all(below.map(({ pid }) => stateOf(pid)));
    return states.includes('T');
  });
  expect(await peer.stop()).toBe(0);
  await stage.until('its commands have ended', () => below.every(({ pid }) => !signalAll(pid, 0)));
  expect(storyOf(await lockChain(forge, 1))).toEqual(['held 1', 'released 1']);
});

describe('a peer that is killed while its attempt stands still', () => {
  it('holds its task when it is back, still at rest, and goes on when its operator says so', async () => {
    // The lease is far away, and one of two is no majority: nobody takes over.
    const { stage, forge, peers, owner, others } = await atRest(['ash', 'elm'], 600_000);
    await owner.restart();
    await fullMesh(stage, peers);
    await stage.until('it has begun again', async () => (await attemptsOf(owner)).length === 2);
    expect(await attemptsOf(owner)).toMatchObject([{ epoch: 1 }, { epoch: 1 }]);
    const [task] = (await owner.client.tasks()).tasks;
    expect(task).toMatchObject({ resting: true, holder: owner.id(), epoch: 1, state: 'running' });
    const { problems } = await owner.client.status();
    expect(problems.map(({ text }) => text).join()).toMatch(/it stands still/);
    // Nothing of it is begun, however often it looks.
    for (let looks = 0; looks < 3; looks += 1) await owner.look();
    expect(await gateStates(owner)).toEqual([]);
    expect(await findWaiting(owner)).toBeUndefined();

    expect(await sayTo(stage, owner, 'resume')).toBe(0);
    await openGate(stage, owner);
    await untilAllSayDone(stage, peers, 1);
    const { chain } = await expectPublished(forge, 1);
    expect(storyOf(chain)).toEqual(['held 1', 'result 1']);
    expect(await attemptsOf(owner)).toHaveLength(2);
    for (const other of others) expect(await attemptsOf(other)).toEqual([]);
  });

  it('has lost it to another when that took over meanwhile, and nothing rests any more', async () => {
    const { stage, forge, peers, owner, others } = await atRest(['ash', 'elm', 'oak'], 600_000);
    const taker = await untilHolder(stage, others, { number: 1, epoch: 2 });
    await owner.restart();
    await fullMesh(stage, peers);
    await stage.until('it knows that it does not hold it any more', async () =>
      (await owner.journal()).some(({ kind }) => kind === 'task.ended'),
    );
    // The pause was of an attempt of its own, and holds back nobody else.
    const { tasks } = await owner.client.tasks();
    expect(tasks).toMatchObject([{ holder: taker.id(), epoch: 2 }]);
    expect(tasks[0]?.resting).toBeUndefined();
    await openGate(stage, taker);
    await untilAllSayDone(stage, peers, 1);
    const { chain } = await expectPublished(forge, 1);
    expect(storyOf(chain)).toEqual(['held 1', 'held 2', 'result 2']);
    expect(await attemptsOf(owner)).toHaveLength(1);
  });
});

/** Issue 1 is paused in mid-attempt by the word of an operator, and then its peer is killed. */
async function atRest(names: readonly string[], leaseMs: number) {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }]);
  const forge = await startForge(stage, world);
  const peers = await startPeers(stage, forge, names, { timing: { leaseMs } });
  await fullMesh(stage, peers);
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, owner);
  const below = await descendants(owner.process().pid);
  expect(await sayTo(stage, owner, 'pause')).toBe(0);
  await stage.until('its command stands still', async () =>
    (await gateStates(owner)).every((state) => state === 'T'),
  );
  await owner.kill();
  await stage.until('its commands died with it', () =>
    below.every(({ pid }) => !signalAll(pid, 0)),
  );
  return { stage, forge, peers, owner, others: peers.filter((one) => one !== owner) };
}

/** As its operator does it; returns the exit code. */
async function sayTo(stage: Stage, { dataDir }: PeerProcess, word: 'pause' | 'resume') {
  const said = await stage.start(word, { argv: [...bzzz, word, '1', '--data', dataDir] });
  return said.ended;
}

async function attemptsOf(peer: PeerProcess) {
  return (await peer.journal()).filter(({ kind }) => kind === 'attempt.started');
}

/** Of the commands that wait at their gate, as the system tells it. */
async function gateStates(peer: PeerProcess): Promise<(string | undefined)[]> {
  const below = await descendants(peer.process().pid);
  const gates = below.filter(({ command }) => command.startsWith('sh -c'));
  return Promise.all(gates.map(({ pid }) => stateOf(pid)));
}

async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /\) (\S)/.exec(stat)?.[1];
}

/** Without waiting for the command to pass it. */
async function openGateOf(stage: Stage, peer: PeerProcess): Promise<void> {
  await writeFile(join(dirname(await untilWaiting(stage, peer)), 'go'), '');
}
