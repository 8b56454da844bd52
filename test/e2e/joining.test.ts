/** A mesh with an operator: machines come in by invites, strangers stay outside, keys change, all as a person would do it. */
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import { freePorts } from '../lib/free-ports.ts';
import { addressesIn } from './harness/joined.ts';
import { type PeerProcess, startPeer, untilAllSayDone } from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { gatedWorld } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

async function scene() {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'quick', word: 'oak' }]);
  const forge = await startForge(stage, world);
  let runs = 0;
  /** One command to its end, as it is typed. */
  const type = async (...args: string[]) => {
    runs += 1;
    const running = await stage.start(`typed-${runs}`, { argv: [...bzzz, ...args] });
    const code = await running.ended;
    return { code, output: await running.output() };
  };
  const folder = (name: string) => join(stage.dir, 'peers', name);
  const [doorPort, ...ports] = await freePorts(6);
  const address = (index: number) => `/ip4/127.0.0.1/tcp/${ports[index]}`;
  const up = async (name: string, index: number, slots = 1): Promise<PeerProcess> => {
    // The first one was told of nobody, the others know what came with the invite.
    const bootstrap = index === 0 ? [] : await addressesIn(folder(name));
    return startPeer(stage, forge, {
      name,
      key: 'own',
      door: `/ip4/127.0.0.1/tcp/${doorPort}`,
      listen: address(index),
      bootstrap,
      work: { slots },
    });
  };
  return { stage, forge, type, folder, up };
}

async function founded(at: Awaited<ReturnType<typeof scene>>, slots?: number) {
  const made = await at.type('init', '--data', at.folder('oak'), '--name', 'oak', '--mesh', 'e2e');
  expect(made.output).toContain('operator key');
  return at.up('oak', 0, slots);
}

async function codeFrom({ type, folder }: Awaited<ReturnType<typeof scene>>): Promise<string> {
  // An address that it listens at is in the code once, also where it is named.
  const named = ['--host', '127.0.0.1', 'oak.example.org'];
  const { code, output } = await type('invite', '--data', folder('oak'), '--json', ...named);
  expect(code, output).toBe(0);
  const invited: { code: string; doors: readonly string[] } = JSON.parse(output);
  expect(invited.doors.map((door) => door.split('/')[2])).toEqual(['127.0.0.1', 'oak.example.org']);
  return invited.code;
}

function untilConnected(stage: Stage, peer: PeerProcess, count: number): Promise<true> {
  return stage.until(`${peer.name} is connected to ${count}`, async () => {
    const { mesh } = await peer.client.status();
    return mesh.connected === count;
  });
}

it('lets a new machine in by an invite, once, and its verdict counts', async () => {
  const at = await scene();
  const { stage, type, folder } = at;
  const oak = await founded(at, 0);
  const code = await codeFrom(at);
  const joined = await type('join', code, '--data', folder('elm'), '--name', 'elm');
  expect(joined.output).toContain('one of 2 in the mesh e2e');
  const again = await type('join', code, '--data', folder('ash'), '--name', 'ash');
  expect(again).toMatchObject({ code: 1, output: expect.stringContaining('invite_used') });
  const forged = code.slice(0, -6) + (code.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA');
  const broken = await type('join', forged, '--data', folder('ash'), '--name', 'ash');
  expect(broken).toMatchObject({ code: 1, output: expect.stringContaining('invite_invalid') });

  const other = await type('join', await codeFrom(at), '--data', folder('ash'), '--name', 'ash');
  expect(other.code, other.output).toBe(0);
  const elm = await at.up('elm', 1);
  const ash = await at.up('ash', 2);
  await untilConnected(stage, oak, 2);
  await untilAllSayDone(stage, [oak, elm, ash], 1);
  const { pullRequest } = await expectPublished(at.forge, 1);
  expect(pullRequest.draft).toBe(false);
  const verified = await type('verify', String(pullRequest.number), '--data', folder('oak'));
  expect(verified.output).toContain('verified');
  expect(verified.code).toBe(0);

  // Its verdict counts no more once it is removed.
  const judge = (await elm.journal()).some(({ kind }) => kind === 'verdict.given') ? elm : ash;
  const removed = await type('peers', 'remove', judge.name, '--data', folder('oak'));
  expect(removed.output).toContain(`${judge.name} is no member any more`);
  const unverified = await type('verify', String(pullRequest.number), '--data', folder('oak'));
  expect(unverified).toMatchObject({ code: 5, output: expect.stringContaining('NOT verified') });
  await untilConnected(stage, oak, 1);
  await stage.until('it says itself that it is none', async () =>
    (await judge.client.status()).problems.some(({ code: one }) => one === 'peer_not_admitted'),
  );
  const acts = (await oak.journal()).filter(({ kind }) => kind === 'operator.acted');
  expect(acts).toMatchObject([{ act: 'invite' }, { act: 'invite' }, { act: 'remove' }]);
});

it('keeps out who has the network key alone, until the operator admits it', async () => {
  const at = await scene();
  const { stage, type, folder } = at;
  const oak = await founded(at);
  const key = join(folder('oak'), 'mesh.key');
  const keyed = ['--mesh', 'e2e', '--mesh-key-file', key];
  const made = await type('init', '--data', folder('yew'), '--name', 'yew', ...keyed);
  expect(made.output).toContain('bzzz peers admit');
  // As a copied folder without the list would be; whose mesh it is, it knows.
  await type('join', await codeFrom(at), '--data', folder('elm'), '--name', 'elm');
  const operator = (await oak.client.members()).operator ?? '';
  const yew = await startPeer(stage, at.forge, {
    name: 'yew',
    keyFile: key,
    operator,
    bootstrap: oak.addresses(),
    work: { slots: 1 },
  });
  await stage.until('oak has seen a stranger', async () =>
    (await oak.client.members()).strangers.some(({ peer }) => peer === yew.id()),
  );
  expect((await oak.client.peers()).peers.map(({ name }) => name)).toEqual(['oak']);
  const problems = async () => (await yew.client.status()).problems.map(({ code }) => code);
  await stage.until('yew says why it does nothing', async () =>
    (await problems()).includes('peer_not_admitted'),
  );
  await stage.until('nobody works there', async () => (await yew.client.status()).work.slots === 0);

  const admitted = await type('peers', 'admit', yew.id(), 'yew', '--data', folder('oak'));
  expect(admitted.code, admitted.output).toBe(0);
  await untilConnected(stage, oak, 1);
  await stage.until('yew works', async () => (await yew.client.status()).work.slots === 1);
  await stage.until(
    'all is well there',
    async () => !(await problems()).includes('peer_not_admitted'),
  );
});

it('changes the network key under running peers, and takes back who was away meanwhile', async () => {
  const at = await scene();
  const { stage, type, folder } = at;
  const oak = await founded(at, 0);
  for (const name of ['elm', 'ash']) {
    const { code, output } = await type(
      'join',
      await codeFrom(at),
      '--data',
      folder(name),
      '--name',
      name,
    );
    expect(code, output).toBe(0);
  }
  const elm = await at.up('elm', 1, 0);
  const ash = await at.up('ash', 2, 0);
  await untilConnected(stage, oak, 2);
  await elm.stop();
  const rotated = await type('peers', 'rotate-key', '--data', folder('oak'));
  expect(rotated.output).toContain('Network key 2 is in force');
  await stage.until('ash has it', async () => (await ash.client.members()).networkKeySerial === 2);
  // The two were never apart for it.
  const dead = (await oak.journal()).flatMap((one) =>
    one.kind === 'member.dead' ? [one['peer']] : [],
  );
  expect(dead).not.toContain(ash.id());
  // Twice, while it is away.
  const twice = await type('peers', 'rotate-key', '--data', folder('oak'));
  expect(twice.output).toContain('Network key 3 is in force');
  await stage.until(
    'ash has that too',
    async () => (await ash.client.members()).networkKeySerial === 3,
  );
  await elm.restart();
  await stage.until('elm has it', async () => (await elm.client.members()).networkKeySerial === 3);
  await untilConnected(stage, oak, 2);
  // And by the new one alone, after a restart of both.
  await Promise.all([oak.stop(), elm.stop()]);
  await Promise.all([oak.restart(), elm.restart()]);
  await untilConnected(stage, oak, 2);
});
