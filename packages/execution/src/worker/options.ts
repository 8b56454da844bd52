/** What a test may set of workers; the defaults are what peers use. */
import { fileURLToPath } from 'node:url';
import type { HealthOptions } from './health.ts';

export interface WorkerOptions {
  /** The program of a worker. Default: our own. */
  readonly entry?: string;
  /** From one sign of life to the next. Default 1 second. Lower: a hang is seen sooner, for more messages. */
  readonly beatMs?: number;
  /**
   * A worker that gives no sign for so long is ended. Default 15 seconds. Lower: a hang costs less, and a
   * machine that swaps loses work that would have ended well.
   */
  readonly silentMs?: number;
  /** One that does not stand by then is ended. Default 30 seconds, for a machine under load. */
  readonly startMs?: number;
  /** From the request to end to the kill. Default 5 seconds. Work in the sandbox is ended without waiting. */
  readonly graceMs?: number;
  /** Of JavaScript objects. Default 256 MiB; the longest answer of a model takes some 30. */
  readonly heapBytesMax?: number;
  /** Of all its memory, looked at with each sign of life. Default 640 MiB. */
  readonly residentBytesMax?: number;
  /**
   * What it was told and has not read. Default 64 MiB. Lower: less memory of the peer is held for one that reads
   * slowly, and one that is only slow is ended sooner.
   */
  readonly waitingBytesMax?: number;
  readonly health?: Partial<HealthOptions>;
}

export type WorkerSettings = Required<Omit<WorkerOptions, 'health'>> & {
  readonly health: HealthOptions;
};

const mebibyte = 1024 * 1024;
// Sources are run as they are, too.
const file = import.meta.url.endsWith('.ts') ? './main.ts' : './main.js';

export function settingsOf(options: WorkerOptions): WorkerSettings {
  return {
    entry: options.entry ?? fileURLToPath(new URL(file, import.meta.url)),
    beatMs: options.beatMs ?? 1_000,
    silentMs: options.silentMs ?? 15_000,
    startMs: options.startMs ?? 30_000,
    graceMs: options.graceMs ?? 5_000,
    heapBytesMax: options.heapBytesMax ?? 256 * mebibyte,
    residentBytesMax: options.residentBytesMax ?? 640 * mebibyte,
    waitingBytesMax: options.waitingBytesMax ?? 64 * mebibyte,
    health: {
      pauseMs: 1_000,
      pauseMsMax: 30_000,
      deathsMax: 5,
      windowMs: 600_000,
      coolDownMs: 300_000,
      ...options.health,
    },
  };
}
