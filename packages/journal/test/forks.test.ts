/**
 * Logs of real Hypercores that tell two stories: every one is proven, by what goes over the wire alone; and
 * honest ones never are. The deciding parts are those of a peer.
 */
import { provenBy } from '@bzzz/coordination';
import {
  type ForkEvidence,
  grownTreeHash,
  type PeerId,
  type SignedHead,
  topics,
  treeHashOf,
} from '@bzzz/protocol';
import { collect, storedEntries } from '@bzzz/testkit/contracts/journal';
import { keyPair } from 'hypercore-crypto';
import { describe, expect, it } from 'vitest';
import { headOf } from '../src/head.ts';
import { witnessOf } from '../src/witness.ts';
import { linked } from './hosts.ts';
import { appendRange, arrived, openedJournals } from './support.ts';
import {
  type Bench,
  benchOf,
  blocks,
  connect,
  copies,
  coreOf,
  type Ear,
  earOf,
  type Identity,
  identity,
  replicated,
  signed,
  stranger,
} from './two-stories.ts';

/** Forks of each of the five ways. */
const forksEach = Number(process.env['BZZZ_FORKS'] ?? 200);

describe('a log that tells two stories', () => {
  it.each([
    ['two copies of its store, heard at one length', copiesHeardAlike],
    ['two copies of its store, one of them replicated further', copyReplicatedFurther],
    ['two copies of its store, one of them replicated later', copyReplicatedLater],
    ['a store that was set back and has overtaken its other self', setBackAndLonger],
    ['a truncation', truncated],
  ])(
    `is proven each time: %s`,
    async (_, forkOf) => {
      const bench = await benchOf();
      for (let index = 0; index < forksEach; index += 1) {
        const ear = earOf(bench);
        const writer = identity();
        const told = await forkOf(bench, writer, index, ear);
        const [proof, ...more] = ear.proofs();
        expect(more).toEqual([]);
        expect(proof?.peer, `fork ${index}: ${told}`).toBe(writer.peer);
        if (proof === undefined) throw new Error('it was seen a line above');
        await expectProofAlone(proof.evidence, writer.peer);
      }
    },
    120_000,
  );

  it('is told from one that lags, grows, and is opened again', async () => {
    const bench = await benchOf();
    const ear = earOf(bench);
    for (let index = 0; index < 20; index += 1) {
      const writer = identity();
      const pair = keyPair();
      const core = await coreOf(bench.left, pair);
      const heads: SignedHead[] = [];
      const grow = async (count: number) => {
        await core.append(blocks(count, `honest ${index} ${core.length}`));
        heads.push(await signed(writer, core));
      };
      await grow(1 + (index % 5));
      await ear.hear(writer.peer, heads);
      await grow(3);
      await ear.hear(writer.peer, heads);
      await replicated(bench, core);
      await grow(2);
      // It is told again what it was told before, in another order too.
      await ear.hear(writer.peer, heads.toReversed());
      await core.close();
      const again = await coreOf(bench.left, pair);
      expect(await signed(writer, again)).toEqual(heads.at(-1));
      await again.append(blocks(9, `after ${index}`));
      await ear.hear(writer.peer, [await signed(writer, again), ...heads]);
      await replicated(bench, again);
      await ear.hear(writer.peer, heads);
    }
    expect(ear.proofs()).toEqual([]);
  });

  it('cannot be forged from honest words by saying other sizes, which no signature covers', async () => {
    const bench = await benchOf();
    const writer = identity();
    let signedToo = 0;
    for (let length = 1; length < 12; length += 1) {
      const core = await coreOf(bench.left, keyPair());
      await core.append(blocks(length, `honest ${length}`));
      const head = await signed(writer, core);
      await core.append(blocks(9, `later ${length}`));
      const tree = await witnessOf(core, length);
      if (tree === null) throw new Error('it is all here');
      expect(grownTreeHash(length, tree)).toBe(headOf(core).treeHash);
      const { roots, further } = tree;
      const moved = (nodes: typeof roots, at: number, by: number) =>
        nodes.map((node, index) => (index === at ? { ...node, size: node.size + by } : node));
      const forged = {
        ...tree,
        roots: moved(roots, roots.length - 1, 1),
        further: moved(further, 0, -1),
      };
      // Where the last root has got its sibling the signature covers what was made up.
      if (grownTreeHash(length, forged) === headOf(core).treeHash) signedToo += 1;
      for (const one of [tree, forged]) {
        expect(await provenBy(stranger, { kind: 'tree', head, tree: one })).toBeUndefined();
      }
    }
    expect(signedToo).toBeGreaterThan(5);
  });

  it('is proven though Hypercore has seen it first, and closed its replica', async () => {
    const bench = await benchOf();
    const ear = earOf(bench);
    const writer = identity();
    const [left, right] = await copies(bench, 3);
    await left.append(blocks(2, 'left'));
    await replicated(bench, left);
    await right.append(blocks(1, 'right'));
    // Only over a new stream, as when the other copy takes the place of the first.
    connect(bench.reader, bench.right);
    const replica = bench.reader.get({ key: left.key });
    await replica.ready();
    await ear.hear(writer.peer, [await signed(writer, right)]);
    expect(ear.proofs()).toHaveLength(1);
  });
});

describe('the witness of a replica', () => {
  it('is what its writer told, at every length', async () => {
    const writer = await openedJournals();
    const heads: ReturnType<typeof writer.own.head>[] = [];
    for (let index = 0; index < 20; index += 1) {
      await appendRange(writer, index, index + 1);
      heads.push(writer.own.head());
    }
    const reader = await openedJournals();
    const replica = reader.replica(writer.own.key);
    expect(await replica.witness()).toBeNull();
    await linked(reader, writer);
    await arrived(replica, 20);
    expect(await collect(replica.read())).toEqual(storedEntries(0, 20));
    for (const { length, treeHash } of heads) {
      const tree = await replica.witness(length);
      expect(treeHashOf(length, tree?.roots ?? [])).toBe(treeHash);
      expect(tree && grownTreeHash(length, tree)).toBe(heads.at(-1)?.treeHash);
    }
    expect(await replica.witness(21)).toBeNull();
  });
});

type ForkOf = (bench: Bench, writer: Identity, index: number, ear: Ear) => Promise<string>;

/** Nobody holds a replica: two heads say it all. */
async function copiesHeardAlike(
  ...[bench, writer, index, ear]: Parameters<ForkOf>
): ReturnType<ForkOf> {
  const [left, right] = await copies(bench, index % 9);
  const further = 1 + (index % 7);
  await left.append(blocks(further, 'left'));
  await right.append(blocks(further, 'right'));
  await ear.hear(writer.peer, [await signed(writer, left)]);
  expect(ear.proofs()).toEqual([]);
  await ear.hear(writer.peer, [await signed(writer, right)]);
  return `${index % 9} and ${further} more`;
}

async function copyReplicatedFurther(
  ...[bench, writer, index, ear]: Parameters<ForkOf>
): ReturnType<ForkOf> {
  const [left, right] = await copies(bench, index % 11);
  await right.append(blocks(1 + (index % 5), 'right'));
  await left.append(blocks(5 + (index % 13), 'left'));
  await replicated(bench, left);
  await ear.hear(writer.peer, [await signed(writer, right)]);
  return `${left.length} and ${right.length}`;
}

async function copyReplicatedLater(
  ...[bench, writer, index, ear]: Parameters<ForkOf>
): ReturnType<ForkOf> {
  const [left, right] = await copies(bench, 1 + (index % 6));
  await replicated(bench, left);
  await right.append(blocks(2 + (index % 4), 'right'));
  const told = [await signed(writer, right)];
  await ear.hear(writer.peer, told);
  expect(ear.proofs()).toEqual([]);
  await left.append(blocks(8, 'left'));
  await replicated(bench, left);
  await ear.hear(writer.peer, told);
  return `${left.length} and ${right.length}`;
}

/** The head after the first block of its second life is what gives it away. */
async function setBackAndLonger(
  ...[bench, writer, index, ear]: Parameters<ForkOf>
): ReturnType<ForkOf> {
  const [left, right] = await copies(bench, index % 8);
  await left.append(blocks(1 + (index % 5), 'lost'));
  await replicated(bench, left);
  await right.append(blocks(1, 'first of the second life'));
  const first = await signed(writer, right);
  await right.append(blocks(20 + (index % 30), 'second life'));
  await ear.hear(writer.peer, [first, await signed(writer, right)]);
  return `${left.length} and ${right.length}`;
}

async function truncated(...[bench, writer, index, ear]: Parameters<ForkOf>): ReturnType<ForkOf> {
  const core = await coreOf(bench.left, keyPair());
  await core.append(blocks(4 + (index % 10), 'before'));
  const isHeld = index % 2 === 0;
  if (isHeld) await replicated(bench, core);
  else await ear.hear(writer.peer, [await signed(writer, core)]);
  const kept = index % 4;
  await core.truncate(kept);
  await core.append(blocks(1 + (index % 6), 'after'));
  await ear.hear(writer.peer, [await signed(writer, core)]);
  return `${isHeld ? 'held' : 'heard'}, down to ${kept}`;
}

/** Whoever has nothing but the bytes finds the same, and finds nothing in bytes that were changed. */
async function expectProofAlone(evidence: ForkEvidence, peer: PeerId): Promise<void> {
  const { codec } = topics.heads;
  const message = codec.decode(codec.encode({ kind: 'fork', evidence }));
  if (message.kind !== 'fork') throw new Error('another message came');
  expect(await provenBy(stranger, message.evidence)).toMatchObject({ peer });
  const lie = message.evidence;
  const head = lie.kind === 'heads' ? lie.first : lie.head;
  head.head = { ...head.head, length: head.head.length + 1 };
  expect(await provenBy(stranger, lie)).toBeUndefined();
}
