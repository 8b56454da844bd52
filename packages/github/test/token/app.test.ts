/** Tokens of an installation, against the embedded forge, which checks signatures and ends tokens. */
import { generateKeyPairSync } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { GithubAppConfig, IssueNumber, RepoName } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appLender, createGithubForge, renewedToken } from '../../src/index.ts';
import { failureOf } from '../support/code-of.ts';
import { lockOn } from '../support/locks.ts';
import { createPerson } from '../support/person.ts';
import { createSetClock, type SetClock } from '../support/set-clock.ts';
import { startAppForge } from '../support/token-subjects.ts';

const repo = RepoName.parse('owner/sample');
const number = IssueNumber.parse(1);

let clock: SetClock;
let on: Awaited<ReturnType<typeof startAppForge>>;
let closing: (() => Promise<void>)[];
beforeEach(async () => {
  clock = createSetClock();
  on = await startAppForge({ now: clock.wallMs });
  closing = [() => on.dispose()];
});
afterEach(async () => {
  for (const close of closing) await close();
});

function sourceOf(change: object = {}) {
  const app = GithubAppConfig.parse({ ...on.app, ...change });
  const lender = appLender({ apiUrl: on.forge.url, app }, clock);
  const source = renewedToken({ lender, clock });
  closing.unshift(() => source.close());
  return source;
}

const whyNot = async (change: object = {}) => failureOf(sourceOf(change).get());

describe('a token of an installation', () => {
  it('tells its rights and its life, on the clock of the forge', async () => {
    // The forge's clock is months from this machine's: the assertion is signed again with its time.
    const source = sourceOf();
    expect(await source.get()).toMatch(/^ghs_[A-Za-z0-9]{36}$/);
    const { expiresInMs, permissions } = source.state();
    expect(expiresInMs).toBeCloseTo(3_595_000, -4);
    expect(permissions).toMatchObject({ contents: 'write', issues: 'write' });
  });

  it('is given back at the end, and the end does not wait for a forge that is silent', async () => {
    const source = sourceOf();
    const token = await source.get();
    const asks = async () => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${on.forge.url}/installation/repositories`, { headers })).status;
    };
    expect(await asks()).toBe(200);
    await source.close();
    expect(await asks()).toBe(401);

    const other = sourceOf();
    await other.get();
    on.forge.faults.add({ on: 'DELETE /installation/token', kind: 'delay', delayMs: 60_000 });
    const beforeMs = performance.now();
    await other.close();
    expect(performance.now() - beforeMs).toBeLessThan(10_000);
  });

  it('is lent to an App that names itself by its client id, too', async () => {
    expect(await sourceOf({ id: 'Iv23abc' }).get()).toMatch(/^ghs_/);
  });

  it('pushes, writes and reads as the bot of the App, and is replaced where it ends in between', async () => {
    const { forge } = on;
    const person = await createPerson({
      apiUrl: forge.url,
      gitUrl: forge.url,
      repo,
      token: 'token-of-the-owner',
    });
    closing.unshift(() => person.dispose());
    await person.pushFiles('main', { 'README.md': '# Sample\n' });
    await forge.seed({
      owner: 'owner',
      name: 'sample',
      issues: [{ title: 'One', body: 'Please.', author: 'owner' }],
    });
    const source = sourceOf();
    const adapter = createGithubForge(
      { token: source },
      { apiUrl: forge.url, gitUrl: forge.url, dataDir: path.join(on.dir, 'peer') },
    );
    closing.unshift(() => adapter.close());
    expect(await adapter.account()).toBe('bees[bot]');
    const first = await source.get();

    // At the forge it is over; the peer does not know.
    clock.advance(30_000);
    await forge.revokeToken(first);
    const lock = lockOn(null);
    expect(await adapter.push(repo, { number, lock })).toEqual({ kind: 'accepted' });
    const second = await source.get();
    expect(second).not.toBe(first);

    clock.advance(30_000);
    await forge.revokeToken(second);
    await adapter.putComment(repo, number, 'At work.');
    const third = await source.get();
    expect(third).not.toBe(second);
    // A bot cannot be assigned; nothing is done, and it is known.
    expect(await adapter.assign(repo, number)).toEqual({ written: false });

    clock.advance(30_000);
    await forge.revokeToken(third);
    expect((await adapter.readFence(repo, number)).lock?.oid).toBe(lock.oid);
  });

  it('is not asked for anew where it only may not do something', async () => {
    await on.forge.addUser({ login: 'other', token: 'token-of-other' });
    await on.forge.seed({ owner: 'other', name: 'closed' });
    const source = sourceOf();
    const adapter = createGithubForge(
      { token: source },
      { apiUrl: on.forge.url, gitUrl: on.forge.url, dataDir: path.join(on.dir, 'peer') },
    );
    closing.unshift(() => adapter.close());
    const token = await source.get();
    clock.advance(30_000);
    const lock = lockOn(null);
    const elsewhere = RepoName.parse('other/closed');
    await failureOf(adapter.push(elsewhere, { number, lock }));
    expect(await source.get()).toBe(token);
  });
});

describe('why there is none', () => {
  it('another key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    await writeFile(on.app.privateKeyFile, pem);
    const failure = await whyNot();
    expect(failure).toMatchObject({ code: 'app_refused', retryable: true });
    expect(failure.reason).toContain('401');
  });

  it.each([
    ['nothing of use', 'not a key'],
    ['the first line alone', '-----BEGIN RSA PRIVATE KEY-----'],
  ])('a file with %s', async (_, text) => {
    await writeFile(on.app.privateKeyFile, text);
    const failure = await whyNot();
    expect(failure).toMatchObject({ code: 'app_key_unusable' });
    expect(failure.reason).toContain('RSA private key');
    expect(failure.reason).not.toContain('BEGIN');
  });

  it('a key that everybody may read, or none', async () => {
    await chmod(on.app.privateKeyFile, 0o644);
    expect((await whyNot()).reason).toContain('0644');
    const gone = await whyNot({ privateKeyFile: '/nonexistent/app.pem' });
    expect(gone).toMatchObject({ code: 'app_key_unusable' });
    expect(gone.reason).toContain('ENOENT');
  });

  it('an installation or an App that is not there', async () => {
    const noInstallation = await whyNot({ installationId: 43 });
    expect(noInstallation).toMatchObject({ code: 'app_refused' });
    expect(noInstallation.reason).toContain('no such installation');
    expect(await whyNot({ id: 4712 })).toMatchObject({ code: 'app_refused' });
  });

  it('an installation that was suspended', async () => {
    await on.dispose();
    on = await startAppForge({ now: clock.wallMs, suspended: true });
    const failure = await whyNot();
    expect(failure).toMatchObject({ code: 'app_refused' });
    expect(failure.reason).toContain('suspended');
  });

  it.each([403, 429])('a limit told by %d, which says when to ask again', async (status) => {
    const answers: number[] = [];
    const server = createServer((_, response) => {
      answers.push(status);
      response.writeHead(status, { 'retry-after': '300', 'content-type': 'application/json' });
      response.end('{"message":"You have exceeded a secondary rate limit"}');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    closing.unshift(async () => void server.close());
    // Reason for the cast: it listens on a port.
    const { port } = server.address() as AddressInfo;
    const lender = appLender({ apiUrl: `http://127.0.0.1:${port}`, app: on.app }, clock);
    const source = renewedToken({ lender, clock });
    closing.unshift(() => source.close());
    expect(await failureOf(source.get())).toMatchObject({
      code: 'forge_rate_limited',
      retryAfterMs: 300_000,
    });
    clock.advance(299_000);
    expect((await failureOf(source.get())).retryAfterMs).toBe(1_000);
    expect(answers).toHaveLength(1);
  });

  it('no forge', async () => {
    await on.forge.stop();
    const failure = await whyNot();
    expect(failure).toMatchObject({ code: 'forge_unreachable' });
    expect(failure.reason).toContain('ECONNREFUSED');
  });
});
