/** What a drill reads from the kernel and tells it, as text; that it works is for test/e2e/drill.test.ts. */
import { describe, expect, it } from 'vitest';
import { withoutSkew, withSkew } from '../../src/drill/faults/clock.ts';
import { addFlows, cutRules, passing, slowRules } from '../../src/drill/faults/rules.ts';
import { socketsIn } from '../../src/drill/faults/sockets.ts';
import { withoutSecrets } from '../../src/drill/leftovers.ts';

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
  });
});

it('a bad link loses some, and what comes too fast; never all that is large', () => {
  const rules = slowRules('bzzz_drill_00000000', [4801], [], { percent: 30, kilobits: 512 });
  expect(rules).toContain('limit rate over 64000 bytes/second burst 262144 bytes counter drop');
  expect(rules).toContain('numgen random mod 100 < 30 counter drop');
});

it('a wrong clock goes as it came', () => {
  const env = { PATH: '/usr/bin', HOME: '/root' };
  const wrong = withSkew(env, '/lib/libfaketimeMT.so.1', -90);
  expect(wrong).toMatchObject({ FAKETIME: '-90', FAKETIME_DONT_FAKE_MONOTONIC: '1' });
  expect(withSkew(env, 'l', 90)['FAKETIME']).toBe('+90');
  expect(withoutSkew(wrong)).toEqual(env);
});

it('no secret of a peer is written to disk for its healing, and it says which are missing', () => {
  const env = {
    PATH: '/usr/bin',
    GITHUB_TOKEN: 'ghp_x',
    BZZZ_NAME: 'ash',
    AWS_SECRET: 'y',
    BZZZ_MESH_KEY: '',
  };
  const start = {
    program: '/node',
    argv: ['node', 'up'],
    cwd: '/',
    env,
    output: '/dev/null',
    network: 'net:[1]',
  };
  const { start: kept, withheld } = withoutSecrets(start);
  expect(kept.env).toEqual({ PATH: '/usr/bin', BZZZ_NAME: 'ash' });
  expect(withheld).toEqual(['GITHUB_TOKEN']);
});
