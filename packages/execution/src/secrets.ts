/** Finds secrets in files that are to be published: where and by which rule, never the secret. */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { lintSource } from '@secretlint/core';
import { rules as presetRules } from '@secretlint/secretlint-rule-preset-recommend';

/** A comment in the scanned file could switch rules off: that rule is left out. */
const rules = presetRules
  .filter((rule) => rule.meta.id !== '@secretlint/secretlint-rule-filter-comments')
  .map((rule) => ({ id: rule.meta.id, rule }));

/** A key of an elliptic curve in PKCS #8 is shorter than what the preset takes for a key. */
const shortKey =
  /-----BEGIN PRIVATE KEY-----\s*M[A-Za-z0-9+/=\s]{40,110}-----END PRIVATE KEY-----/g;

const chunkBytes = 1024 * 1024;
/** No secret is longer; a chunk repeats so much of the one before it. */
const overlapBytes = 16 * 1024;

/**
 * Rules that match in `content` with something that `before` does not hold already.
 * A file of any size is scanned to its end, piece by piece.
 */
export async function newSecrets(
  path: string,
  content: Uint8Array,
  before: Uint8Array | null,
): Promise<string[]> {
  const found = await scan(path, content);
  if (found.size === 0) return [];
  const known = before === null ? new Map<string, string>() : await scan(path, before);
  const fresh = [...found].filter(([print]) => !known.has(print)).map(([, rule]) => rule);
  return [...new Set(fresh)].sort();
}

/** From a fingerprint of rule and match to the rule. */
async function scan(path: string, content: Uint8Array): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const add = (rule: string, match: string) => {
    found.set(createHash('sha256').update(`${rule}\0${match}`).digest('hex'), rule);
  };
  for (let at = 0; at < content.byteLength; at += chunkBytes) {
    const end = Math.min(content.byteLength, at + chunkBytes + overlapBytes);
    // Every byte a character: what is not UTF-8 cannot hide anything, and secrets are ASCII.
    const text = Buffer.from(content.subarray(at, end)).toString('latin1').replaceAll('\0', '');
    for (const { rule, from, to } of await secretsIn(path, text)) add(rule, text.slice(from, to));
  }
  return found;
}

interface Place {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
}

/** Where they stand in a text. */
async function secretsIn(path: string, text: string): Promise<Place[]> {
  const source = {
    filePath: path,
    content: text,
    ext: extname(path),
    contentType: 'text',
  } as const;
  const { messages } = await lintSource({ source, options: { config: { rules } } });
  return [
    ...messages.map(({ ruleId, range: [from, to] }) => ({ rule: ruleId, from, to })),
    ...placesOf('bzzz/short-private-key', text.matchAll(shortKey)),
  ];
}

/** A private key of which the text shows a part: its other end has not come yet, or is gone already. */
function openKeys(text: string): Place[] {
  const lastEnd = text.lastIndexOf('-----END ');
  for (const { 0: match, index: from } of text.matchAll(keyBegin)) {
    const isOpen = from + match.length + '-----'.length > lastEnd;
    if (isOpen) return [{ rule: 'open key', from, to: text.length }];
  }
  return [];
}

/** The next one may begin with the dashes of this one. */
const keyBegin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?=-----)/g;
const closedKey = /^(?:(?!-----BEGIN )[^])*?(?=-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)/g;

/** The same text, as long and with the same lines, its secrets told by `*`. */
export async function maskSecrets(text: string): Promise<string> {
  const places = [
    ...(await secretsIn('output.txt', text)),
    ...openKeys(text),
    ...placesOf('closed key', text.matchAll(closedKey)),
  ];
  return places.reduce(
    (masked, { from, to }) =>
      masked.slice(0, from) + masked.slice(from, to).replaceAll(/[^\n]/g, '*') + masked.slice(to),
    text,
  );
}

function placesOf(rule: string, matches: Iterable<RegExpMatchArray>): Place[] {
  return [...matches].map(({ 0: match, index = 0 }) => ({
    rule,
    from: index,
    to: index + match.length,
  }));
}
