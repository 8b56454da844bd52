/** What an attempt prints, seen while it runs: by the peer that runs it, by another, and by a person's terminal. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startForge } from './harness/forge.ts';
import { fullMesh, type PeerProcess, startPeers } from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { findWaiting, gatedWorld, openGate, printedToken } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

let stage: Stage;
beforeEach(async () => {
  stage = await createStage();
});
afterEach(() => stage.close());

const Answer = z.object({
  name: z.string().nullable(),
  peer: z.string().nullable(),
  output: z
    .looseObject({
      running: z.boolean(),
      skipped: z.boolean(),
      position: z.string(),
      text: z.string(),
    })
    .nullable(),
});

/** Over HTTP, as a page asks. */
async function askGateway(peer: PeerProcess, after?: string): Promise<z.infer<typeof Answer>> {
  const { gateway } = await peer.client.status();
  const token = (await readFile(join(peer.dataDir, 'gateway-token'), 'utf8')).trim();
  const query = after === undefined ? '' : `?after=${after}`;
  const answer = await fetch(`${gateway?.url}/api/v1/tasks/1/output${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  return Answer.parse(await answer.json());
}

it('is live on every peer, bounded by positions, and holds no secret and no control character', async () => {
  const forge = await startForge(
    stage,
    await gatedWorld(stage, [{ recipe: 'telling', word: 'oak' }]),
  );
  const gateway = { enabled: true, listen: '127.0.0.1:0' };
  const peers = await startPeers(stage, forge, ['ant', 'bee'], { gateway });
  await fullMesh(stage, peers);
  const runner = await stage.until('somebody works', async () => {
    for (const peer of peers) if ((await findWaiting(peer)) !== undefined) return peer;
    return undefined;
  });
  const other = peers.find((peer) => peer !== runner);
  if (other === undefined) throw new Error('there is one peer');

  const first = await stage.until('the other peer shows a line', async () => {
    const answer = await askGateway(other);
    return answer.output?.text.includes('line 1\n') && answer;
  });
  expect(first).toMatchObject({ name: runner.name, peer: runner.id() });
  expect(first.output).toMatchObject({ running: true, epoch: 1, attempt: 1, executor: 'recipe' });
  expect(first.output?.text).toContain('token ****');
  expect(first.output?.text).not.toContain(printedToken);
  expect(first.output?.text).toContain('\nred\n');

  const next = await stage.until('there is more', async () => {
    const answer = await askGateway(other, first.output?.position);
    return answer.output?.text !== '' && answer;
  });
  expect(next.output?.skipped).toBe(false);
  const number = (text: string | undefined, at: number) =>
    Number(
      text
        ?.match(/line \d+/g)
        ?.at(at)
        ?.slice(5),
    );
  expect(number(next.output?.text, 0)).toBe(number(first.output?.text, -1) + 1);

  const logs = await stage.start('logs', {
    argv: [...bzzz, 'logs', '1', '--output', '-f', '--data', other.dataDir],
  });
  await stage.until('a terminal shows it', async () => (await logs.output()).includes('line 2\n'));

  await openGate(stage, runner);
  const last = await stage.until('the attempt has ended', async () => {
    const answer = await askGateway(other, next.output?.position);
    return answer.output?.running === false && answer;
  });
  // The acceptance is a part of the attempt.
  expect(last.output?.text).toContain('$ grep -qx oak oak.txt\n');
});
