/**
 * Trees, differences and contents as git prints them. Paths are kept as git has them, byte by byte,
 * in strings of one character a byte (`latin1`), since a file name need not be UTF-8.
 */
import { isUtf8 } from 'node:buffer';
import { Oid } from '@bzzz/protocol';
import type { Git, GitOptions } from './git.ts';

/** A path with one character a byte. */
export type RawPath = string;

export interface TreeEntry {
  readonly mode: string;
  readonly oid: Oid;
}

export interface Change {
  readonly path: RawPath;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

export async function listTree(
  git: Git,
  commit: Oid,
  options: GitOptions = {},
): Promise<Map<RawPath, TreeEntry>> {
  const out = await git(['ls-tree', '-r', '-z', '--full-tree', commit], options);
  const entries = new Map<RawPath, TreeEntry>();
  for (const line of splitNul(out)) {
    const tab = line.indexOf('\t');
    const [mode = '', , oid = ''] = line.slice(0, tab).split(' ');
    entries.set(line.slice(tab + 1), { mode, oid: Oid.parse(oid) });
  }
  return entries;
}

export async function changesBetween(
  git: Git,
  before: Oid,
  after: Oid,
  options: GitOptions = {},
): Promise<Change[]> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-ext-diff', '--full-index'];
  const parts = splitNul(await git([...args, before, after], options));
  const changes: Change[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [modes = '', modeAfter = '', oidBefore = '', oidAfter = ''] = (parts[at] ?? '').split(
      ' ',
    );
    changes.push({
      path: parts[at + 1] ?? '',
      before: entry(modes.replace(':', ''), oidBefore),
      after: entry(modeAfter, oidAfter),
    });
  }
  return changes;
}

/** New paths of files that stood somewhere else before, with at least half of the same content. */
export async function movedFiles(
  git: Git,
  before: Oid,
  after: Oid,
  options: GitOptions = {},
): Promise<Set<RawPath>> {
  const args = ['diff-tree', '-r', '-z', '--name-status', '-M50%', '-l200', '--diff-filter=R'];
  const parts = splitNul(await git([...args, '--no-ext-diff', before, after], options));
  const moved = new Set<RawPath>();
  for (let at = 0; at + 2 < parts.length; at += 3) moved.add(parts[at + 2] ?? '');
  return moved;
}

/** Lines added and removed, together, by path; 0 for what git takes for a binary file. */
export async function changedLines(
  git: Git,
  before: Oid,
  after: Oid,
  options: GitOptions = {},
): Promise<Map<RawPath, number>> {
  const args = ['diff-tree', '-r', '-z', '--numstat', '--no-renames', '--no-ext-diff'];
  const counts = splitNul(await git([...args, '--no-textconv', before, after], options));
  return new Map(
    counts.map((line) => {
      const [added = '', removed = '', ...path] = line.split('\t');
      // A dash stands for what has no lines.
      return [path.join('\t'), (Number(added) || 0) + (Number(removed) || 0)];
    }),
  );
}

/** Sizes of blobs in bytes. Every id must exist. */
export async function blobSizes(
  git: Git,
  oids: readonly Oid[],
  options: GitOptions = {},
): Promise<Map<Oid, number>> {
  if (oids.length === 0) return new Map();
  const input = `${oids.join('\n')}\n`;
  const args = ['cat-file', '--batch-check=%(objectname) %(objectsize)'];
  const lines = (await git(args, { ...options, input })).toString('latin1').trimEnd().split('\n');
  return new Map(lines.map((line) => [Oid.parse(line.slice(0, 40)), Number(line.slice(41))]));
}

/** The contents of blobs. Every id must exist. */
export async function readBlobs(
  git: Git,
  oids: readonly Oid[],
  options: GitOptions = {},
): Promise<Map<Oid, Buffer>> {
  const blobs = new Map<Oid, Buffer>();
  if (oids.length === 0) return blobs;
  const out = await git(['cat-file', '--batch'], { ...options, input: `${oids.join('\n')}\n` });
  let at = 0;
  for (const oid of oids) {
    const lineEnd = out.indexOf(0x0a, at);
    const bytes = Number(out.subarray(at, lineEnd).toString('latin1').split(' ')[2]);
    blobs.set(oid, out.subarray(lineEnd + 1, lineEnd + 1 + bytes));
    at = lineEnd + 1 + bytes + 1;
  }
  return blobs;
}

/** The path as text; null: it is none. */
export function pathText(path: RawPath): string | null {
  const bytes = Buffer.from(path, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/** The path as text, with replacement characters where it is none: for matching and for people. */
export function pathShown(path: RawPath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

export function splitNul(out: Buffer): string[] {
  const parts = out.toString('latin1').split('\0');
  parts.pop();
  return parts;
}

function entry(mode: string, oid: string): TreeEntry | null {
  return mode === '000000' ? null : { mode, oid: Oid.parse(oid) };
}
