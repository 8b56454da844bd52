/** A real peer hears two stories over a real mesh: what a person sees of it, and how it ends. */
import { createMesh, createSigner } from '@bzzz/mesh';
import {
  bytesToHex,
  ForkEvidence,
  headSigningBytes,
  ToldHead,
  type SignedHead,
  topics,
} from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { openIdentity, openMeshKey } from '../src/folder/keys.ts';
import { createControlClient, layoutOf, verifyEvidence } from '../src/index.ts';
import { configFor, errorOf, onCleanup, startedPeer, tempDir, until } from './support.ts';

const meshKey = 'ab'.repeat(32);

it('sets aside a peer that signs two stories until a person lifts it, restarts included', async () => {
  const [one, two] = [await tempDir(), await tempDir()];
  const config = configFor(one, { meshKey, name: 'one' });
  const first = await startedPeer(config);
  const bootstrap = first.addresses();
  const liarConfig = configFor(two, { meshKey, name: 'two', bootstrap });
  const liar = await startedPeer(liarConfig);
  const client = createControlClient(one);
  const told = await until(async () => {
    const { peers } = await client.peers();
    return peers.find(({ self, journal }) => !self && journal.here > 0);
  });
  expect(told.quarantined).toBe(false);
  const rawId = liar.id();
  await liar.stop();

  // Its identity goes on, without a journal behind it.
  const layout = layoutOf(two);
  const identity = await openIdentity(layout);
  expect(identity.peer).toBe(rawId);
  const mesh = createMesh(
    { identity },
    { ...liarConfig.mesh, key: await openMeshKey(liarConfig.mesh, layout) },
  );
  onCleanup(() => mesh.stop());
  await mesh.start();
  const signer = createSigner(identity);
  const say = async (digit: string): Promise<void> => {
    const { key } = told.journal;
    const hash = digit.repeat(64);
    const place = { key, length: 100_000, fork: 0, treeHash: hash, rootsHash: hash };
    const statement = { peer: identity.peer, head: ToldHead.parse(place) };
    const signature = bytesToHex(await signer.sign(headSigningBytes(statement)));
    const head: SignedHead = { ...statement, signature };
    await mesh.publish(topics.heads, { kind: 'heads', heads: [head] });
  };
  const { quarantined } = await until(async () => {
    await say('1');
    await say('2');
    const answer = await client.quarantine();
    return answer.quarantined.length > 0 && answer;
  });
  expect(quarantined).toMatchObject([{ peer: identity.peer, name: 'two', self: false }]);

  const { problems } = await client.status();
  expect(problems[0]).toMatchObject({ code: 'journal_forked', severity: 'error' });
  const { peers } = await client.peers();
  expect(peers.find(({ id }) => id === identity.peer)?.quarantined).toBe(true);
  const { checks } = await client.doctor();
  expect(checks.find(({ name }) => name === 'journals')).toMatchObject({ ok: false });
  const lines: string[] = [];
  for await (const { entry } of client.logs({ last: 100 })) lines.push(entry.body.kind);
  expect(lines).toContain('peer.quarantined');
  // What is printed is proof to whoever has nothing else.
  const printed = JSON.parse(JSON.stringify(quarantined[0]?.evidence));
  expect(await verifyEvidence(ForkEvidence.parse(printed))).toMatchObject({ peer: identity.peer });

  await first.stop();
  await startedPeer(config);
  expect((await client.quarantine()).quarantined).toHaveLength(1);
  expect((await errorOf(client.lift({ peer: 'one' }))).code).toBe('peer_unknown');
  expect(await client.lift({ peer: identity.peer.slice(-8) })).toEqual({ peer: identity.peer });
  const after = await client.status();
  expect(after.problems.map(({ code }) => code)).not.toContain('journal_forked');
}, 60_000);
