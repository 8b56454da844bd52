/** Limits, cancellation and what is told about them, with and without the sandbox. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Workspace } from '@bzzz/coordination';
import { createRunner } from '@bzzz/execution';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits, lives, makeWorld, script, uniqueSleep, until, type World } from './support.ts';

describe.each(['required', 'off'] as const)('runner, sandbox %s', (sandbox) => {
  let world: World;
  let workspace: Workspace;
  beforeEach(async () => {
    world = makeWorld({ sandbox });
    workspace = await world.create();
  });
  afterEach(async () => {
    await world.dispose();
  });
  const run = (argv: string[], changed: Partial<typeof limits> = {}, timeMs = 20_000) =>
    world.runner.run({
      argv,
      path: workspace.path,
      limits: { ...limits, diskBytesMax: 64 * 1024 * 1024, ...changed },
      timeMs,
    });

  it('reports exit codes, and commands that cannot be started', async () => {
    expect((await run(['sh', '-c', 'exit 7'])).report.exitCode).toBe(7);
    // 126 where a folder of PATH is closed to us: it might have been in there.
    expect([126, 127]).toContain((await run(['no-such-program'])).report.exitCode);
    expect((await run(['README.md'])).report.exitCode).not.toBe(0);
    expect((await run([])).report.exitCode).toBe(126);
    expect((await run(['echo', 'a\0b'])).report.exitCode).toBe(126);
    expect((await run(['echo', 'x'.repeat(200_000)])).report.exitCode).toBe(126);
  });

  it('hands arguments over as they are, without a shell', async () => {
    const argv = ['printf', '%s\\n', '$HOME `id` "q" * ; &', '--', '-n'];
    const { report } = await run(argv);
    expect(report.outputTail).toBe('$HOME `id` "q" * ; &\n--\n-n');
    expect(report.argv).toEqual(argv);
  });

  it('grants memory that is only reserved as the caller says', async () => {
    const granted = async (more: { reservedBytes?: number }) => {
      const request = { argv: ['sh', '-c', 'ulimit -d'], path: workspace.path, limits };
      const { report } = await world.runner.run({ ...request, timeMs: 20_000, ...more });
      return Number(report.outputTail) * 1024 - limits.memoryBytesMax;
    };
    expect(await granted({})).toBe(1024 ** 3);
    expect(await granted({ reservedBytes: 256 * 1024 ** 3 })).toBe(256 * 1024 ** 3);
  });

  it('says when a signal ended a command', async () => {
    const outcome = await run(['sh', '-c', 'kill -SEGV $$']);
    expect(outcome).toMatchObject({ ended: 'signal', report: { exitCode: null } });
  });

  it('ends a command that prints too much, and keeps the end of what it printed', async () => {
    const outcome = await run(['yes', 'line'], { outputBytesMax: 100_000 });
    expect(outcome).toMatchObject({ ended: 'output', report: { exitCode: null } });
    expect(Buffer.byteLength(outcome.report.outputTail)).toBeLessThanOrEqual(4096);
    expect(outcome.report.outputTail).toMatch(/line\nline\n\[bzzz\] .* 100000 bytes$/);
  });

  it('ends a command with too many processes', async () => {
    const seconds = uniqueSleep();
    const text = `i=0; while [ $i -lt 40 ]; do sleep ${seconds} & i=$((i+1)); done; wait`;
    const outcome = await run(['sh', '-c', text], { processesMax: 10 });
    expect(outcome.ended).toBe('processes');
    expect(lives(seconds)).toBe(false);
  });

  it('ends a command that takes too much memory, in one process or several', async () => {
    const hog = 'const a = []; setInterval(() => a.push(Buffer.alloc(16e6, 1)), 5)';
    const one = await run(['node', '-e', hog], { memoryBytesMax: 300e6 });
    expect(one.ended).toBe('memory');
    const part = 'const a = Buffer.alloc(120e6, 1); setInterval(() => a[0], 1000)';
    const text = `for i in 1 2 3; do node -e '${part}' & done; wait`;
    expect((await run(['sh', '-c', text], { memoryBytesMax: 300e6 })).ended).toBe('memory');
  });

  it('ends a command whose files take too much room, and refuses one that is too large', async () => {
    const text = 'i=0; while :; do head -c 9000000 /dev/zero > f$i; i=$((i+1)); sleep 0.1; done';
    expect((await run(['sh', '-c', text])).ended).toBe('disk');
    const large = await run(['sh', '-c', 'rm f*; head -c 80000000 /dev/zero > large']);
    expect(large.report.exitCode).not.toBe(0);
  });

  it('ends a command that fills the disk by files without a name, or with a name that is no text', async () => {
    const unnamed = `const fs = require('fs'); setInterval(() => { const f = fs.openSync('x', 'w+'); fs.unlinkSync('x'); fs.writeSync(f, Buffer.alloc(9e6, 1)); }, 50)`;
    expect((await run(['node', '-e', unnamed])).ended).toBe('disk');
    const odd = `mkdir "$(printf 'a\\377')"; cd a*; i=0; while :; do head -c 9000000 /dev/zero > f$i; i=$((i+1)); sleep 0.05; done`;
    expect((await run(['sh', '-c', odd])).ended).toBe('disk');
  });

  it('ends a command whose folders are too deep to be measured', async () => {
    const deep =
      'i=0; while [ $i -lt 600 ]; do mkdir deepdeep; cd -P deepdeep; i=$((i+1)); done; sleep 60';
    expect((await run(['sh', '-c', deep])).ended).toBe('disk');
    await workspace.dispose();
    expect(existsSync(dirname(workspace.path))).toBe(false);
  });

  it('ends a command that makes files without end, though they are empty', async () => {
    const many = `const fs = require('fs'); for (let i = 0; ; i++) fs.writeFileSync('f' + i, '')`;
    expect((await run(['node', '-e', many], { diskBytesMax: 4 * 1024 * 1024 })).ended).toBe('disk');
  });

  it('ends a command that fills the memory with files that nobody has mapped', async () => {
    const call = process.arch === 'arm64' ? 279 : 319;
    const text = `my @f; my $n = "x\\0"; while (1) { my $d = syscall(${call}, $n, 0); open(my $h, ">&=", $d) or die; syswrite($h, "y" x 8e6); push @f, $h; select(undef, undef, undef, 0.05) }`;
    expect((await run(['perl', '-e', text], { memoryBytesMax: 100e6 })).ended).toBe('memory');
  });

  it('ends grandchildren that left the group and ignore every request', async () => {
    const seconds = uniqueSleep();
    const deaf = `trap "" TERM HUP INT; setsid sh -c 'trap "" TERM; sleep ${seconds}; :' & `;
    const outcome = await run(['sh', '-c', `${deaf} ${deaf} wait`], {}, 500);
    expect(outcome).toMatchObject({ ended: 'time', report: { exitCode: null } });
    expect(lives(seconds)).toBe(false);
  });

  it('ends what a command left running when it had ended itself', async () => {
    const seconds = uniqueSleep();
    const { report } = await run([
      'sh',
      '-c',
      `setsid sleep ${seconds} & sleep ${seconds} & echo on`,
    ]);
    expect(report).toMatchObject({ exitCode: 0, outputTail: 'on' });
    expect(lives(seconds)).toBe(false);
  });

  it('gives a command the time to end well before it is killed', async () => {
    const patient = createRunner({ sandbox, graceMs: 20_000 });
    const text = 'trap "touch saved; exit 0" TERM; touch ready; while :; do sleep 0.05; done';
    const abort = new AbortController();
    const request = { argv: ['sh', '-c', text], path: workspace.path, limits, timeMs: 60_000 };
    const work = patient.run(request, { signal: abort.signal });
    const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
    await until(() => existsSync(join(workspace.path, 'ready')));
    abort.abort();
    await refused;
    expect(existsSync(join(workspace.path, 'saved'))).toBe(true);
  });

  it('throws aborted in mid-command, with nothing left of it', async () => {
    const seconds = uniqueSleep();
    const abort = new AbortController();
    const request = { argv: ['sh', '-c', `sleep ${seconds} & wait`], path: workspace.path, limits };
    const work = world.runner.run({ ...request, timeMs: 60_000 }, { signal: abort.signal });
    const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
    await until(() => lives(seconds));
    abort.abort();
    await refused;
    expect(lives(seconds)).toBe(false);
  });

  it('throws aborted at whatever moment it is aborted', async () => {
    const seconds = uniqueSleep();
    for (const afterMs of [0, 1, 2, 4, 8, 12, 16, 24, 32, 48]) {
      const signal = AbortSignal.timeout(afterMs);
      const request = { argv: ['sleep', seconds], path: workspace.path, limits, timeMs: 60_000 };
      const work = world.runner.run(request, { signal });
      await expect(work).rejects.toMatchObject({ code: 'aborted' });
      expect(lives(seconds)).toBe(false);
    }
  });

  it('dispose ends what still runs, and no note of a run stays behind', async () => {
    const seconds = uniqueSleep();
    const work = script(world, workspace, `sleep ${seconds}`);
    const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
    await until(() => lives(seconds));
    await workspace.dispose();
    expect(lives(seconds)).toBe(false);
    await refused;
    const second = await world.create();
    await world.runner.run({ argv: ['true'], path: second.path, limits, timeMs: 20_000 });
    expect(readdirSync(dirname(second.path)).filter((name) => name.startsWith('run-'))).toEqual([]);
  });

  it('says so when the folder is not there', async () => {
    const gone = { argv: ['true'], path: join(world.folder, 'gone', 'tree'), limits, timeMs: 1000 };
    await expect(world.runner.run(gone)).rejects.toMatchObject({ code: 'workspace_failed' });
  });

  it('offers and starts programs of a folder that the operator shows, and no others', async () => {
    const folder = join(world.folder, 'tools');
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin', 'greet'), '#!/bin/sh\necho greetings\n', { mode: 0o755 });
    writeFileSync(join(folder, 'bin', 'notes.txt'), 'x', { mode: 0o644 });
    symlinkSync('/proc/version', join(folder, 'bin', 'elsewhere'));
    const options = { sandbox, path: [join(folder, 'bin')] };
    const names = ['greet', 'notes.txt', 'elsewhere', '../bin/greet'];
    const shown = createRunner({ ...options, folders: [folder] });
    expect(shown.findTools(names)).toEqual(['greet']);
    const request = { argv: ['greet'], path: workspace.path, limits, timeMs: 20_000 };
    expect((await shown.run(request)).report.outputTail).toBe('greetings');
    if (sandbox === 'off') return;
    const hidden = createRunner(options);
    expect(hidden.findTools(names)).toEqual([]);
    expect((await hidden.run(request)).report.exitCode).toBe(127);
  });

  it('offers only programs that a command can start', async () => {
    const offered = world.runner.findTools([
      'node',
      'npm',
      'npx',
      'git',
      'sh',
      'no-such-program',
      '',
    ]);
    expect(offered).toEqual(['node', 'npm', 'npx', 'git', 'sh']);
    for (const tool of offered) {
      expect((await run(['sh', '-c', `command -v ${tool}`])).report.exitCode, tool).toBe(0);
    }
  });
});
