/**
 * A program that tries every door that it knows of, harmlessly, and writes down which of them were open. It
 * runs as a command of a repository would. `doors.json` says where the doors are.
 */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { connect, createServer } from 'node:net';

const at = JSON.parse(fs.readFileSync('doors.json', 'utf8'));
const read = (path) => fs.readFileSync(path, 'utf8');
const holdsSecret = (path) => read(path).includes(at.secret);

/** Each is open when it returns something true, and shut when it returns false or throws. */
const doors = {
  // What it may do: were one of these shut, the rest would prove nothing.
  'own: the worktree': () => writes('.'),
  'own: /tmp': () => writes('/tmp'),
  'own: a process and its environment': () => read('/proc/self/environ').includes('BZZZ_RUN'),
  'own: a server on its loopback': ownServer,
  'own: a link of the network namespace by netlink': () => syscalls('socket', 16, 3, 0),

  'net: a port of the host': () => connects({ port: at.port, host: '127.0.0.1' }),
  'net: a port of the host by IPv6': () => connects({ port: at.port, host: '::1' }),
  'net: a datagram to the host': datagram,
  'net: a socket of the host by its path': () => connects({ path: at.socket }),
  'net: an abstract socket of the host': () => connects({ path: `\0${at.abstract}` }),
  'net: the table of sockets of the host': () =>
    read('/proc/net/tcp').includes(`:${at.port.toString(16).toUpperCase().padStart(4, '0')} `),
  'net: another interface': () =>
    /^\s*(?!lo:)\w+:/m.test(read('/proc/net/dev').split('\n').slice(2).join('\n')),
  'net: packets': () => syscalls('socket', 17, 3, 0),
  'net: the hypervisor': () => syscalls('socket', 40, 1, 0),
  'net: the names of the host': () => fs.existsSync('/etc/resolv.conf'),
  'net: the socket of docker': () =>
    ['/var/run/docker.sock', '/run/docker.sock', '/run/systemd/private'].some(fs.existsSync),

  'process: a signal': () => process.kill(at.pid, 0),
  'process: command lines': () =>
    anyProcess((pid) => read(`/proc/${pid}/cmdline`).includes(at.marker)),
  'process: environments': () => anyProcess((pid) => holdsSecret(`/proc/${pid}/environ`)),
  'process: memory': () => fs.openSync(`/proc/${at.pid}/mem`, 'r'),
  'process: files behind a root': () =>
    anyProcess((pid) => holdsSecret(`/proc/${pid}/root${at.outside}/secret.txt`)),
  'process: files behind a working folder': () =>
    anyProcess((pid) => holdsSecret(`/proc/${pid}/cwd/secret.txt`)),
  'process: to trace': () => traces(at.pid),
  'process: to read by process_vm_readv': () => readsMemory(at.pid),

  'file: a secret': () => holdsSecret(`${at.outside}/secret.txt`),
  'file: to write beside it': () => writes(at.outside),
  'file: another worktree': () => holdsSecret(`${at.other}/secret.txt`),
  'file: to write another worktree': () => writes(at.other),
  'file: the mirror': () => read(`${at.mirror}/HEAD`) !== '',
  'file: to write the mirror': () => writes(at.mirror),
  'file: the git directory of the peer': () => fs.readdirSync('../git').length > 0,
  'file: to write beside the worktree': () => writes('..'),
  'file: behind a link out': () => holdsSecret('way-out/secret.txt'),
  'file: the home folder': () => fs.readdirSync(at.home),
  'file: the passwords': () => read('/etc/shadow') !== '',
  'file: the folder of root': () => fs.readdirSync('/root'),
  'file: the name of the machine': () => read('/etc/hostname') !== '',
  'file: /var': () => fs.readdirSync('/var'),
  'file: /sys': () => fs.readdirSync('/sys/kernel'),
  'file: the control groups': () => fs.readdirSync('/sys/fs/cgroup'),
  'file: an open descriptor': () =>
    fs
      .readdirSync('/proc/self/fd')
      .some(
        (fd) => /^\/(?!dev\/|proc\/)/.test(linkOf(fd)) && !linkOf(fd).startsWith(process.cwd()),
      ),

  'system: to write /usr': () => mayWrite('/usr'),
  'system: to write /etc': () => mayWrite('/etc'),
  'system: to write /': () => mayWrite('/'),
  'system: to write /dev': () => mayWrite('/dev'),
  'system: to write the program of node': () =>
    fs.closeSync(fs.openSync(process.execPath, 'r+')) === undefined,
  'system: settings of the kernel': () => opens('/proc/sys/kernel/core_pattern', 'r+'),
  'system: the magic key': () => opens('/proc/sysrq-trigger', 'r+'),
  'system: memory of the kernel': () => opens('/proc/kcore', 'r'),
  'system: messages of the kernel': () => syscalls('syslog', 10, 0, 0),
  'system: its device of messages': () => opens('/dev/kmsg', 'r'),
  'system: memory as a device': () => opens('/dev/mem', 'r'),
  'system: to make a device': () => makesDevice(),
  'system: a disk': () =>
    fs
      .readdirSync('/dev')
      .some((name) => /^(?:sd|vd|nvme|xvd|loop)/.test(name) && opens(`/dev/${name}`, 'r')),
  'system: the terminal': () => opens('/dev/tty', 'r+'),
  'system: to type into a terminal': () => syscalls('ioctl', 0, 0x5412, 0),
  'system: to mount': () => mounts(),
  'system: a user namespace': () => inChild('unshare', 0x10000000),
  'system: a user namespace by clone': () =>
    execFileSync('unshare', ['--user', 'true'], quiet) !== null,
  'system: another mount namespace': () => inChild('unshare', 0x20000),
  'system: to become root': () => inPerl('$< = $> = 0; exit($> == 0 ? 0 : 1)'),
  'system: capabilities': () => !/^CapEff:\s+0+$/m.test(read('/proc/self/status')),
  'system: privileges of setuid programs': () =>
    !/^NoNewPrivs:\s+1$/m.test(read('/proc/self/status')),
  'system: the keyring': () => syscalls('keyctl', 0, -4, 0),
  'system: to program the kernel': () => syscalls('bpf', 0, 0, 0),
  'system: to watch the kernel': () => syscalls('perf_event_open', 0, 0, -1, -1, 0),
  'system: rings of calls': () => syscalls('io_uring_setup', 1, 0),
  'system: faults of pages': () => syscalls('userfaultfd', 1),
  'system: memory that nobody owns': () => syscalls('shmget', 0, 1 << 20, 0o1600),
};

const numbers = {
  x64: {
    socket: 41,
    process_vm_readv: 310,
    syslog: 103,
    ioctl: 16,
    unshare: 272,
    keyctl: 250,
    bpf: 321,
    perf_event_open: 298,
    io_uring_setup: 425,
    userfaultfd: 323,
    shmget: 29,
    ptrace: 101,
    mount: 165,
    umount2: 166,
    mknodat: 259,
  },
  arm64: {
    socket: 198,
    process_vm_readv: 270,
    syslog: 116,
    ioctl: 29,
    unshare: 97,
    keyctl: 219,
    bpf: 280,
    perf_event_open: 241,
    io_uring_setup: 425,
    userfaultfd: 282,
    shmget: 194,
    ptrace: 117,
    mount: 40,
    umount2: 39,
    mknodat: 33,
  },
}[process.arch];

const open = [];
const shut = {};
for (const [name, door] of Object.entries(doors)) {
  try {
    if (await door()) open.push(name);
    else shut[name] = 'no';
  } catch (error) {
    shut[name] = String(error.code ?? error.status ?? error.message);
  }
}
fs.writeFileSync('report.json', JSON.stringify({ open, shut }));
process.exit();

function writes(folder) {
  const path = `${folder}/sabotage-${process.pid}`;
  fs.writeFileSync(path, 'x');
  fs.unlinkSync(path);
  return true;
}

/** The control must leave the machine as it is. */
function mayWrite(folder) {
  if (!at.gentle) return writes(folder);
  fs.accessSync(folder, fs.constants.W_OK);
  return true;
}

function opens(path, flags) {
  fs.closeSync(fs.openSync(path, flags));
  return true;
}

function linkOf(fd) {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

function anyProcess(test) {
  return fs.readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && pid !== String(process.pid) && test(pid);
    } catch {
      return false;
    }
  });
}

function connects(options) {
  return new Promise((resolve) => {
    const socket = connect(options);
    socket.on('connect', () => resolve(true) ?? socket.destroy());
    socket.on('error', () => resolve(false));
    setTimeout(() => resolve(false) ?? socket.destroy(), 2_000).unref();
  });
}

/** Open when the host answers. */
function datagram() {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (answer) => resolve(answer) ?? socket.close(() => {});
    socket.once('message', () => end(true));
    socket.on('error', () => resolve(false));
    socket.send('hello', at.port, '127.0.0.1', (error) => error && end(false));
    setTimeout(() => end(false), 1_000).unref();
  });
}

async function ownServer() {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await connects({ port: server.address().port, host: '127.0.0.1' });
  server.close();
  return answer;
}

const quiet = { stdio: 'ignore' };

/** Exit code 0 of a program in Perl, which every Debian has and which makes calls by their number. */
function inPerl(text) {
  return execFileSync('perl', ['-e', text], { stdio: 'ignore', timeout: 5_000 }) !== undefined;
}

/** Shut when the kernel says EPERM, EACCES, ESRCH, ENOTTY, ENXIO, ENOSYS or EAFNOSUPPORT, whatever else it thinks of the arguments. */
function syscalls(name, ...args) {
  const list = [numbers[name], ...args].join(', ');
  return inPerl(
    `my $r = syscall(${list}); exit 0 if $r >= 0; exit((grep { $! == $_ } (1, 13, 3, 25, 6, 38, 97)) ? 1 : 0)`,
  );
}

function inChild(name, flags) {
  return inPerl(`exit(syscall(${numbers[name]}, ${flags}) == 0 ? 0 : 1)`);
}

/** PTRACE_SEIZE stops nobody, and ends with the one who did it. */
function traces(pid) {
  return inPerl(`exit(syscall(${numbers.ptrace}, 0x4206, ${pid}, 0, 0) == 0 ? 0 : 1)`);
}

/** EFAULT says that only the address was wrong. */
function readsMemory(pid) {
  const call = `syscall(${numbers.process_vm_readv}, ${pid}, $v, 1, $r, 1, 0)`;
  return inPerl(
    `my $b = "x" x 8; my $v = pack("PQ", $b, 8); my $r = pack("QQ", 4096, 8); exit((${call} >= 0 || $! == 14) ? 0 : 1)`,
  );
}

function mounts() {
  fs.mkdirSync('mnt', { recursive: true });
  return inPerl(
    `my ($n, $t) = ("none\\0", "tmpfs\\0"); my $d = "mnt\\0"; exit 1 if syscall(${numbers.mount}, $n, $d, $t, 0, 0) != 0; syscall(${numbers.umount2}, $d, 2); exit 0`,
  );
}

function makesDevice() {
  const ok = inPerl(
    `my $p = "device\\0"; exit(syscall(${numbers.mknodat}, -100, $p, 0020666, 259) == 0 ? 0 : 1)`,
  );
  fs.rmSync('device', { force: true });
  return ok;
}
