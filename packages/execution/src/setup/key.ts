/** What one installation is known by: all that decides what comes of it. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Base } from '@bzzz/coordination';
import { BzzzError, matchesAny, type Setup } from '@bzzz/protocol';
import { pathShown, type RawPath, type TreeEntry } from '../git-objects.ts';

/** Changes when installations of an earlier release may not be used any more. */
const format = 1;

export interface KeyParts {
  readonly base: Base;
  /** Of the base commit. */
  readonly entries: ReadonlyMap<RawPath, TreeEntry>;
  readonly setup: Setup;
  readonly sandbox: 'required' | 'off';
}

/**
 * Hexadecimal. A blob's id stands for its content. The mirror stands for the repository: what a setup reads
 * besides its inputs would else decide what another repository gets. Throws `setup_failed`.
 */
export function keyOf({ base, entries, setup, sandbox }: KeyParts): string {
  const { run, provides, inputs } = setup;
  const contents = [...entries].filter(([path]) => matchesAny(pathShown(path), inputs));
  if (contents.length === 0) {
    const reason = `no file of ${base.branch} is among the inputs ${inputs.join(', ')}`;
    throw new BzzzError('setup_failed', reason);
  }
  // In the order of git, which is always the same.
  const files = contents.map(([path, { mode, oid }]) => [path, mode, oid]);
  const node = process.versions.node.split('.')[0];
  const machine = [process.platform, process.arch, node, sandbox];
  const parts = [format, resolve(base.mirror), run, provides, files, machine];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
