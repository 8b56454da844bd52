import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { Said } from './origin.ts';
import { resolvePath } from './paths.ts';
import { settings } from './settings.ts';

/** A file of configuration may not be larger, in bytes. */
const fileBytesMax = 256 * 1024;

/** What a YAML file says, each value with its line. Throws `config_invalid`. */
export async function readConfigFile(file: string, home: string): Promise<Said[]> {
  const text = await textOf(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const [flaw] = document.errors;
  if (flaw !== undefined) {
    const [at] = flaw.linePos ?? [];
    throw invalid(`${file}:${at?.line ?? 1}: ${flaw.message.split('\n')[0] ?? 'not YAML'}`);
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return [];
  if (!isMap(root)) throw invalid(`${file}:1: expected settings as "name: value"`);
  const walked = walk(root, [], (offset) => lines.linePos(offset).line);
  return walked.map(({ names, node, line }) => {
    const where = `${file}:${line}`;
    const dotted = names.find((name) => name.includes('.'));
    if (dotted !== undefined) throw invalid(`${where}: no such setting as "${dotted}"`);
    const path = names.join('.');
    const value = located(path, valueOf(node, document), { base: dirname(file), home });
    return { path, value, origin: { source: 'file', where } };
  });
}

interface Leaf {
  readonly names: readonly string[];
  readonly node: Node | null;
  readonly line: number;
}

function walk(node: unknown, above: readonly string[], lineOf: (offset: number) => number): Leaf[] {
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const names = [...above, isScalar(key) ? String(key.value) : String(key)];
    if (isMap(value) && value.items.length > 0) return walk(value, names, lineOf);
    const [offset = 0] = isScalar(key) ? (key.range ?? []) : [];
    return [{ names, node: isNode(value) ? value : null, line: lineOf(offset) }];
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'toJS' in value;
}

function valueOf(node: Node | null, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return node?.toJS(document, { maxAliasCount: 0 }) ?? undefined;
  } catch (error) {
    throw invalid(reasonOf(error));
  }
}

/** Of what can stand in the file only. */
const filesOfSections = [
  /^cli\.[a-z]+\.apiKeyFile$/,
  /^forge\.vault\.(?:auth\.)?[a-zA-Z]+File$/,
  /^forge\.app\.privateKeyFile$/,
];

function located(path: string, value: unknown, from: { base: string; home: string }): unknown {
  const kind = settings.find((setting) => setting.path === path)?.kind;
  const isFile = kind === 'file' || filesOfSections.some((pattern) => pattern.test(path));
  return isFile && typeof value === 'string' ? resolvePath(value, from) : value;
}

async function textOf(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (bytes.byteLength > fileBytesMax) throw invalid(`${file} has over ${fileBytesMax} bytes`);
    return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof BzzzError) throw error;
    throw new BzzzError('config_invalid', `${file}: ${reasonOf(error)}`, { cause: error });
  }
}

function invalid(reason: string): BzzzError {
  return new BzzzError('config_invalid', reason);
}
