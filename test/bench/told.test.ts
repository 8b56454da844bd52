/** What a program prints as it starts, read as what it means; and programs that die with who started them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { dying } from '../e2e/harness/processes.ts';
import { nodeTold, peerTold } from './subjects/told.ts';

const joined = (peer: string): string => JSON.stringify({ message: 'member.joined', peer, seq: 1 });

it('a peer that joins twice is one', () => {
  const told = peerTold();
  expect(told(joined('a'))).toEqual({ met: 1 });
  expect(told(joined('a'))).toEqual({ met: 1 });
  expect(told(joined('b'))).toEqual({ met: 2 });
  expect(peerTold()(joined('b'))).toEqual({ met: 1 });
});

it('a peer is ready by what it prints, not by its log', () => {
  const told = peerTold();
  expect(told(JSON.stringify({ pid: 7, peer: 'a' }))).toBe('ready');
  expect(told(JSON.stringify({ message: 'a program began', pid: 7 }))).toBeNull();
});

it('a line that is no JSON, or JSON of something else, means nothing', () => {
  for (const told of [peerTold(), nodeTold]) {
    expect(told('(node:1) Warning: something')).toBeNull();
    expect(told('7')).toBeNull();
    expect(told('{}')).toBeNull();
  }
  expect(nodeTold('{"met":3}')).toEqual({ met: 3 });
  expect(nodeTold('{"ready":"a"}')).toBe('ready');
  expect(nodeTold('{"peer":"a","multiaddrs":[]}')).toBe('ready');
});

it('what is started so dies with who started it, also when that one is killed', async () => {
  const [program, args] = dying('sleep', ['600']);
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(${JSON.stringify(program)}, ${JSON.stringify(args)}, { stdio: 'ignore' });
    child.once('spawn', () => console.log(child.pid));`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(parent, 'exit');
  const [line]: unknown[] = await once(createInterface(parent.stdout), 'line');
  const pid = Number(line);
  // Of one that has ended there is none, also while nobody has asked how it ended.
  const lives = () => existsSync(`/proc/${pid}/exe`);
  expect(lives()).toBe(true);
  parent.kill('SIGKILL');
  await exited;
  await expect.poll(lives, { timeout: 10_000 }).toBe(false);
});
