import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { maskSecrets, newSecrets } from '../src/secrets.ts';

/** In parts, so that this file itself is clean. */
const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO2z5Fqk'].join('_');
const other = ['ghp', 'zWPw5k4aXcaT4fNP0UcnZwJUVFk6LO2z5Fqk'].join('_');
const rule = '@secretlint/secretlint-rule-github';
const scan = (content: string | Uint8Array, before: string | null = null) =>
  newSecrets('src/a.js', Buffer.from(content), before === null ? null : Buffer.from(before));

describe('secrets', () => {
  it('are found by rule', async () => {
    expect(await scan(`const token = '${token}';\n`)).toEqual([rule]);
  });

  it('are private keys of any kind', async () => {
    const pem = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' } } as const;
    const spki = { publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024, ...pem, ...spki });
    expect(await scan(rsa.privateKey)).toEqual(['@secretlint/secretlint-rule-privatekey']);
    const ed25519 = generateKeyPairSync('ed25519', { ...pem, ...spki });
    expect(await scan(ed25519.privateKey)).toEqual(['bzzz/short-private-key']);
    expect(await scan(rsa.publicKey + ed25519.publicKey)).toEqual([]);
  });

  it('are short private keys where JSON holds them, too', async () => {
    const pem = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' } } as const;
    const spki = { publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
    const ed25519 = generateKeyPairSync('ed25519', { ...pem, ...spki });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256', ...pem, ...spki });
    for (const { privateKey } of [ed25519, ec]) {
      const text = JSON.stringify({ key: privateKey });
      for (const one of [
        text,
        JSON.stringify(text),
        text.replaceAll(String.raw`\n`, String.raw`\r\n`),
      ]) {
        expect(await scan(one)).not.toEqual([]);
        const masked = await maskSecrets(one);
        expect(masked).toHaveLength(one.length);
        expect(masked).not.toContain(privateKey.split('\n')[1]);
      }
    }
  });

  const dashes = '-'.repeat(5);
  const body = `${randomBytes(600).toString('base64').replaceAll(/.{64}/g, '$&\n')}\n=aB3d\n`;
  const block = (head: string, rest = body) =>
    `${dashes}BEGIN PGP PRIVATE KEY BLOCK${dashes}\n${head}\n${rest}${dashes}END PGP PRIVATE KEY BLOCK${dashes}\n`;
  it.each([
    ['as it is', block('')],
    ['with words before it', block('Version: GnuPG v2.4.4 (GNU/Linux)\nComment: of Ada, 2026\n')],
    ['in JSON', JSON.stringify(block('Version: GnuPG v2\n'))],
    ['longer than any', block('', body.repeat(40))],
  ])('are private keys of PGP, %s', async (_, text) => {
    expect(await scan(text)).toContain('bzzz/pgp-private-key');
    expect(await maskSecrets(text)).not.toContain(body.slice(0, 60));
  });

  it('are keys of Google, and tokens in a header', async () => {
    const google = ['AIza', 'SyD4f8Kq2LmN0pRsTuVwXyZ-12345_7aBcD'].join('');
    expect(await scan(`key: "${google}"`)).toEqual(['bzzz/google-api-key']);
    expect(await maskSecrets(`key=${google}&x`)).toBe(`key=${'*'.repeat(39)}&x`);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = `${part({ alg: 'HS256' })}.${part({ sub: '1234' })}.${randomBytes(32).toString('base64url')}`;
    const header = `Authorization: Bearer ${jwt}`;
    const json = JSON.stringify({ authorization: `bearer ${jwt}` });
    for (const text of [header, json, JSON.stringify(json), `-H '${header}'`]) {
      expect(await scan(text)).toEqual(['bzzz/bearer-token']);
      expect(await maskSecrets(text)).not.toContain(jwt.slice(10));
    }
    for (const text of [`${google}x`, `x${google}`, google.slice(0, -1), `example = ${jwt}`]) {
      expect(await scan(text)).toEqual([]);
    }
    const basic = `https://ada:${randomBytes(9).toString('hex')}@git.internal.net/a.git`;
    expect(await scan(basic)).toEqual(['@secretlint/secretlint-rule-basicauth']);
  });

  it('are no words about keys', async () => {
    const begin = `${dashes}BEGIN PGP PRIVATE KEY BLOCK${dashes}`;
    expect(
      await scan(`const begin = '${begin}';\nif (text.startsWith(begin)) read(text);\n`),
    ).toEqual([]);
    expect(
      await scan(`${dashes}BEGIN PRIVATE KEY${dashes}\nMII...\n${dashes}END PRIVATE KEY${dashes}`),
    ).toEqual([]);
    expect(await scan('Authorization: Bearer eyJ...')).toEqual([]);
    expect(await scan('Authorization: Bearer <token>')).toEqual([]);
  });

  it('are not seen in ordinary text, an empty file or random bytes', async () => {
    expect(await scan('export const sum = (a, b) => a + b;\n')).toEqual([]);
    expect(await scan('')).toEqual([]);
    expect(await scan(new Uint8Array(100_000).map((_, index) => (index * 7919) % 256))).toEqual([]);
  });

  it('are found although a comment says not to look', async () => {
    expect(await scan(`/* secretlint-disable */\n${token}\n`)).toEqual([rule]);
    expect(await scan(`${token} // secretlint-disable-line\n`)).toEqual([rule]);
  });

  it('are found in UTF-16 and beside bytes that are no text', async () => {
    expect(await scan(Buffer.from(`token ${token}\n`, 'utf16le'))).toEqual([rule]);
    expect(
      await scan(Buffer.concat([Buffer.from([0xff, 0, 0xfe, 10]), Buffer.from(token)])),
    ).toEqual([rule]);
  });

  it('are found anywhere in a large file, also across the border of two pieces', async () => {
    const piece = 1024 * 1024;
    for (const at of [piece - 20, piece + 16 * 1024 - 20, 2 * piece + 5]) {
      const content = Buffer.alloc(2 * piece + 60_000, 'x \n');
      content.write(`\n${token}\n`, at);
      expect(await scan(content), String(at)).toEqual([rule]);
    }
  });

  it('that the base holds already are not counted again, others in the same file are', async () => {
    expect(await scan(`a\n${token}\n`, `${token}\n`)).toEqual([]);
    expect(await scan(`${token}\n${other}\n`, `${token}\n`)).toEqual([rule]);
  });
});

describe('what is shown to who watches', () => {
  const pem = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const key = pem.privateKey.trimEnd().split('\n');

  it('has as many characters and lines, and stars for a secret', async () => {
    const text = `a €\nGITHUB=${token} and ${other}\nb\n`;
    const masked = await maskSecrets(text);
    expect(masked).toBe(`a €\nGITHUB=${'*'.repeat(40)} and ${'*'.repeat(40)}\nb\n`);
  });

  it.each([
    ['whole', key],
    ['that is still being printed', key.slice(0, 5)],
    ['of which the beginning is gone', key.slice(4)],
  ])('shows nothing of a private key %s', async (_, lines) => {
    const text = `${lines.join('\n')}\n`;
    const masked = await maskSecrets(text);
    expect(masked).toHaveLength(text.length);
    for (const line of lines.filter((one) => !one.includes('-----'))) {
      expect(masked).not.toContain(line);
    }
  });

  it('shows nothing behind the last of many beginnings, the dashes of which may be those of another', async () => {
    const dashes = '-'.repeat(5);
    const begin = `${dashes}BEGIN PRIVATE KEY`;
    const text = `${dashes}END X\n${begin}${begin}${dashes}\nabc`;
    expect(await maskSecrets(text)).toBe(
      `${dashes}END X\n${'*'.repeat(2 * begin.length + 5)}\n***`,
    );
    expect(await maskSecrets(`${begin}${dashes}\nabc${dashes}END X`)).toContain('abc');
  });

  it('takes time in proportion to what was printed, however many keys seem to begin', async () => {
    const line = `${'-'.repeat(5)}BEGIN PRIVATE KEY${'-'.repeat(5)}\n`;
    const msFor = async (text: string) => {
      const startMs = performance.now();
      await maskSecrets(text);
      return performance.now() - startMs;
    };
    const harmless = line.toLowerCase().repeat(20_000);
    const times = [await msFor(harmless), await msFor(harmless)];
    const pgp = `${'-'.repeat(5)}BEGIN PGP PRIVATE KEY BLOCK${'-'.repeat(5)}`;
    const { length } = harmless;
    const hostiles = [
      `${line.repeat(20_000)}${'-'.repeat(5)}END `,
      `${pgp}${'\nA: A: '.repeat(40)}`.repeat(1_000),
      `${pgp}${' '.repeat(14_000)}`.repeat(30),
      `${line.trim()}M${'\\n'.repeat(60)}`.repeat(2_000),
      `authorization: bearer ${'eyJ'.repeat(2_000)}.`.repeat(80),
    ];
    for (const hostile of hostiles) {
      const text = hostile.repeat(Math.ceil(length / hostile.length)).slice(0, length);
      // Others use the machine, too: nothing is slow that was quick once.
      const hostileTimes = [await msFor(text), await msFor(text), await msFor(text)];
      expect(Math.min(...hostileTimes), hostile.slice(0, 60)).toBeLessThan(40 * Math.min(...times));
    }
  });

  it('is itself where there is none', async () => {
    const text = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    expect(await maskSecrets(text)).toBe(text);
  });
});
