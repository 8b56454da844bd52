/** Logins, leases and refusals of Vault, against a server that follows its published API. */
import { execFile } from 'node:child_process';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type ScriptedVault, startScriptedVault } from '@bzzz/testkit/scripted/vault';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renewedToken, type TokenSource, vaultLender } from '../../src/index.ts';
import { failureOf } from '../support/code-of.ts';
import { createSetClock, type SetClock } from '../support/set-clock.ts';
import { authOf, roleSecret, secretFile, tempDir, vaultOf } from '../support/token-subjects.ts';

const kvPath = 'secret/data/bzzz/github';
const kv = { kind: 'kv', path: 'bzzz/github' };

let dir: string;
let clock: SetClock;
let vault: ScriptedVault;
let closing: (() => Promise<void>)[];
beforeEach(async () => {
  dir = await tempDir();
  clock = createSetClock();
  vault = await startScriptedVault({ now: clock.wallMs });
  vault.put(kvPath, { token: 'ghp-1' });
  closing = [() => vault.close(), () => rm(dir, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const close of closing) await close();
});

function sourceOf(part: object, of = vault): Required<TokenSource> {
  const source = renewedToken({ lender: vaultLender(vaultOf(of, part), clock), clock });
  closing.unshift(() => source.close());
  return source;
}

/** By AppRole, which may read all that these tests have. */
const role = (spec: { ttl?: number; maxTtl?: number; paths?: string[] } = {}) =>
  authOf(vault, 'appRole', dir, { ttl: 3_600, paths: [kvPath, 'github/token'], ...spec });

/** What was under way has come to its end, and the next look is set for later. */
const settled = () => vi.waitFor(() => expect(clock.timers()).toBe(1), { timeout: 10_000 });
const count = (request: string): number => vault.requests.filter((one) => one === request).length;
const logIns = (): number => count('POST auth/approle/login');
describe('a login', () => {
  it('is made once, and renewed before it ends', async () => {
    const source = sourceOf({ auth: await role({ ttl: 900 }), secret: kv });
    for (let minute = 0; minute < 60; minute += 1) {
      expect(await source.get()).toBe('ghp-1');
      const reads = count(`GET ${kvPath}`);
      clock.advance(minute % 5 === 4 ? 60_001 : 60_000);
      await settled();
      expect(count(`GET ${kvPath}`)).toBe(minute % 5 === 4 ? reads + 1 : reads);
    }
    expect(logIns()).toBe(1);
    expect(count('POST auth/token/renew-self')).toBeGreaterThanOrEqual(4);
    expect(source.state().trouble).toBeNull();
  });

  it('is made anew where the role lets its token live no longer', async () => {
    const source = sourceOf({ auth: await role({ ttl: 900, maxTtl: 1_200 }), secret: kv });
    expect(await source.get()).toBe('ghp-1');
    for (let look = 0; look < 8; look += 1) {
      const reads = count(`GET ${kvPath}`);
      clock.advance(301_000);
      await settled();
      expect(count(`GET ${kvPath}`)).toBeGreaterThan(reads);
      expect(source.state().trouble).toBeNull();
    }
    expect(logIns()).toBeGreaterThan(1);
    expect(logIns()).toBeLessThan(5);
  });

  it('is made anew when its token was revoked', async () => {
    const source = sourceOf({ auth: await role(), secret: kv });
    await source.get();
    for (const id of vault.tokens()) vault.revokeToken(id);
    vault.put(kvPath, { token: 'ghp-2' });
    clock.advance(10_000);
    expect(await source.get({ refused: 'ghp-1' })).toBe('ghp-2');
    expect(logIns()).toBe(2);
  });

  it('is given back at the end', async () => {
    const source = sourceOf({ auth: await role(), secret: kv });
    await source.get();
    expect(vault.tokens()).toHaveLength(1);
    await source.close();
    expect(vault.tokens()).toHaveLength(0);
  });

  it('that is refused names where, and never the secret', async () => {
    const auth = await role();
    await writeFile(path.join(dir, 'secret-id'), 'a-wrong-secret-id');
    const failure = await failureOf(sourceOf({ auth, secret: kv }).get());
    expect(failure.code).toBe('vault_login_refused');
    expect(failure.reason).toContain('auth/approle/login answers 400 invalid role or secret ID');
    expect(failure.message).not.toContain('a-wrong-secret-id');
    // Mended under the running peer.
    await writeFile(path.join(dir, 'secret-id'), roleSecret);
    expect(await sourceOf({ auth, secret: kv }).get()).toBe('ghp-1');
  });

  it('that is refused is not tried so often that Vault locks the role, and at once with another secret', async () => {
    const auth = await role();
    await writeFile(path.join(dir, 'secret-id'), 'a-wrong-secret-id');
    const source = sourceOf({ auth, secret: kv });
    await Promise.all(Array.from({ length: 10 }, () => failureOf(source.get())));
    expect(logIns()).toBe(1);
    // Each counts for a quarter of an hour after the last one; the fifth locks the role.
    const triedAt = [0];
    for (let second = 1; second <= 3_600; second += 1) {
      clock.advance(1_000);
      await settled();
      const { code, reason } = await failureOf(source.get());
      expect(code).toBe('vault_login_refused');
      expect(reason).toContain('invalid role or secret ID');
      while (triedAt.length < logIns()) triedAt.push(second);
    }
    expect(triedAt.length).toBeGreaterThan(3);
    const counted = triedAt.filter((second) => second < 900);
    expect(counted.length).toBeLessThan(5);
    for (const [index, second] of triedAt.entries()) {
      if (index >= counted.length) expect(second - (triedAt[index - 1] ?? 0)).toBeGreaterThan(900);
    }
    await writeFile(path.join(dir, 'secret-id'), roleSecret);
    const before = logIns();
    clock.advance(60_000);
    await settled();
    expect(await source.get()).toBe('ghp-1');
    expect(logIns()).toBe(before + 1);
  });

  it.each(['appRole', 'token'] as const)(
    'by %s wants a file that only its owner reads',
    async (how) => {
      const auth = await authOf(vault, how, dir, { ttl: 3_600, paths: [kvPath] });
      const file = path.join(dir, how === 'token' ? 'vault-token' : 'secret-id');
      await chmod(file, 0o644);
      const failure = await failureOf(sourceOf({ auth, secret: kv }).get());
      expect(failure).toMatchObject({ code: 'vault_login_refused' });
      expect(failure.reason).toContain('0644');
    },
  );

  it('by a token goes on with another one that is put into its file', async () => {
    const auth = await authOf(vault, 'token', dir, { ttl: 3_600, paths: [kvPath] });
    const source = sourceOf({ auth, secret: kv });
    expect(await source.get()).toBe('ghp-1');
    for (const id of vault.tokens()) vault.revokeToken(id);
    vault.put(kvPath, { token: 'ghp-2' });
    const spec = { ttl: 3_600, paths: [kvPath] };
    await secretFile(dir, 'vault-token', vault.token(spec));
    clock.advance(301_000);
    await vi.waitFor(async () => expect(await source.get()).toBe('ghp-2'));
    await source.close();
    // It is not ours to end.
    expect(vault.tokens()).toHaveLength(1);
  });

  it('by a token that lives for ever is never renewed', async () => {
    const auth = await authOf(vault, 'token', dir, { ttl: 0, paths: [kvPath] });
    const source = sourceOf({ auth, secret: kv });
    await source.get();
    clock.advance(86_400_000 * 30);
    expect(await source.get()).toBe('ghp-1');
    expect(count('POST auth/token/renew-self')).toBe(0);
  });
});

describe('words of Vault', () => {
  const words = (path_: string, tell: (sent: string) => string) => {
    vault.repeat(path_, tell);
    return role().then((auth) => failureOf(sourceOf({ auth, secret: kv }).get()));
  };

  it('may repeat what they were sent: no secret, no token and no flood gets into a reason', async () => {
    const others = [
      'hvs.CAESIJ-abc',
      's.1234567890abcdef',
      'ghs_16C7e42F292c6912E7710c838347Ae178B4a',
      'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJib3QifQ.c2ln',
      '0f9f5c1e-5d8b-4a57-9d6e-31c2b1b0e9aa',
    ];
    const said = `no such policy "bees" in secret/data/bzzz: ${others.join(' ')}\u001b[2J\n`;
    const { reason } = await words('auth/approle/login', (sent) => `${sent} ${said}`);
    expect(reason).toContain('no such policy "bees" in secret/data/bzzz: <secret> <secret>');
    for (const one of [...others, roleSecret]) expect(reason).not.toContain(one);
    expect(reason).not.toMatch(/\p{C}/u);
  });

  it('are cut', async () => {
    const { reason } = await words('auth/approle/login', () => 'so it is '.repeat(10_000));
    expect(reason.length).toBeLessThan(500);
  });

  it('about a token do not hold it', async () => {
    const { reason } = await words(kvPath, (sent) => `permission denied for ${sent}`);
    expect(reason).toContain('permission denied for');
    expect(vault.tokens()).toHaveLength(1);
    for (const token of vault.tokens()) expect(reason).not.toContain(token);
  });
});

describe('a secret', () => {
  it.each([
    [{ kind: 'kv', path: 'bzzz/other' }, '403', 'permission denied'],
    [{ ...kv, field: 'password' }, 'no field `password`', 'it has: token'],
  ])('%j that cannot be read says why', async (secret, ...words) => {
    const failure = await failureOf(sourceOf({ auth: await role(), secret }).get());
    expect(failure.code).toBe('vault_secret_refused');
    for (const word of words) expect(failure.reason).toContain(word);
    expect(failure.message).not.toContain('ghp-1');
  });

  it('that may not be read is asked for with the same login, which is replaced and given back now and then', async () => {
    const source = sourceOf({ auth: await role({ ttl: 36_000, paths: [] }), secret: kv });
    expect(await failureOf(source.get())).toMatchObject({ code: 'vault_secret_refused' });
    for (let look = 1; look <= 9; look += 1) {
      clock.advance(60_000);
      await settled();
      expect(source.state().trouble).not.toBeNull();
    }
    expect(logIns()).toBe(1);
    for (let look = 1; look <= 60; look += 1) {
      const reads = count(`GET ${kvPath}`);
      clock.advance(60_000);
      await settled();
      expect(count(`GET ${kvPath}`)).toBeGreaterThan(reads);
    }
    expect(logIns()).toBeGreaterThan(3);
    expect(logIns()).toBeLessThan(9);
    // One in use, and one by which something may have been lent.
    expect(vault.tokens().length).toBeLessThanOrEqual(2);
    await source.close();
    expect(vault.tokens()).toEqual([]);
  });

  it('that may not be read any more is asked for with one new login, and the old one is given back once it serves', async () => {
    const source = sourceOf({ auth: await role(), secret: kv });
    await source.get();
    const [old = ''] = vault.tokens();
    vault.narrow(old, []);
    vault.put(kvPath, { token: 'ghp-2' });
    clock.advance(10_000);
    expect(await source.get({ refused: 'ghp-1' })).toBe('ghp-2');
    expect(logIns()).toBe(2);
    expect(vault.tokens()).toHaveLength(1);
    expect(vault.tokens()).not.toContain(old);
  });

  it('whose newest version is deleted is not there', async () => {
    vault.put(kvPath, null);
    const failure = await failureOf(sourceOf({ auth: await role(), secret: kv }).get());
    expect(failure).toMatchObject({ code: 'vault_secret_refused' });
    expect(failure.reason).toContain('deleted');
  });

  it('in another namespace is not found', async () => {
    const failure = await failureOf(
      sourceOf({ namespace: 'elsewhere', auth: await role(), secret: kv }).get(),
    );
    expect(failure).toMatchObject({ code: 'vault_login_refused' });
    expect(failure.reason).toContain('404');
  });
});

describe('a secret that is lent', () => {
  const path_ = 'github/token';
  let made: string[];
  let ended: string[];
  const lend = (spec: { ttl: number; renewable?: boolean }) =>
    vault.dynamic({
      path: path_,
      ...spec,
      make: async () => {
        const token = `ghs-${made.length + 1}`;
        made.push(token);
        return { token, permissions: { contents: 'write' } };
      },
      end: ({ token }) => void ended.push(String(token)),
    });
  beforeEach(() => {
    made = [];
    ended = [];
  });
  const dynamic = { kind: 'dynamic', path: path_ };

  it('is renewed where Vault allows it, else another is lent', async () => {
    lend({ ttl: 600, renewable: true });
    const source = sourceOf({ auth: await role({ ttl: 86_400 }), secret: dynamic });
    expect(await source.get()).toBe('ghs-1');
    expect(source.state().permissions).toEqual({ contents: 'write' });
    for (let turn = 1; turn <= 3; turn += 1) {
      clock.advance(401_000);
      await vi.waitFor(() => expect(count('POST sys/leases/renew')).toBe(turn));
      await vi.waitFor(() => expect(source.state().expiresInMs).toBeGreaterThan(500_000));
    }
    expect(await source.get()).toBe('ghs-1');
    expect(made).toHaveLength(1);
    // Refused by the forge: renewing it would not help.
    expect(await source.get({ refused: 'ghs-1' })).toBe('ghs-1');
    clock.advance(5_000);
    expect(await source.get({ refused: 'ghs-1' })).toBe('ghs-2');
  });

  it('ends with the login by which it was lent, and another is there in time', async () => {
    lend({ ttl: 36_000 });
    const auth = await role({ ttl: 600, maxTtl: 600 });
    const source = sourceOf({ auth, secret: dynamic });
    expect(await source.get()).toBe('ghs-1');
    expect(source.state().expiresInMs).toBeLessThanOrEqual(600_000);
    clock.advance(401_000);
    await vi.waitFor(async () => expect(await source.get()).toBe('ghs-2'));
    clock.advance(200_000);
    // The old login is over by now: asked so that the server notices.
    await failureOf(sourceOf({ auth, secret: { kind: 'kv', path: 'none' } }).get());
    expect(ended).toEqual(['ghs-1']);
    expect(await source.get()).toBe('ghs-2');
  });

  it('is taken back when the peer ends', async () => {
    lend({ ttl: 3_600 });
    const source = sourceOf({ auth: await role(), secret: dynamic });
    await source.get();
    await source.close();
    expect(ended).toEqual(['ghs-1']);
  });
});

describe('a Vault that does not serve', () => {
  it('is sealed', async () => {
    vault.seal(true);
    const failure = await failureOf(sourceOf({ auth: await role(), secret: kv }).get());
    expect(failure).toMatchObject({ code: 'vault_sealed', retryable: true });
    expect(failure.advice).toContain('vault operator unseal');
  });

  it('is not there', async () => {
    const auth = await role();
    await vault.close();
    const failure = await failureOf(sourceOf({ auth, secret: kv }).get());
    expect(failure).toMatchObject({ code: 'vault_unreachable' });
    expect(failure.reason).toContain('ECONNREFUSED');
  });

  it('is silent, and closing does not wait for it', async () => {
    vault.silence(true);
    const source = sourceOf({ auth: await role(), secret: kv });
    const waiting = failureOf(source.get());
    await vi.waitFor(() => expect(logIns()).toBe(1));
    await source.close();
    expect(await waiting).toMatchObject({ code: 'aborted' });
  });

  it('is something else', async () => {
    vault.put(kvPath, { token: 'ghp-1' });
    const secret = { kind: 'dynamic', path: kvPath, field: 'token' };
    const failure = await failureOf(sourceOf({ auth: await role(), secret }).get());
    // KV has its fields one level deeper.
    expect(failure).toMatchObject({ code: 'vault_secret_refused' });
    expect(failure.reason).toContain('it has: data, metadata');
  });
});

describe('a certificate of a house', () => {
  let secure: ScriptedVault;
  let caFile: string;
  beforeEach(async () => {
    caFile = path.join(dir, 'ca.pem');
    const key = path.join(dir, 'key.pem');
    const subject = ['-subj', '/CN=vault', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const to = ['-keyout', key, '-out', caFile, '-days', '2'];
    await promisify(execFile)('openssl', ['req', ...kind, ...subject, ...to]);
    const tls = { key: await readFile(key, 'utf8'), cert: await readFile(caFile, 'utf8') };
    secure = await startScriptedVault({ now: clock.wallMs, tls });
    secure.put(kvPath, { token: 'ghp-1' });
    closing.push(() => secure.close());
  });
  const auth = () => authOf(secure, 'appRole', dir, { ttl: 3_600, paths: [kvPath] });

  it('is trusted where it is named', async () => {
    expect(await sourceOf({ caFile, auth: await auth(), secret: kv }, secure).get()).toBe('ghp-1');
  });

  it('is not trusted otherwise', async () => {
    const failure = await failureOf(sourceOf({ auth: await auth(), secret: kv }, secure).get());
    expect(failure).toMatchObject({ code: 'vault_unreachable' });
    expect(failure.reason).toContain('self-signed certificate');
    expect(failure.advice).toContain('caFile');
    expect(secure.requests).toEqual([]);
  });

  it('that cannot be read is told', async () => {
    const config = { caFile: path.join(dir, 'none.pem'), auth: await auth(), secret: kv };
    expect((await failureOf(sourceOf(config, secure).get())).reason).toContain('ENOENT');
  });
});
