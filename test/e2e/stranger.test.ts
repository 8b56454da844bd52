/** A peer with another network key: kept out, and it says why. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Check, type StatusAnswer } from '@bzzz/peer';
import { startForge } from './harness/forge.ts';
import { fullMesh, startPeer, startPeers } from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, type Stage, patientMs } from './harness/stage.ts';
import { gatedWorld } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('a peer with the wrong network key is kept out, and says so', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(stage, await gatedWorld(stage, []));
  const peers = await startPeers(stage, forge, ['ash', 'elm']);
  await fullMesh(stage, peers);
  const stranger = await startPeer(stage, forge, {
    name: 'ivy',
    bootstrap: peers.flatMap((peer) => peer.addresses()),
    key: 'ab'.repeat(32),
  });

  const status = await stage.until('it says that its key is not theirs', async () => {
    const answer: StatusAnswer = JSON.parse(
      (await run(stage, 'status', '--data', stranger.dataDir, '--json')).out,
    );
    return answer.problems.some(({ code }) => code === 'mesh_wrong_key') && answer;
  });
  expect(status.mesh).toMatchObject({ connected: 0, known: 0 });
  const problem = status.problems.find(({ code }) => code === 'mesh_wrong_key');
  expect(problem).toMatchObject({ severity: 'error' });
  expect(problem?.advice).toMatch(/key/);
  const shown = await run(stage, 'status', '--data', stranger.dataDir);
  expect(shown.out).toContain('WRONG');
  expect(shown.out).toMatch(/network key/);

  const doctor = await run(stage, 'doctor', '--data', stranger.dataDir, '--json');
  expect(doctor.code).toBe(1);
  const { checks }: { checks: Check[] } = JSON.parse(doctor.out);
  const mesh = checks.find(({ name }) => name === 'mesh');
  expect(mesh).toMatchObject({ ok: false });
  expect(mesh?.advice).toMatch(/mesh\.name.+bzzz join/);

  for (const peer of peers) {
    const { peers: seen } = await peer.client.peers();
    expect(seen.map(({ name }) => name).toSorted()).toEqual(['ash', 'elm']);
    expect((await peer.client.status()).mesh).toMatchObject({ connected: 1, known: 1 });
  }
});

/** One `bzzz` command, to its end. */
async function run(stage: Stage, ...args: string[]) {
  const out = join(stage.dir, `answer-${args[0]}`);
  const running = await stage.start(`bzzz-${args[0]}`, {
    argv: ['sh', '-c', 'out=$1; shift; exec "$@" > "$out"', 'sh', out, ...bzzz, ...args],
  });
  const code = await running.ended;
  return { code, out: await readFile(out, 'utf8') };
}
