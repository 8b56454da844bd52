/** What the benchmark of the journal uses of the Hypercore family, which ships no types. */
declare module 'corestore' {
  interface RawCore {
    readonly length: number;
    ready(): Promise<void>;
    append(blocks: readonly Uint8Array[]): Promise<unknown>;
    get(index: number, options: { wait: false }): Promise<Uint8Array | null>;
  }

  export default class Corestore {
    constructor(folder: string);
    readonly storage: {
      readonly rocks: { currentWalFile(): Promise<{ readonly path: string }> };
    };
    ready(): Promise<void>;
    close(): Promise<void>;
    get(options: { name: string }): RawCore;
  }
}
