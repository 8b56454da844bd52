/**
 * What a small file says, read again only when it is another file than before. The system is asked with every
 * call, so that a change counts from that moment on, whoever made it; to ask costs a small part of reading.
 */
import { type BigIntStats, statSync } from 'node:fs';

/**
 * The system's clock of files may stand still for some milliseconds: a file that was changed within that time
 * may be changed once more and look the same. What is so young is not kept.
 */
const youngMs = 1_000;

export interface KeptFileOptions<T> {
  /** Reads the file, or says what it means that there is none. */
  readonly read: () => Promise<T>;
  /** Wall clock, the one by which the system dates files. */
  readonly nowMs: () => number;
}

/** Throws what `read` throws, and keeps nothing then. */
export function keptFile<T>(file: string, { read, nowMs }: KeptFileOptions<T>): () => Promise<T> {
  let kept: { readonly facts: BigIntStats; readonly value: T } | undefined;
  return async () => {
    const facts = factsOf(file);
    if (kept !== undefined && facts !== undefined && isSame(kept.facts, facts)) return kept.value;
    kept = undefined;
    // Dated before it is read: what is changed meanwhile is another file at the next call.
    const isOld = facts !== undefined && nowMs() - Number(facts.ctimeMs) > youngMs;
    const value = await read();
    if (isOld) kept = { facts, value };
    return value;
  };
}

/** Undefined: there is none, or it cannot be asked for, of which `read` says why. */
function factsOf(file: string): BigIntStats | undefined {
  try {
    // At once: going to another thread and back costs more than the call.
    return statSync(file, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Every change of content, mode or owner moves the time of change, and a file put in its place is another one. */
function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return (
    a.ctimeNs === b.ctimeNs &&
    a.mtimeNs === b.mtimeNs &&
    a.ino === b.ino &&
    a.dev === b.dev &&
    a.size === b.size
  );
}
