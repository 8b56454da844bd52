/** What a command made is never followed out of the folder in which it lies. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeMovable, seal } from '../../src/setup/installed.ts';

let root: string;
let secret: string;
let into: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bzzz-installed-'));
  mkdirSync(join(root, 'outside'), { mode: 0o700 });
  secret = join(root, 'outside', 'secret');
  writeFileSync(secret, 'secret');
  chmodSync(secret, 0o600);
  into = join(root, 'into');
  mkdirSync(join(into, '0'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const modes = () => [secret, join(root, 'outside')].map((path) => statSync(path).mode & 0o7777);

it('a link within stays a link', async () => {
  symlinkSync(join(root, 'outside'), join(into, '0', 'link'));
  await seal(into);
  expect(modes()).toEqual([0o600, 0o700]);
});

it('a link in place of a folder is refused, and leads nowhere', async () => {
  symlinkSync(join(root, 'outside'), join(into, '1'));
  await expect(seal(into)).rejects.toMatchObject({ code: 'setup_failed' });
  await expect(makeMovable(join(into, '1'))).rejects.toThrow();
  expect(modes()).toEqual([0o600, 0o700]);
});

it('what is closed to others is opened, and has no special rights', async () => {
  const file = join(into, '0', 'tool');
  writeFileSync(file, '');
  chmodSync(file, 0o4700);
  chmodSync(join(into, '0'), 0o500);
  await seal(into);
  expect(statSync(file).mode & 0o7777).toBe(0o755);
  expect(statSync(join(into, '0')).mode & 0o7777).toBe(0o755);
});
