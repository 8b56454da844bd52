import { chmod, rm, writeFile } from 'node:fs/promises';
import { isBzzzError } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { startWebhook } from '../src/index.ts';
import {
  createManualClock,
  deliver,
  hook,
  repo,
  secretFileOf,
  signatureOf,
  startServer,
} from './support.ts';

describe('a signed delivery', () => {
  it.each(['issues', 'issue_comment', 'pull_request', 'push', 'sub_issues', 'issue_dependencies'])(
    '%s is a hint to look at the repository',
    async (event) => {
      const { url, hints, webhook } = await startServer();
      expect(await deliver(url, { event })).toBe(202);
      expect(hints).toEqual([repo]);
      expect(webhook.state()).toMatchObject({ hints: 1, ignored: 0, refused: 0, trouble: null });
    },
  );

  it('names the repository in any case, and the hint as it is configured', async () => {
    const { url, hints } = await startServer();
    const body = JSON.stringify({ repository: { full_name: 'aCME/wIDGETS' } });
    expect(await deliver(url, { body })).toBe(202);
    expect(hints).toEqual(['Acme/Widgets']);
  });

  it('of GitHub that only tries the webhook is answered', async () => {
    const { url, hints } = await startServer();
    expect(
      await deliver(url, { event: 'ping', body: '{"zen":"Keep it logically awesome."}' }),
    ).toBe(200);
    expect(hints).toEqual([]);
  });

  it.each([
    ['another repository', { body: JSON.stringify({ repository: { full_name: 'acme/other' } }) }],
    ['a name that bzzz never works on', { body: '{"repository":{"full_name":"acme/.github"}}' }],
    ['an event that changes nothing', { event: 'star' }],
  ])('of %s is taken and ignored', async (_, delivery) => {
    const { url, hints, webhook } = await startServer();
    expect(await deliver(url, delivery)).toBe(202);
    expect(hints).toEqual([]);
    expect(webhook.state()).toMatchObject({ hints: 0, ignored: 1, refused: 0 });
  });

  it.each([
    ['no JSON', 400, { body: '{"repository":' }],
    ['JSON of something else', 400, { body: '[null]' }],
    ['a repository without a name', 400, { body: '{"repository":{"full_name":7}}' }],
    [
      'a form, as GitHub sends unless told otherwise',
      415,
      { type: 'application/x-www-form-urlencoded' },
    ],
  ])('that is %s is refused', async (_, status, delivery) => {
    const { url, hints, webhook } = await startServer();
    expect(await deliver(url, delivery)).toBe(status);
    expect(hints).toEqual([]);
    expect(webhook.state().refused).toBe(1);
  });

  it('is good with text of any language', async () => {
    const { url, hints } = await startServer();
    const body = JSON.stringify({ title: 'Zażółć 🐝\uFEFF', repository: { full_name: repo } });
    expect(await deliver(url, { body })).toBe(202);
    expect(hints).toEqual([repo]);
  });
});

describe('a delivery is refused whose signature', () => {
  const right = signatureOf(hook);
  const bytes = new TextEncoder().encode(hook);
  const noText = Uint8Array.of(...bytes, 0xff);
  it.each([
    ['is missing', { signature: null }],
    ['is empty', { signature: '' }],
    ['is of another secret', { signature: signatureOf(hook, 'guessed') }],
    ['is of no secret', { signature: signatureOf(hook, ' ') }],
    ['is cut short', { signature: right.slice(0, -1) }],
    ['is too long', { signature: `${right}0` }],
    ['names another algorithm', { signature: right.replace('sha256=', 'sha1=') }],
    ['names none', { signature: right.slice('sha256='.length) }],
    ['is of other bytes', { body: hook.replace('opened', 'openec'), signature: right }],
    ['is of the body without its end', { body: `${hook} `, signature: right }],
    ['is of bytes that are no text', { body: noText, signature: signatureOf(noText) }],
    [
      'is of what the bytes would be as text',
      { body: noText, signature: signatureOf(`${hook}\uFFFD`) },
    ],
    ['is of the body without its first bytes', { body: `\uFEFF${hook}`, signature: right }],
    ['is of nothing', { body: '', signature: signatureOf('') }],
  ])('%s', async (_, delivery) => {
    const { url, hints, webhook } = await startServer();
    expect(await deliver(url, delivery)).toBe(401);
    expect(hints).toEqual([]);
    expect(webhook.state()).toMatchObject({ hints: 0, refused: 1 });
  });

  it('and nothing else of it is looked at', async () => {
    const { url } = await startServer();
    const garbage = { body: '{', signature: signatureOf('{', 'guessed'), type: 'text/plain' };
    expect(await deliver(url, garbage)).toBe(401);
  });
});

describe('the secret', () => {
  it('counts as it is in the file now', async () => {
    const { url, secretFile, hints } = await startServer();
    await writeFile(secretFile, '  rotated\n');
    expect(await deliver(url)).toBe(401);
    expect(await deliver(url, { signature: signatureOf(hook, 'rotated') })).toBe(202);
    expect(hints).toEqual([repo]);
  });

  const spoilt: readonly (readonly [string, (file: string) => Promise<void>])[] = [
    ['empty', (file) => writeFile(file, ' \n')],
    ['missing', (file) => rm(file)],
    ['readable by all', (file) => chmod(file, 0o644)],
  ];
  it.each(spoilt)('that is %s lets nobody in, which is told once', async (_, spoil) => {
    const { url, secretFile, hints, troubles, webhook } = await startServer();
    await spoil(secretFile);
    for (const signature of [signatureOf(hook), signatureOf(hook, ' ')]) {
      expect(await deliver(url, { signature })).toBe(503);
    }
    expect(hints).toEqual([]);
    expect(troubles.map(({ code }) => code)).toEqual(['webhook_secret_unusable']);
    expect(webhook.state()).toMatchObject({ refused: 2, trouble: { code: troubles[0]?.code } });
    await writeFile(secretFile, 'mended', { mode: 0o600 });
    await chmod(secretFile, 0o600);
    expect(await deliver(url, { signature: signatureOf(hook, 'mended') })).toBe(202);
    expect(webhook.state().trouble).toBeNull();
  });

  it('that cannot be used is told at the start already', async () => {
    const { troubles, webhook } = await startServer({ secretFile: await secretFileOf('') });
    expect(troubles.map(({ code }) => code)).toEqual(['webhook_secret_unusable']);
    expect(webhook.state().trouble?.reason).toContain('is empty');
  });
});

describe('hooks that pour in', () => {
  it('become one hint at once, and one at the end of each pause', async () => {
    const { url, clock, hints, webhook } = await startServer({ pauseMs: 5_000 });
    const flood = () => Promise.all(Array.from({ length: 20 }, () => deliver(url)));
    await flood();
    expect(hints).toHaveLength(1);
    clock.advance(5_000);
    expect(hints).toHaveLength(2);
    await flood();
    clock.advance(4_999);
    expect(hints).toHaveLength(2);
    clock.advance(1);
    expect(hints).toHaveLength(3);
    expect(webhook.state().hints).toBe(40);
    clock.advance(5_000);
    expect(hints).toHaveLength(3);
    // Nothing came in the last pause, so the next is told at once again.
    expect(await deliver(url)).toBe(202);
    expect(hints).toHaveLength(4);
  });

  it('end with the server', async () => {
    const { url, clock, hints, webhook } = await startServer();
    await deliver(url);
    await deliver(url);
    await webhook.close();
    expect(clock.waiting()).toBe(0);
    expect(hints).toHaveLength(1);
  });
});

describe('an address', () => {
  it('that is taken fails the start, with the reason', async () => {
    const { webhook, secretFile } = await startServer();
    const { address: listen } = webhook.state();
    const ignore = () => undefined;
    const deps = { clock: createManualClock(), onHint: ignore, onTrouble: ignore };
    const options = { listen, secretFile, repositories: [] };
    const error: unknown = await startWebhook(deps, options).catch((reason: unknown) => reason);
    if (!isBzzzError(error, 'webhook_listen_failed')) throw error;
    expect(error.reason).toMatch(/webhook\.listen 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    expect(error.advice).toContain('webhook.listen');
  });

  it('may be of IPv6', async () => {
    const { url, hints, webhook } = await startServer({ listen: '[::1]:0' });
    expect(webhook.state().address).toMatch(/^\[::1\]:\d+$/);
    expect(await deliver(url)).toBe(202);
    expect(hints).toEqual([repo]);
  });
});
