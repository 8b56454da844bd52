/** What a command inside of the sandbox can see and reach: nothing of the host. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workspace } from '@bzzz/coordination';
import { createRunner, probeSandbox } from '@bzzz/execution';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { limits, makeWorld, put, script, type World } from './support.ts';

const ways =
  process.geteuid?.() === 0 ? (['root', 'user-namespace'] as const) : (['user-namespace'] as const);

describe.each(ways)('inside the sandbox, by way of %s', (way) => {
  let world: World;
  let workspace: Workspace;
  let other: Workspace;
  beforeAll(async () => {
    world = makeWorld({ way });
    workspace = await world.create();
    other = await world.create();
  });
  afterAll(async () => {
    await world.dispose();
  });
  const run = async (text: string) => (await script(world, workspace, text)).report;

  it("is there at all, and the peer's own node with npm, npx and git", async () => {
    expect(await probeSandbox({ way })).toMatchObject({ usable: true, isolation: { name: way } });
    const report = await run(
      'pwd; node --version; git rev-parse HEAD; npm --version; npx --version',
    );
    const [folder, node, head, ...rest] = report.outputTail.split('\n');
    expect([folder, node, head]).toEqual(['/workspace', process.version, world.base.oid]);
    expect(rest).toHaveLength(2);
    expect(report.exitCode).toBe(0);
  });

  it('has no remote, no hooks and a clean status', async () => {
    const report = await run('git remote -v; git status --short; ls .git; git log --format=%s');
    expect(report.outputTail).not.toMatch(/hooks|FETCH_HEAD|logs/);
    expect(report.outputTail.split('\n').at(-1)).toBe('base');
    expect((await run(`grep -rF "${world.folder}" .git`)).exitCode).toBe(1);
  });

  it('cannot read a folder of the host, another worktree or the mirror', async () => {
    const secret = mkdtempSync(join(tmpdir(), 'bzzz-secret-'));
    try {
      writeFileSync(join(secret, 'token'), 'visible', { mode: 0o644 });
      const places = [
        secret,
        homedir(),
        process.cwd(),
        world.base.mirror,
        other.path,
        '/var',
        '/sys',
      ];
      for (const place of places) {
        expect((await run(`ls -d ${place}`)).exitCode, place).not.toBe(0);
      }
      const files = ['/etc/shadow', '/etc/hostname', '/etc/gitconfig', '/proc/1/root/etc/shadow'];
      for (const file of files) {
        expect((await run(`cat ${file}`)).exitCode, file).not.toBe(0);
      }
    } finally {
      rmSync(secret, { recursive: true });
    }
  });

  it('has the allowed environment and nothing else', async () => {
    process.env['GITHUB_TOKEN'] = 'ghp_secret_of_the_peer';
    try {
      const report = await run('env | cut -d= -f1 | sort | tr "\\n" " "');
      expect(report.outputTail).toBe('BZZZ BZZZ_RUN CI HOME LANG PATH PWD TERM');
      const environments = await run('cat /proc/*/environ');
      expect(environments.outputTail).not.toContain('ghp_secret');
    } finally {
      delete process.env['GITHUB_TOKEN'];
    }
  });

  it('sees no process but its own', async () => {
    const report = await run('cat /proc/[0-9]*/comm | sort -u | tr "\\n" " "');
    const names = report.outputTail.trim().split(' ');
    expect(names).toEqual(expect.arrayContaining(['bwrap', 'cat', 'sh']));
    expect(names.filter((name) => !['bwrap', 'cat', 'sh', 'sort', 'tr'].includes(name))).toEqual(
      [],
    );
    // Not even by name in the arguments of the one that made the sandbox.
    expect((await run('cat /proc/1/cmdline')).outputTail).not.toContain(world.folder);
  });

  it('has no descriptor of the peer', async () => {
    const report = await run('for f in /proc/self/fd/*; do readlink $f; done');
    const open = report.outputTail.split('\n').filter((line) => !/^\/proc\/|^$/.test(line));
    expect(open.filter((line) => !/^\/dev\/null$|^(?:socket|pipe):/.test(line))).toEqual([]);
  });

  it('has no privileges to win back', async () => {
    const report = await run(
      'grep -E "^(CapPrm|CapEff|CapBnd|NoNewPrivs)" /proc/self/status; id -u',
    );
    const lines = report.outputTail.split('\n');
    expect(lines.slice(0, 2).every((line) => line.endsWith('0000000000000000'))).toBe(true);
    expect(lines[3]).toMatch(/NoNewPrivs:\s+1/);
    expect(lines[4]).not.toBe('0');
  });

  it('cannot open further user namespaces, use the keyring or program the kernel', async () => {
    expect((await run('unshare --user true')).exitCode).not.toBe(0);
    const known = {
      x64: { keyctl: 250, bpf: 321, clone3: 435 },
      arm64: { keyctl: 219, bpf: 280, clone3: 435 },
    };
    const calls = process.arch === 'arm64' ? known.arm64 : known.x64;
    const errors: Record<string, string> = {};
    for (const [name, number] of Object.entries(calls)) {
      const call = `perl -e 'print syscall(${number}, 0, 0, 0), " ", $!{EPERM} ? "EPERM" : $!{ENOSYS} ? "ENOSYS" : $!'`;
      errors[name] = (await run(call)).outputTail;
    }
    expect(errors).toEqual({ keyctl: '-1 EPERM', bpf: '-1 EPERM', clone3: '-1 ENOSYS' });
  });

  it('can write the worktree and /tmp only', async () => {
    const writable = 'touch /workspace/a /tmp/a $HOME/a /dev/shm/a && rm /workspace/a';
    expect((await run(writable)).exitCode).toBe(0);
    for (const place of ['/', '/usr', '/etc', '/opt/bzzz/bin', '/dev', '/proc/sys/kernel']) {
      expect((await run(`touch ${place}/a`)).exitCode, place).not.toBe(0);
    }
  });

  it('knows its user, localhost and its home', async () => {
    const report = await run(
      `node -e "const u = os.userInfo(); console.log(u.username, u.homedir, os.homedir())
        dns.lookup('localhost', (error, address) => console.log(error ?? address))"`,
    );
    expect(report.outputTail).toMatch(/^bzzz \/tmp\/home \/tmp\/home\n(?:127.0.0.1|::1)$/);
  });

  it('leaves nothing in /tmp for the next command', async () => {
    await run('touch /tmp/left');
    expect((await run('ls /tmp/left')).exitCode).not.toBe(0);
  });

  it('cannot write into the trusted git directory beside the worktree', async () => {
    await put(workspace, 'escape.sh', 'ls ../git ../index ../home && touch ../git/hooks\n');
    expect((await run('sh escape.sh; ls /workspace/../git')).exitCode).not.toBe(0);
  });
});

describe('network', () => {
  let server: Server;
  let port: number;
  let world: World;
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    await world.dispose();
  });

  it('is denied inside, also to the loopback address, and there without a sandbox', async () => {
    server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    port = address.port;
    const connect = `node -e "net.connect(${port}, '127.0.0.1').on('data', d => process.stdout.write(d))"`;
    world = makeWorld();
    const workspace = await world.create();
    const inside = await script(world, workspace, connect);
    expect(inside.report.exitCode).not.toBe(0);
    expect(inside.report.outputTail).toContain('ECONNREFUSED');
    const open = createRunner({ sandbox: 'off' });
    const request = { argv: ['sh', '-c', connect], path: workspace.path, limits, timeMs: 20_000 };
    expect((await open.run(request)).report.outputTail).toBe('hello');
  });
});

describe('without bubblewrap', () => {
  let world: World;
  afterEach(async () => {
    await world.dispose();
  });

  it('refuses before anything runs, says so in the probe, and runs when it may', async () => {
    world = makeWorld();
    const workspace = await world.create();
    const path = process.env['PATH'];
    const empty = mkdtempSync(join(tmpdir(), 'bzzz-empty-'));
    try {
      process.env['PATH'] = empty;
      const looksElsewhere = await probeSandbox({ program: join(empty, 'bwrap') });
      expect(looksElsewhere).toMatchObject({ usable: false });
      const runner = createRunner({ sandbox: 'required', bubblewrap: join(empty, 'bwrap') });
      const request = { argv: ['touch', 'ran'], path: workspace.path, limits, timeMs: 20_000 };
      await expect(runner.run(request)).rejects.toMatchObject({ code: 'sandbox_missing' });
      const off = createRunner({ sandbox: 'off' });
      const seen = await off.run({ ...request, argv: ['ls'] });
      expect(seen.report.outputTail).not.toContain('ran');
    } finally {
      process.env['PATH'] = path;
      rmSync(empty, { recursive: true });
    }
  });
});
