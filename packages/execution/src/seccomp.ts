/**
 * A filter of system calls for the sandbox, as the kernel's classic BPF. It takes away doors that no
 * build or test needs and that a sandbox leaves open: further user namespaces (where most holes of the
 * kernel begin), the keyring (which is the user's, not the namespace's), and a few that watch or
 * program the kernel or read its messages. Sockets are of the families that a network namespace shuts in:
 * one to the machine's hypervisor (`AF_VSOCK`), for one, is in no namespace. Segments of shared memory that
 * belong to no process stay small, since no count of memory would see them. `clone3` is said not to exist, since its flags lie where a filter cannot read;
 * every C library then uses `clone`.
 */
interface Numbers {
  /** As `AUDIT_ARCH_*` in linux/audit.h. */
  readonly architecture: number;
  readonly clone: number;
  readonly unshare: number;
  readonly socket: number;
  readonly shmget: number;
  /** Answered with ENOSYS. */
  readonly absent: readonly number[];
  /** Answered with EPERM. */
  readonly refused: readonly number[];
}

/** clone3 and io_uring_setup are numbered alike everywhere. */
const absent = [435, 425];
const numbers: Partial<Record<NodeJS.Architecture, Numbers>> = {
  x64: {
    architecture: 0xc000003e,
    clone: 56,
    unshare: 272,
    socket: 41,
    shmget: 29,
    absent,
    // syslog, add_key, request_key, keyctl, perf_event_open, setns, bpf, userfaultfd
    refused: [103, 248, 249, 250, 298, 308, 321, 323],
  },
  arm64: {
    architecture: 0xc00000b7,
    clone: 220,
    unshare: 97,
    socket: 198,
    shmget: 194,
    absent,
    refused: [116, 217, 218, 219, 241, 268, 280, 282],
  },
};

const loadWord = 0x20;
const jumpIfEqual = 0x15;
const jumpIfAtLeast = 0x35;
const jumpIfBits = 0x45;
const giveBack = 0x06;

const allow = 0x7fff0000;
const eperm = 0x00050000 | 1;
const enosys = 0x00050000 | 38;
const eafnosupport = 0x00050000 | 97;

/** Offsets in `struct seccomp_data`. */
const atNumber = 0;
const atArchitecture = 4;
const atFirstArgument = 16;
/** Both halves of the second argument, the lower first. */
const atSecondArgument = 24;

const cloneNewUser = 0x10000000;
/** Numbers from here on are calls of another calling convention of x64. */
const x32 = 0x40000000;

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. */
const families = [1, 2, 10, 16];
const segmentBytesMax = 64 * 1024;

type Label = 'allow' | 'eperm' | 'enosys' | 'eafnosupport' | 'flags' | 'family' | 'segment';
interface Step {
  readonly code: number;
  readonly value: number;
  /** Where to go on when the comparison holds; otherwise, and by default, the next step. */
  readonly yes?: Label;
  readonly no?: Label;
  readonly label?: Label;
}

/** The filter for this machine; null: the architecture is not known, and bubblewrap works without. */
export function seccompFilter(architecture: NodeJS.Architecture = process.arch): Buffer | null {
  const known = numbers[architecture];
  return known === undefined ? null : assemble(program(known));
}

function program(known: Numbers): Step[] {
  const equal = (value: number, yes: Label): Step => ({ code: jumpIfEqual, value, yes });
  return [
    { code: loadWord, value: atArchitecture },
    { code: jumpIfEqual, value: known.architecture, no: 'enosys' },
    { code: loadWord, value: atNumber },
    { code: jumpIfAtLeast, value: x32, yes: 'enosys' },
    ...known.absent.map((number) => equal(number, 'enosys')),
    ...known.refused.map((number) => equal(number, 'eperm')),
    equal(known.clone, 'flags'),
    equal(known.socket, 'family'),
    equal(known.shmget, 'segment'),
    { code: jumpIfEqual, value: known.unshare, yes: 'flags', no: 'allow' },
    { code: loadWord, value: atFirstArgument, label: 'family' },
    ...families.map((family) => equal(family, 'allow')),
    { code: jumpIfAtLeast, value: 0, yes: 'eafnosupport' },
    { code: loadWord, value: atSecondArgument, label: 'segment' },
    { code: jumpIfAtLeast, value: segmentBytesMax + 1, yes: 'eperm' },
    { code: loadWord, value: atSecondArgument + 4 },
    { code: jumpIfEqual, value: 0, yes: 'allow', no: 'eperm' },
    { code: loadWord, value: atFirstArgument, label: 'flags' },
    { code: jumpIfBits, value: cloneNewUser, yes: 'eperm' },
    { code: giveBack, value: allow, label: 'allow' },
    { code: giveBack, value: eperm, label: 'eperm' },
    { code: giveBack, value: enosys, label: 'enosys' },
    { code: giveBack, value: eafnosupport, label: 'eafnosupport' },
  ];
}

/** An array of `struct sock_filter`: 16 bits code, 8 and 8 bits of jump, 32 bits value. */
function assemble(steps: readonly Step[]): Buffer {
  const bytes = Buffer.alloc(steps.length * 8);
  const distance = (from: number, label?: Label) =>
    label === undefined ? 0 : steps.findIndex((step) => step.label === label) - from - 1;
  for (const [index, step] of steps.entries()) {
    bytes.writeUInt16LE(step.code, index * 8);
    bytes.writeUInt8(distance(index, step.yes), index * 8 + 2);
    bytes.writeUInt8(distance(index, step.no), index * 8 + 3);
    bytes.writeUInt32LE(step.value, index * 8 + 4);
  }
  return bytes;
}
