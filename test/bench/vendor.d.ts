/** What the benchmarks use of the Hypercore family, which ships no types. */
declare module 'corestore' {
  import type { Duplex } from 'node:stream';

  export interface RawCore {
    readonly key: Uint8Array;
    readonly length: number;
    /** Blocks from 0 on that are here without a gap. */
    readonly contiguousLength: number;
    ready(): Promise<void>;
    /** `postappend` is awaited after the write and before anybody else is told of the blocks. */
    append(
      blocks: readonly Uint8Array[],
      options?: { postappend?: () => Promise<void> },
    ): Promise<unknown>;
    get(index: number, options: { wait: false }): Promise<Uint8Array | null>;
    /** Asks others for all blocks, now and later. */
    download(range: { start: number; end: -1 }): { destroy(): void };
    on(event: 'download', listener: () => void): this;
    off(event: 'download', listener: () => void): this;
  }

  export default class Corestore {
    constructor(folder: string);
    readonly storage: {
      readonly rocks: { currentWalFile(): Promise<{ readonly path: string }> };
    };
    ready(): Promise<void>;
    close(): Promise<void>;
    get(options: { name: string } | { key: Uint8Array }): RawCore;
    /** A stream for one connection; the true side is the one that dialled. */
    replicate(isInitiator: boolean): Duplex;
  }
}
