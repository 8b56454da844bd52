/** The filter by a small interpreter of its own, also for the architecture that does not run here. */
import { describe, expect, it } from 'vitest';
import { seccompFilter } from '../src/seccomp.ts';

const architectures = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    unshare: 272,
    keyctl: 250,
    openat: 257,
    socket: 41,
    shmget: 29,
    syslog: 103,
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    unshare: 97,
    keyctl: 219,
    openat: 56,
    socket: 198,
    shmget: 194,
    syslog: 116,
  },
} as const;
const newUser = 0x10000000;
const allow = 'allow';
const eperm = 1;
const enosys = 38;
const eafnosupport = 97;

describe.each(['x64', 'arm64'] as const)('filter for %s', (name) => {
  const known = architectures[name];
  const other = architectures[name === 'x64' ? 'arm64' : 'x64'];
  const answer = (number: number, first = 0, audit: number = known.audit, second = 0n) =>
    interpret(seccompFilter(name), { number, first, second, audit });

  it('lets ordinary calls through, and processes and threads be made', () => {
    expect(answer(known.openat)).toBe(allow);
    expect(answer(known.clone, 0x3d0f00)).toBe(allow);
    expect(answer(known.unshare, 0x20000)).toBe(allow);
  });

  it('refuses user namespaces and the keyring, and denies that clone3 exists', () => {
    expect(answer(known.clone, newUser | 17)).toBe(eperm);
    expect(answer(known.unshare, newUser)).toBe(eperm);
    expect(answer(known.keyctl)).toBe(eperm);
    expect(answer(435)).toBe(enosys);
  });

  it('refuses the messages of the kernel, and sockets that no namespace shuts in', () => {
    expect(answer(known.syslog)).toBe(eperm);
    for (const family of [1, 2, 10, 16]) expect(answer(known.socket, family)).toBe(allow);
    for (const family of [0, 3, 17, 31, 38, 40, 255]) {
      expect(answer(known.socket, family)).toBe(eafnosupport);
    }
  });

  it('lets only small segments of shared memory be made', () => {
    const segment = (bytes: bigint) => answer(known.shmget, 0, known.audit, bytes);
    expect([0n, 56n, 65_536n].map(segment)).toEqual([allow, allow, allow]);
    expect([65_537n, 2n ** 31n, 2n ** 32n, 2n ** 63n].map(segment)).toEqual([
      eperm,
      eperm,
      eperm,
      eperm,
    ]);
  });

  it('knows no call of another architecture or calling convention', () => {
    expect(answer(other.openat, 0, other.audit)).toBe(enosys);
    expect(answer(known.openat + 0x40000000)).toBe(enosys);
  });
});

it('is none where the numbers are not known', () => {
  expect(seccompFilter('mips')).toBeNull();
});

function interpret(
  filter: ReturnType<typeof seccompFilter>,
  call: { number: number; first: number; second: bigint; audit: number },
): typeof allow | number {
  if (filter === null) throw new Error('no filter');
  const data: Record<number, number> = {
    0: call.number,
    4: call.audit,
    16: call.first,
    24: Number(call.second & 0xffffffffn),
    28: Number(call.second >> 32n),
  };
  let accumulator = 0;
  for (let at = 0; at * 8 < filter.byteLength; at += 1) {
    const code = filter.readUInt16LE(at * 8);
    const value = filter.readUInt32LE(at * 8 + 4);
    const jump = (holds: boolean) => filter.readUInt8(at * 8 + (holds ? 2 : 3));
    if (code === 0x20) accumulator = data[value] ?? Number.NaN;
    else if (code === 0x15) at += jump(accumulator === value);
    else if (code === 0x35) at += jump(accumulator >= value);
    else if (code === 0x45) at += jump((accumulator & value) !== 0);
    else if (code === 0x06) return value === 0x7fff0000 ? allow : value & 0xffff;
    else throw new Error(`unknown code ${code}`);
  }
  throw new Error('ran off the end');
}
