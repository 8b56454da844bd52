/** Finds secrets in files that are to be published: where and by which rule, never the secret. */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { lintSource } from '@secretlint/core';
import { rules as presetRules } from '@secretlint/secretlint-rule-preset-recommend';

/** A comment in the scanned file could switch rules off: that rule is left out. */
const rules = presetRules
  .filter((rule) => rule.meta.id !== '@secretlint/secretlint-rule-filter-comments')
  .map((rule) => ({ id: rule.meta.id, rule }));

/** As it is, or as JSON and shells write it: a backslash and a letter, two backslashes where it is nested. */
const lineEnd = String.raw`(?:\r?\n|(?:\\{1,4}r)?\\{1,4}n)`;
const base64 = String.raw`(?:[A-Za-z0-9+/=\s]|\\{1,4}[rn])`;

/** What the preset does not know. Each part is bounded and begins as no other does, so that none takes long. */
const ownRules: Readonly<Record<string, RegExp>> = {
  // A key of an elliptic curve in PKCS #8 is shorter than what the preset takes for a key.
  'bzzz/short-private-key': new RegExp(
    `-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY-----${base64}{0,8}M${base64}{40,110}-----END (?:[A-Z]{2,9} )?PRIVATE KEY-----`,
    'g',
  ),
  // The preset takes a line's end as JSON writes it, but not nested, nor of Windows.
  'bzzz/escaped-private-key': new RegExp(
    String.raw`-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY-----(?:\\{1,4}[rn]){1,4}(?:MI|b3Bl)${base64}{100,16000}-----END `,
    'g',
  ),
  // With lines such as `Version:` before the key.
  'bzzz/pgp-private-key': new RegExp(
    `-----BEGIN PGP PRIVATE KEY BLOCK-----(?:${lineEnd}[A-Z][A-Za-z]{1,20}: [^\\r\\n\\\\]{0,200}){0,8}${base64}{200,100000}(?:-----END PGP PRIVATE KEY BLOCK-----)?`,
    'g',
  ),
  'bzzz/google-api-key': /(?<![\w-])AIza[\w-]{35}(?![\w-])/g,
  // Elsewhere such a token is more often an example than a secret.
  'bzzz/bearer-token':
    /(?<=\bauthorization(?:\\{0,2}["'`])?\s{0,3}[:=,]\s{0,3}(?:\\{0,2}["'`])?bearer\s{1,3})eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{16,2000}/gi,
};

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
    ...Object.entries(ownRules).flatMap(([rule, pattern]) =>
      placesOf(rule, text.matchAll(pattern)),
    ),
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
const keyBegin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?(?=-----)/g;
const closedKey =
  /^(?:(?!-----BEGIN )[^])*?(?=-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)/g;

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
