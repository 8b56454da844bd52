/**
 * Writers that may tell two stories, somebody who replicates them, and an ear that hears and compares as a peer does:
 * real Hypercores, and the deciding parts of a peer.
 */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { duplexPair } from 'node:stream';
import {
  type Clock,
  createHeads,
  type Heads,
  type HeadsDeps,
  type Signer,
} from '@bzzz/coordination';
import {
  bytesToHex,
  headSigningBytes,
  type HeadsMessage,
  JournalKey,
  type PeerId,
  peerIdOfPublicKey,
  type SignedHead,
  ToldHead,
} from '@bzzz/protocol';
import NoiseSecretStream from '@hyperswarm/secret-stream';
import Corestore from 'corestore';
import type Hypercore from 'hypercore';
import { keyPair } from 'hypercore-crypto';
import { expect } from 'vitest';
import { headOf } from '../src/head.ts';
import { witnessOf } from '../src/witness.ts';
import { onCleanup, tempDir } from './support.ts';

export interface Identity extends Signer {
  readonly key: KeyObject;
}

export function identity(): Identity {
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
export const stranger: Pick<Signer, 'verify'> = {
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

export async function signed({ peer, sign: by }: Identity, core: Hypercore): Promise<SignedHead> {
  const head = ToldHead.parse({ key: bytesToHex(core.key), ...headOf(core) });
  const statement = { peer, head };
  return { ...statement, signature: bytesToHex(await by(headSigningBytes(statement))) };
}

/** Two stores that may hold the same log, and one that reads. The right one is not replicated by itself. */
export async function benchOf() {
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

export function connect(one: Corestore, other: Corestore): void {
  const [a, b] = duplexPair();
  const ends = [new NoiseSecretStream(true, a), new NoiseSecretStream(false, b)] as const;
  for (const end of ends) end.on('error', () => undefined);
  streams.push(...ends);
  one.replicate(ends[0]);
  other.replicate(ends[1]);
}

export async function coreOf(
  store: Corestore,
  pair: ReturnType<typeof keyPair>,
): Promise<Hypercore> {
  knowJournal(pair.publicKey);
  const core = store.get({ keyPair: pair });
  await core.ready();
  return core;
}

/** One log in two stores, with so many blocks in common. */
export async function copies(bench: Bench, common: number): Promise<[Hypercore, Hypercore]> {
  const pair = keyPair();
  const both = [await coreOf(bench.left, pair), await coreOf(bench.right, pair)] as const;
  for (const core of both) if (common > 0) await core.append(blocks(common, 'common'));
  return [...both];
}

export function blocks(count: number, what: string): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new TextEncoder().encode(`${what} ${index}`));
}

/** How long a replica may stand still before its stream is made anew, as a peer does. */
const stalledMs = 2_000;

/**
 * Waits until the reader has all of a log of the left store. Hypercore can forget to acknowledge a length
 * (`peer/src/wiring/progress.ts`): both sides wait for ever then, until there is a new stream.
 */
export async function replicated({ reader, left }: Bench, core: Hypercore): Promise<void> {
  const replica = reader.get({ key: core.key });
  await replica.ready();
  replica.download({ start: 0, end: -1 });
  while (replica.contiguousLength < core.length) {
    if (await grows(replica)) continue;
    for (const stream of streams.splice(0)) stream.destroy();
    connect(reader, left);
  }
}

/** False: nothing came for too long. */
function grows(replica: Hypercore): Promise<boolean> {
  const before = replica.contiguousLength;
  return new Promise((resolve) => {
    const end = (has: boolean) => {
      clearTimeout(timer);
      replica.off('append', look);
      replica.off('download', look);
      resolve(has);
    };
    const look = () => {
      if (replica.contiguousLength > before) end(true);
    };
    const timer = setTimeout(() => end(false), stalledMs);
    replica.on('append', look);
    replica.on('download', look);
  });
}

/** A peer's part in it, with nothing around: it hears, compares with the reader's store, and tells. */
export function earOf({ reader }: Bench) {
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
      membership: { isMet: () => true },
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

export type Bench = Awaited<ReturnType<typeof benchOf>>;
export type Ear = ReturnType<typeof earOf>;
