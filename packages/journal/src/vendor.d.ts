/**
 * What is used of the Hypercore family, which ships no types. `core` and `storage` reach inside:
 * the versions are pinned in package.json, and tests hold what is relied on.
 */
declare module 'hypercore' {
  export interface InnerCore {
    /** False: a signed truncation of the writer is not followed. */
    readonly replicator: { allowFork: boolean };
    /** Which blocks are here; -1: none from there on is. */
    readonly bitfield: { firstSet(index: number): number; firstUnset(index: number): number };
    readonly verifier: { verify(batch: unknown, signature: Uint8Array | null): boolean } | null;
    readonly state: {
      readonly signature: Uint8Array | null;
      readonly roots: readonly { readonly hash: Uint8Array; readonly size: number }[];
      createTreeBatch(): unknown;
      /** Hash of all roots of the tree, which the signature covers. */
      hash(): Uint8Array;
      readonly storage: {
        createBlockStream(): AsyncIterable<{ readonly index: number; readonly value: Uint8Array }>;
        /** What is asked of it is read when it is flushed. */
        read(): {
          getTreeNode(
            index: number,
          ): Promise<{ readonly hash: Uint8Array; readonly size: number } | null>;
          tryFlush(): void;
        };
      };
    };
  }

  export default class Hypercore {
    readonly key: Uint8Array;
    readonly core: InnerCore;
    /** Blocks that the newest verified head of the writer covers, here or not. */
    readonly length: number;
    /** Blocks from 0 on that are here without a gap. */
    readonly contiguousLength: number;
    /** Bytes of those `length` blocks. */
    readonly byteLength: number;
    readonly fork: number;
    /** The key is its hash; null: it has not come yet. */
    readonly manifest: {
      readonly signers: readonly {
        readonly publicKey: Uint8Array;
        readonly namespace: Uint8Array;
      }[];
    } | null;
    readonly opened: boolean;
    readonly closing: Promise<void> | null;
    /** Not 0: the store threw its write-ahead log away; appends wait until peers filled the gap. */
    readonly recovering: number;
    ready(): Promise<void>;
    close(): Promise<void>;
    /** `postappend` is awaited after the write and before anybody else is told of the blocks. */
    append(
      blocks: readonly Uint8Array[],
      options?: { postappend?: () => Promise<void> },
    ): Promise<{ readonly length: number }>;
    /** Never called by us; a hostile writer can. */
    truncate(length: number): Promise<void>;
    get(index: number, options: { wait: false }): Promise<Uint8Array | null>;
    /** Deletes blocks that are here, and what of the tree stands over them alone. */
    clear(start: number, end: number): Promise<unknown>;
    /** The block that holds this byte, asked of others where it is not known here. */
    seek(bytes: number): Promise<readonly [index: number, offset: number] | null>;
    getUserData(key: string): Promise<Uint8Array | null>;
    setUserData(key: string, value: Uint8Array): Promise<void>;
    download(range: { start: number; end: number }): { destroy(): void };
    on(event: 'append' | 'truncate' | 'download' | 'conflict', listener: () => void): this;
    off(event: 'append' | 'truncate' | 'download' | 'conflict', listener: () => void): this;
  }
}

declare module 'corestore' {
  import type NoiseSecretStream from '@hyperswarm/secret-stream';
  import type Hypercore from 'hypercore';
  import type { InnerCore } from 'hypercore';

  interface KeyPair {
    readonly publicKey: Uint8Array;
    readonly secretKey: Uint8Array;
  }

  export default class Corestore {
    constructor(folder: string);
    readonly ns: Uint8Array;
    readonly storage: {
      readonly rocks: {
        currentWalFile(): Promise<{ readonly path: string; readonly number: number }>;
      };
      close(): Promise<void>;
      getAlias(alias: { name: string; namespace: Uint8Array }): Promise<Uint8Array | null>;
      getAuth(discoveryKey: Uint8Array): Promise<{ readonly key: Uint8Array } | null>;
    };
    ready(): Promise<void>;
    close(): Promise<void>;
    get(options: { name: string } | { key: Uint8Array } | { keyPair: KeyPair }): Hypercore;
    /** Calls `listener` for every core when it is opened, on demand of others too. */
    watch(listener: (core: InnerCore) => void): void;
    /** Discovery keys of all cores in the store. */
    list(): AsyncIterable<Uint8Array>;
    replicate(stream: NoiseSecretStream): NoiseSecretStream;
  }
}

declare module '@hyperswarm/secret-stream' {
  import type { Duplex } from 'node:stream';

  export default class NoiseSecretStream {
    constructor(initiator: boolean, rawStream: Duplex);
    /** Destroys the stream when nothing arrived for so long. */
    setTimeout(ms: number): void;
    destroy(error?: Error): void;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'close', listener: () => void): this;
  }
}

declare module 'fs-native-extensions' {
  /** False: another open file description holds a lock. */
  export function tryLock(fd: number): boolean;
}

declare module 'hypercore-crypto' {
  export interface TreeNode {
    /** In flat-tree order: leaf n stands at 2n, a parent between its children. */
    readonly index: number;
    /** Bytes below it. */
    readonly size: number;
    readonly hash: Uint8Array;
  }
  export function keyPair(): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array };
  export function data(block: Uint8Array): Uint8Array;
  export function parent(left: TreeNode, right: TreeNode): Uint8Array;
  export function tree(roots: readonly TreeNode[]): Uint8Array;
}
