/**
 * Tells Prometheus where to find this peer: a file of its own in a folder that Prometheus looks into, in the
 * format of its file discovery. It stays when the peer ends, since a peer that is down is to be missed.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@bzzz/peer';
import { hostPortOf, reasonOf } from '@bzzz/protocol';

export interface TargetOptions {
  /** Such as a folder that all machines share; it must be there. */
  readonly dir: string;
  /** `host:port` by which Prometheus reaches it; absent: where it listens. */
  readonly address: string | undefined;
  readonly mesh: string;
  /** What people call the peer. */
  readonly peer: string;
}

/** So long a write that is under way is waited for at the end. */
const stopMsMax = 1_000;
/** A folder that was away is back some time. */
const againMs = 30_000;

/** Writes the file again wherever it is gone or another; a folder that cannot be written is told, once. */
export function keepTarget(
  { logger }: { readonly logger: Pick<Logger, 'warn' | 'info'> },
  options: TargetOptions & { readonly address: string },
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const file = join(options.dir, `${options.mesh}.${options.peer}.json`);
  const text = targetText(options);
  let told = '';

  async function look(): Promise<void> {
    try {
      if ((await readFile(file, 'utf8').catch(() => null)) === text) return;
      await replace(file, text);
      logger.info('Prometheus finds this peer', { file });
      told = '';
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== told) logger.warn('Prometheus cannot be told where this peer is', { reason });
      told = reason;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await look();
      await pause(againMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      // A share that is away may hang for ever, and nothing of it must be waited for.
      await Promise.race([running, pause(stopMsMax, undefined, { ref: false })]);
    },
  };
}

/**
 * By which Prometheus reaches it, unless somebody says otherwise: where it listens. Where that is everywhere: the
 * first name by which it may be asked.
 */
export function addressOf(
  url: string,
  { listen, names }: { readonly listen: string; readonly names: readonly string[] },
): string {
  const { host, port } = new URL(url);
  const isEverywhere = ['0.0.0.0', '::'].includes(hostPortOf(listen)?.host ?? '');
  const [name] = names;
  return isEverywhere && name !== undefined ? `${name}:${port}` : host;
}

function targetText({
  address,
  mesh,
  peer,
}: Pick<TargetOptions, 'mesh' | 'peer'> & { readonly address: string }): string {
  return `${JSON.stringify([{ targets: [address], labels: { mesh, peer } }], null, 2)}\n`;
}

/** Prometheus never sees half of it; the draft does not end in .json, so it is no target. */
async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    // Prometheus runs as somebody else.
    await writeFile(draft, text, { flag: 'wx', mode: 0o644 });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
