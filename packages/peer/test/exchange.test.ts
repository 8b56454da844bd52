/** The few requests of a peer that go past the port: a token that was taken away is replaced there, too. */
import type { TokenSource } from '@bzzz/github';
import { expect, it } from 'vitest';
import { exchange } from '../src/forge/rest.ts';
import { startForge } from './support.ts';

function sourceOf(...tokens: readonly string[]) {
  const asked: (string | undefined)[] = [];
  const token: TokenSource = {
    async get({ refused } = {}) {
      asked.push(refused);
      return tokens[Math.min(asked.length, tokens.length) - 1] ?? '';
    },
  };
  return { token, asked };
}

const issue = { method: 'POST', path: '/repos/owner/sample/issues', body: { title: 'T' } } as const;

it('is sent again with another token, once, where the forge does not know the first', async () => {
  const { forge } = await startForge();
  const { token, asked } = sourceOf('gone', 'token-of-peers');
  const answer = await exchange({ apiUrl: forge.url, token }, issue);
  expect(answer.status).toBe(201);
  expect(asked).toEqual([undefined, 'gone']);
  const list = { method: 'GET', path: '/repos/owner/sample/issues' } as const;
  expect((await exchange({ apiUrl: forge.url, token }, list)).body).toHaveLength(1);
});

it('is not sent again where there is no other', async () => {
  const { forge } = await startForge();
  const { token, asked } = sourceOf('gone', 'gone');
  expect((await exchange({ apiUrl: forge.url, token }, issue)).status).toBe(401);
  expect(asked).toEqual([undefined, 'gone']);
});
