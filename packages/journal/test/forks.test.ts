/**
 * Logs of real Hypercores that tell two stories: every one is proven, by what goes over the wire alone; and
 * honest ones never are. The deciding parts are those of a peer.
 */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { duplexPair } from 'node:stream';
import {
  type Clock,
  createHeads,
  type Heads,
  type HeadsDeps,
  provenBy,
  type Signer,
} from '@bzzz/coordination';
import {
  bytesToHex,
  type ForkEvidence,
  grownTreeHash,
  headSigningBytes,
  type HeadsMessage,
  ToldHead,
  JournalKey,
  type PeerId,
  peerIdOfPublicKey,
  type SignedHead,
  topics,
  treeHashOf,
} from '@bzzz/protocol';
import { collect, storedEntries } from '@bzzz/testkit/contracts/journal';
import NoiseSecretStream from '@hyperswarm/secret-stream';
import Corestore from 'corestore';
import type Hypercore from 'hypercore';
import { keyPair } from 'hypercore-crypto';
import { describe, expect, it } from 'vitest';
import { headOf } from '../src/head.ts';
import { witnessOf } from '../src/witness.ts';
import { linked } from './hosts.ts';
import { appendRange, arrived, onCleanup, openedJournals, tempDir } from './support.ts';

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

type Bench = Awaited<ReturnType<typeof benchOf>>;
type Ear = ReturnType<typeof earOf>;
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

interface Identity extends Signer {
  readonly key: KeyObject;
}

function identity(): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const peer = peerIdOfPublicKey(bytesToHex(raw));
  keys.set(peer, publicKey);
  return {
    key: publicKey,
    peer,
    sign: async (bytes) => Uint8Array.from(sign(null, bytes, privateKey)),
    verify: stranger.verify,
  };
}

const keys = new Map<PeerId, KeyObject>();

/** Knows the keys that ids stand for, and nothing else. */
const stranger: Pick<Signer, 'verify'> = {
  async verify(by, bytes, signature) {
    const key = keys.get(by) ?? journalSigners.get(by);
    return key !== undefined && verify(null, bytes, key, signature);
  },
};

/** By the peer id that a journal's public key would have. */
const journalSigners = new Map<PeerId, KeyObject>();

function knowJournal(publicKey: Uint8Array): void {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
  const { createPublicKey } = process.getBuiltinModule('node:crypto');
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  journalSigners.set(peerIdOfPublicKey(bytesToHex(publicKey)), key);
}

async function signed({ peer, sign: by }: Identity, core: Hypercore): Promise<SignedHead> {
  const head = ToldHead.parse({ key: bytesToHex(core.key), ...headOf(core) });
  const statement = { peer, head };
  return { ...statement, signature: bytesToHex(await by(headSigningBytes(statement))) };
}

/** Two stores that may hold the same log, and one that reads. The right one is not replicated by itself. */
async function benchOf() {
  const open = async () => {
    const store = new Corestore(await tempDir());
    await store.ready();
    return store;
  };
  const [left, right, reader] = [await open(), await open(), await open()];
  reader.watch((core) => {
    core.replicator.allowFork = false;
  });
  onCleanup(async () => {
    for (const stream of streams.splice(0)) stream.destroy();
    await Promise.all([left, right, reader].map((store) => store.close()));
  });
  connect(reader, left);
  return { left, right, reader };
}

const streams: NoiseSecretStream[] = [];

function connect(one: Corestore, other: Corestore): void {
  const [a, b] = duplexPair();
  const ends = [new NoiseSecretStream(true, a), new NoiseSecretStream(false, b)] as const;
  for (const end of ends) end.on('error', () => undefined);
  streams.push(...ends);
  one.replicate(ends[0]);
  other.replicate(ends[1]);
}

async function coreOf(store: Corestore, pair: ReturnType<typeof keyPair>): Promise<Hypercore> {
  knowJournal(pair.publicKey);
  const core = store.get({ keyPair: pair });
  await core.ready();
  return core;
}

/** One log in two stores, with so many blocks in common. */
async function copies(bench: Bench, common: number): Promise<[Hypercore, Hypercore]> {
  const pair = keyPair();
  const both = [await coreOf(bench.left, pair), await coreOf(bench.right, pair)] as const;
  for (const core of both) if (common > 0) await core.append(blocks(common, 'common'));
  return [...both];
}

function blocks(count: number, what: string): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new TextEncoder().encode(`${what} ${index}`));
}

async function replicated({ reader }: Bench, core: Hypercore): Promise<void> {
  const replica = reader.get({ key: core.key });
  await replica.ready();
  replica.download({ start: 0, end: -1 });
  await new Promise<void>((resolve) => {
    const look = () => {
      if (replica.contiguousLength >= core.length) resolve();
    };
    replica.on('append', look);
    replica.on('download', look);
    look();
  });
}

/** A peer's part in it, with nothing around: it hears, compares with the reader's store, and tells. */
function earOf({ reader }: Bench) {
  const me = identity();
  const own = ToldHead.parse({
    key: '00'.repeat(32),
    length: 0,
    fork: 0,
    treeHash: '0'.repeat(64),
    rootsHash: '0'.repeat(64),
  });
  const told: HeadsMessage[] = [];
  let listener: (from: PeerId, message: HeadsMessage) => void = () => undefined;
  const mesh: HeadsDeps['mesh'] = {
    peer: me.peer,
    // Sound: only one topic is asked for and published here.
    publish: async (_, message) => void told.push(message as HeadsMessage),
    subscribe(_, listen) {
      listener = listen as typeof listener;
      return () => undefined;
    },
  };
  const errors: unknown[] = [];
  const heads: Heads = createHeads(
    {
      clock,
      mesh,
      signer: me,
      journal: { key: own.key, head: () => own },
      chronicle: { record: async () => 0, onEntry: () => () => undefined },
      trouble: { tell: (error) => void errors.push(error) },
      async witness(key, length) {
        const core = reader.get({ key: Buffer.from(JournalKey.parse(key), 'hex') });
        return witnessOf(core, length);
      },
    },
    { announceMs: 1_000_000 },
  );
  heads.start();
  onCleanup(async () => heads.stop());
  return {
    proofs: () => heads.quarantine.all(),
    /** Resolves when it was thought about. */
    async hear(from: PeerId, them: readonly SignedHead[]) {
      const [a, b, c, d, ...rest] = them;
      const some = [a, b, c, d].flatMap((one) => (one === undefined ? [] : [one]));
      listener(from, { kind: 'heads', heads: some });
      // One is thought about after the other, so this one's turn comes when those before have had theirs.
      await heads.lift(me.peer).catch(() => undefined);
      expect(errors).toEqual([]);
      if (rest.length > 0) await this.hear(from, rest);
    },
  };
}

const clock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
