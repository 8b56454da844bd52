import { describe, expect, it } from 'vitest';
import { Config, hostPortOf } from '../src/index.ts';

describe('host:port', () => {
  it.each([
    ['127.0.0.1:4802', '127.0.0.1', 4802],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['hooks.example.org:65535', 'hooks.example.org', 65_535],
    ['[::1]:4802', '::1', 4802],
    ['[2001:db8::7]:80', '2001:db8::7', 80],
  ])('%s', (text, host, port) => {
    expect(hostPortOf(text)).toEqual({ host, port });
  });

  it.each([
    '',
    '4802',
    ':4802',
    'localhost',
    'localhost:',
    'localhost:65536',
    'localhost:-1',
    'localhost:http',
    '::1:4802',
    '[::1]',
    '[]:4802',
    '[127.0.0.1]:4802',
    '[::g]:4802',
    'http://localhost:4802',
    'a host:4802',
    '-a:1',
  ])('is not %j', (text) => {
    expect(hostPortOf(text)).toBeNull();
  });
});

it('a webhook needs both of its settings, or is none', () => {
  const config = (webhook?: object) =>
    Config.safeParse({ name: 'n', dataDir: '/d', webhook }).success;
  expect(config()).toBe(true);
  expect(config({ listen: '127.0.0.1:4802', secretFile: '/s' })).toBe(true);
  expect(config({ listen: '127.0.0.1:4802' })).toBe(false);
  expect(config({ secretFile: '/s' })).toBe(false);
  expect(config({ listen: '4802', secretFile: '/s' })).toBe(false);
  expect(config({ listen: '127.0.0.1:4802', secretFile: '/s', secret: 'x' })).toBe(false);
});
