/** What a drill reads from the kernel and tells it, as text; that it works is for test/e2e/drill.test.ts. */
import { PeerId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { isSkewed, withoutSkew, withSkew } from '../../src/drill/faults/clock.ts';
import {
  addFlows,
  cutRules,
  deleteFlows,
  passing,
  slowRules,
} from '../../src/drill/faults/rules.ts';
import { socketsIn } from '../../src/drill/faults/sockets.ts';
import { withoutSecrets } from '../../src/drill/secrets.ts';
import { isKeptUp, unitIn } from '../../src/drill/service.ts';
import { refuseGone } from '../../src/drill/start.ts';
import { chosen } from '../../src/drill/targets.ts';

/** As a kernel printed it: a listener, a dialled connection of it over IPv6, one within IPv4. */
const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:12C1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5123 1 0000 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:D431 0000000000000000FFFF00000100007F:12C1 01 00000000:00000000 00:00000000 00000000  0  0 5124 1 0000
   2: B80D0120000000000000000001000000:D432 00000000000000000000000001000000:12C1 02 00000000:00000000 00:00000000 00000000  0  0 5125 1 0000
`;

describe('sockets', () => {
  it('are read as the kernel prints them', () => {
    expect(socketsIn(table)).toEqual([
      {
        local: { address: '127.0.0.1', port: 4801 },
        remote: { address: '0.0.0.0', port: 0 },
        state: '0A',
        inode: '5123',
      },
      {
        local: { address: '127.0.0.1', port: 54_321 },
        remote: { address: '127.0.0.1', port: 4801 },
        state: '01',
        inode: '5124',
      },
      {
        local: { address: '2001:db8:0:0:0:0:0:1', port: 54_322 },
        remote: { address: '0:0:0:0:0:0:0:1', port: 4801 },
        state: '02',
        inode: '5125',
      },
    ]);
    expect(socketsIn('')).toEqual([]);
  });
});

describe('a cut', () => {
  const local = { address: '127.0.0.1', port: 50_000 };
  const remote = { address: '127.0.0.1', port: 4801 };
  const across = { from: 1, to: 2, local, remote };
  const back = { ...across, from: 2, to: 1 };
  const both = [
    { from: local, to: remote },
    { from: remote, to: local },
  ];
  const side = new Set([1]);

  it('lets through what stays on one side, and nothing across', () => {
    expect(passing({ side, oneWay: false }, across)).toEqual([]);
    expect(passing({ side, oneWay: false }, { ...across, from: 3 })).toEqual(both);
    expect(passing({ side: new Set([1, 2]), oneWay: false }, across)).toEqual(both);
  });

  it('of one way lets through what the other side says, whoever dialled', () => {
    expect(passing({ side, oneWay: true }, across)).toEqual([{ from: remote, to: local }]);
    expect(passing({ side, oneWay: true }, back)).toEqual([{ from: local, to: remote }]);
  });

  it('drops what nobody named', () => {
    const rules = cutRules('bzzz_drill_00000000', [4801, 4802], [{ from: local, to: remote }]);
    expect(rules).toContain('elements = { 4801, 4802 }');
    expect(rules).toContain('counter drop');
    expect(rules).toContain('flows4 { 127.0.0.1 . 50000 . 127.0.0.1 . 4801 }');
    const six = { ...remote, address: '0:0:0:0:0:0:0:1' };
    expect(addFlows('bzzz_drill_00000000', [{ from: six, to: six }])).toContain('flows6 {');
    expect(addFlows('bzzz_drill_00000000', [])).toBe('');
    expect(deleteFlows('bzzz_drill_00000000', [{ from: local, to: remote }])).toBe(
      'delete element inet bzzz_drill_00000000 flows4 { 127.0.0.1 . 50000 . 127.0.0.1 . 4801 }',
    );
  });
});

it('a bad link loses some, and what comes too fast; never all that is large', () => {
  const rules = slowRules('bzzz_drill_00000000', [4801], [], { percent: 30, kilobits: 512 });
  expect(rules).toContain('limit rate over 64000 bytes/second burst 262144 bytes counter drop');
  expect(rules).toContain('numgen random mod 100 < 30 counter drop');
});

it('a peer that is named twice is harmed once: the second time would strike the note of the first', () => {
  const id = PeerId.parse('12D3KooWNT69oqF2QvukEQUAAAbjyUCUqGz1swkaz8cRnCac7ieY');
  const ash = { id, name: 'ash' };
  expect(chosen([ash], ['ash', id.slice(-8), 'ash'])).toEqual([ash]);
  expect(() => chosen([ash], ['elm'])).toThrow(/--on elm is no peer of this machine/);
});

it('a wrong clock goes as it came', () => {
  const env = { PATH: '/usr/bin', HOME: '/root' };
  const wrong = withSkew(env, '/lib/libfaketimeMT.so.1', -90);
  expect(wrong).toMatchObject({ FAKETIME: '-90', FAKETIME_DONT_FAKE_MONOTONIC: '1' });
  expect(withSkew(env, 'l', 90)['FAKETIME']).toBe('+90');
  expect(withoutSkew(wrong)).toEqual(env);
});

it('a wrong clock leaves what else stands before the libraries', () => {
  const env = { LD_PRELOAD: '/lib/jemalloc.so' };
  const wrong = withSkew(env, '/usr/lib/faketime/libfaketimeMT.so.1', 90);
  expect(wrong['LD_PRELOAD']).toContain('/lib/jemalloc.so');
  expect(isSkewed(wrong)).toBe(true);
  expect(withoutSkew(wrong)).toEqual(env);
});

it('no secret of a peer is written to disk for its healing, and it says what is missing', () => {
  const env = {
    PATH: '/usr/bin',
    GITHUB_TOKEN: 'ghp_x',
    BZZZ_NAME: 'ash',
    AWS_SECRET: 'y',
    BZZZ_MESH_KEY: '',
    NODE_USE_ENV_PROXY: '1',
    https_proxy: 'http://ann:secret@proxy:3128',
    HTTP_PROXY: 'http://proxy:3128',
  };
  const start = {
    program: '/node',
    argv: ['node', 'up'],
    cwd: '/',
    env,
    output: '/dev/null',
    network: 'net:[1]',
  };
  const { start: kept, withheld, dropped } = withoutSecrets(start);
  expect(kept.env).toEqual({
    PATH: '/usr/bin',
    BZZZ_NAME: 'ash',
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: 'http://proxy:3128',
  });
  expect(withheld).toEqual(['GITHUB_TOKEN', 'https_proxy']);
  expect(dropped).toEqual(['AWS_SECRET']);
});

describe('a service', () => {
  it('is found by the group of processes, of the machine or of a person', () => {
    expect(unitIn('0::/system.slice/bzzz.service\n')).toEqual({ unit: 'bzzz.service', own: false });
    const own = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/bzzz.service\n';
    expect(unitIn(own)).toEqual({ unit: 'bzzz.service', own: true });
    expect(unitIn('0::/user.slice/user-1000.slice/session-2.scope\n')).toBeUndefined();
  });

  it('starts again its own process, where it is told to after SIGKILL', () => {
    expect(isKeptUp('MainPID=42\nRestart=on-failure\n', 42)).toBe(true);
    expect(isKeptUp('Restart=always\nMainPID=42\n', 42)).toBe(true);
    // Of cron.service, say, which started it once.
    expect(isKeptUp('MainPID=7\nRestart=on-failure\n', 42)).toBe(false);
    expect(isKeptUp('MainPID=42\nRestart=no\n', 42)).toBe(false);
    expect(isKeptUp('MainPID=42\nRestart=on-success\n', 42)).toBe(false);
    expect(isKeptUp('', 42)).toBe(false);
  });
});

it('what was replaced since cannot be started again', async () => {
  const start = {
    program: process.execPath,
    argv: ['node'],
    cwd: '/',
    env: {},
    output: '',
    network: '',
  };
  await refuseGone('ash', start);
  const replaced = { ...start, program: `${process.execPath} (deleted)` };
  await expect(refuseGone('ash', replaced)).rejects.toMatchObject({ code: 'drill_means_missing' });
  const moved = { ...start, cwd: '/nowhere/at/all' };
  await expect(refuseGone('ash', moved)).rejects.toThrow('/nowhere/at/all');
});
