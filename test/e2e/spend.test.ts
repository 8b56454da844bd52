/** What models may cost: an attempt, a day of one peer, and a day of the mesh, in a mesh of real peers. */
import { execFile } from 'node:child_process';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Reply, startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { csvWorld } from './harness/csv-world.ts';
import { startForge } from './harness/forge.ts';
import { fullMesh, type PeerProcess, startPeers } from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, patientMs } from './harness/stage.ts';
import { maintainer } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const model = 'coder:7b';
/** Never done, and 21,000 tokens a time. */
const reading: Reply = {
  kind: 'answer',
  calls: [{ name: 'read_file', arguments: { path: 'src/csv.js' } }],
  read: 19_000,
  written: 2_000,
};

it('an attempt ends at its cap, and nothing is begun any more at that of a day, of a peer and of the mesh', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const servers = {
    ash: await startScriptedOllama(() => reading, [{ name: model }]),
    elm: await startScriptedOllama(() => reading, []),
  };
  onTestFinished(() => servers.ash.close());
  onTestFinished(() => servers.elm.close());
  const forge = await startForge(
    stage,
    await csvWorld(stage, { models: [model], tokensMax: 20_000 }, { help: { requestsMax: 0 } }),
  );
  const peers = await startPeers(stage, forge, ['ash', 'elm'], {
    ollamaOf: (name) => (name === 'ash' ? servers.ash : servers.elm).url,
    spendOf: (name) => (name === 'ash' ? { tokensPerDay: 20_000 } : { meshTokensPerDay: 30_000 }),
  });
  const [ash, elm] = peers;
  if (ash === undefined || elm === undefined) throw new Error('they were not started');
  await fullMesh(stage, peers);

  const endOf = (peer: PeerProcess) =>
    stage.until(`the attempt of ${peer.name} has ended`, async () =>
      (await peer.journal()).find(({ kind }) => kind === 'attempt.ended'),
    );
  const untilItSays = (peer: PeerProcess, text: string) =>
    stage.until(`bzzz status of ${peer.name} says: ${text}`, async () =>
      (await bzzzOf(peer, 'status')).includes(text),
    );
  async function file(number: number): Promise<void> {
    const issue = { title: `CSV: once more ${number}`, body: 'Here.', labels: ['bzzz'] };
    await forge.call(maintainer, 'POST', 'issues', issue);
    for (const peer of peers) {
      await stage.until(`${peer.name} knows #${number}`, async () =>
        (await peer.client.tasks()).tasks.some(({ task }) => task.endsWith(`#${number}`)),
      );
    }
  }

  const ended = {
    outcome: 'failed',
    reason: 'the model failed: its 20000 tokens are used up',
    spent: { tokensRead: 19_000, tokensWritten: 2_000 },
  };
  expect(await endOf(ash)).toMatchObject(ended);
  const own = 'this peer has spent 21000 of 20000 tokens in 24 hours';
  await untilItSays(ash, `No model is asked: ${own}.`);
  await file(3);
  expect(await bzzzOf(ash, 'why', '3')).toContain(`asks no model now: ${own}`);

  // Of what ash says half of the mesh's cap counts, so elm may go on.
  expect(await bzzzOf(elm, 'status')).not.toContain('No model is asked');
  servers.elm.models = [{ name: model }];
  await bzzzOf(elm, 'doctor', '--refresh');
  expect(await endOf(elm)).toMatchObject(ended);
  const all = 'the mesh has spent 36000 of 30000 tokens in 24 hours';
  await untilItSays(elm, `No model is asked: ${all}.`);
  await file(4);
  expect(await bzzzOf(elm, 'why', '4')).toContain(`asks no model now: ${all}`);

  for (const peer of peers) await peer.look();
  for (const peer of peers) {
    const started = (await peer.journal()).filter(({ kind }) => kind === 'attempt.started');
    expect(started).toHaveLength(1);
  }
  expect([servers.ash.chats.length, servers.elm.chats.length]).toEqual([1, 1]);
});

/** What a person reads of this peer, whatever the command thinks of it. */
async function bzzzOf({ dataDir }: PeerProcess, ...args: string[]): Promise<string> {
  const [node, ...argv] = [...bzzz, ...args, '--data', dataDir];
  return new Promise((resolve) => {
    execFile(node, argv, (_, stdout) => resolve(stdout));
  });
}
