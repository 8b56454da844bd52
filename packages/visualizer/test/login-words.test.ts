import { expect, it } from 'vitest';
import { loginTrouble } from '../src/app/login-words.ts';
import { Refusal } from '../src/live/api.ts';

it('tells whose token is refused where a good one comes from, in words for the page', () => {
  const advice =
    'Log in by the link of `bzzz open`, or send `authorization: Bearer <token>` of a key.';
  const words = loginTrouble(
    new Refusal(401, 'gateway_unauthorized', 'the token is of no key', advice),
  );
  expect(words).toMatch(/^This peer knows no such token/);
  expect(words).toContain('(gateway_unauthorized)');
  expect(words).toContain('`bzzz open`');
  expect(words).not.toContain('Bearer');
});

it('tells of any other failure what it is and what to do', () => {
  const limited = new Refusal(429, 'gateway_rate_limited', 'too many tries', 'Wait a minute.');
  expect(loginTrouble(limited)).toBe('too many tries (gateway_rate_limited). Wait a minute.');
  expect(loginTrouble(new Refusal(500, 'broken', 'it broke', ''))).toBe('it broke (broken).');
  expect(loginTrouble(new Error('refused'))).toMatch(/does not answer: refused\. Is it running/);
});
