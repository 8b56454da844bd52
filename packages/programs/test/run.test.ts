/** Real programs, from a host of their own, with real signals. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { type Program, runProgram, secretPath } from '../src/index.ts';

const patience = { timeout: 20_000, interval: 10 };
const env = { PATH: process.env['PATH'] ?? '' };

function shell(script: string, more: Partial<Program> = {}) {
  const limits = { outputBytesMax: 1_000_000, timeMs: 60_000 };
  return runProgram({ program: 'sh', args: ['-c', script], env, ...limits, ...more });
}

it('gives back exit code and every output, and hands on the input', async () => {
  const input = Buffer.from('line\n');
  const ended = await shell('cat; echo err >&2; echo three >&3; exit 7', { input });
  expect(ended).toMatchObject({ code: 7, stopped: null });
  expect(ended.stdout.toString()).toBe('line\n');
  expect(ended.stderr.toString()).toBe('err\n');
  expect(ended.extra.toString()).toBe('three\n');
});

it('gives a program nothing but the environment and the folder that it is told', async () => {
  const ended = await shell('pwd; env', { env: { ...env, ONLY: 'this' }, cwd: '/usr' });
  const [folder, ...variables] = ended.stdout.toString().trim().split('\n');
  expect(folder).toBe('/usr');
  expect(variables).toContain('ONLY=this');
  expect(variables.filter((one) => /^(?:NODE_|HOME|npm_)/.test(one))).toEqual([]);
});

it('hands on a secret that is read as often as wanted, by children too, and shown by no list of processes', async () => {
  const secret = Buffer.from('planted-secret');
  const read = `cat ${secretPath}; sh -c 'cat ${secretPath}'; cat ${secretPath} >&2`;
  const look =
    "tr '\\0' '\\n' < /proc/$$/environ; tr '\\0' ' ' < /proc/$$/cmdline; readlink /proc/$$/fd/4";
  const ended = await shell(`${read}; (${look}) >&3`, { secret });
  expect(ended.stdout.toString()).toBe('planted-secretplanted-secret');
  expect(ended.stderr.toString()).toBe('planted-secret');
  expect(ended.extra.toString()).toContain('PATH=');
  expect(ended.extra.toString()).toMatch(/\(deleted\)\n$/);
  expect(ended.extra.toString()).not.toContain('planted');
  // Who has none has no such descriptor.
  const without = await shell(`cat ${secretPath}`);
  expect(without.code).not.toBe(0);
});

it('carries megabytes both ways, unbroken', async () => {
  const input = Buffer.alloc(5_000_000, 'bzzz programs ');
  const { stdout } = await shell('cat', { input, outputBytesMax: 10_000_000 });
  expect(stdout.equals(input)).toBe(true);
});

it('runs many at a time', async () => {
  const ended = await Promise.all(Array.from({ length: 50 }, (_, index) => shell(`echo ${index}`)));
  const said = ended.map(({ stdout }) => stdout.toString().trim());
  expect(said).toEqual(Array.from({ length: 50 }, (_, index) => String(index)));
});

it('says that there is no such program, and no such folder', async () => {
  const run = { args: [], env, outputBytesMax: 1, timeMs: 1_000 };
  await expect(runProgram({ ...run, program: 'no-such-program' })).rejects.toMatchObject({
    code: 'ENOENT',
  });
  await expect(shell('true', { cwd: '/no/such/folder' })).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(shell('true', { cwd: 'with\0zero' })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
  });
});

it('ends one that prints too much, with exactly so much kept', async () => {
  const ended = await shell('yes', { outputBytesMax: 100_000 });
  expect(ended).toMatchObject({ code: null, stopped: 'output' });
  expect(ended.stdout.byteLength).toBe(100_000);
});

it('ends one that takes too long, and all that it started', async () => {
  const ended = await shell('sleep 1000 & echo $!; wait', { timeMs: 200 });
  expect(ended).toMatchObject({ code: null, stopped: 'time' });
  const started = Number(ended.stdout.toString());
  expect(started).toBeGreaterThan(0);
  await untilGone(started);
});

it('asks politely first where there is a grace, and then insists', async () => {
  const polite = 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.01; done';
  const asked = await shell(polite, { timeMs: 300, graceMs: 30_000 });
  expect(asked).toMatchObject({ code: 0, stopped: 'time' });
  expect(asked.stdout.toString()).toBe('up\nbye\n');
  const deaf = 'trap "" TERM; while :; do sleep 0.01; done';
  expect(await shell(deaf, { timeMs: 100, graceMs: 100 })).toMatchObject({ code: null });
});

it('ends one whose signal fires, before it has begun, too', async () => {
  const stop = new AbortController();
  const running = shell('sleep 1000', { signal: stop.signal });
  stop.abort();
  expect(await running).toMatchObject({ code: null, stopped: 'asked' });
  const late = await shell('sleep 1000', { signal: AbortSignal.abort() });
  expect(late).toMatchObject({ code: null, stopped: 'asked' });
});

it('tells of a host that was killed, ends what that ran, and starts another one', async () => {
  const told = shell('echo $$; exec sleep 1000');
  const host = await vi.waitFor(() => hostOf(process.pid), patience);
  const program = await vi.waitFor(() => {
    const pid = pidsOf('sleep 1000').find((one) => statOf(one)[1] === String(host));
    expect(pid).toBeDefined();
    return pid ?? 0;
  }, patience);
  // The host answers in order: it has told of the first program, too.
  await shell('true');
  process.kill(host, 'SIGKILL');
  const lost = await told;
  expect(lost).toMatchObject({ code: null, stopped: 'lost' });
  expect(lost.stderr.toString()).toContain('SIGKILL');
  await untilGone(program);
  expect(await shell('echo again')).toMatchObject({ code: 0 });
  expect(hostOf(process.pid)).not.toBe(host);
});

it('keeps no process alive, and outlives none', async () => {
  const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));
  const script = `
    const { runProgram } = await import(${JSON.stringify(entry)});
    const limits = { env: { PATH: process.env.PATH }, outputBytesMax: 100, timeMs: 60_000 };
    const run = (script) => runProgram({ program: 'sh', args: ['-c', script], ...limits });
    const { stdout } = await run('echo $PPID');
    console.log(stdout.toString().trim());
    if (process.argv[1] === 'busy') {
      void run('exec sleep 1000.$PPID');
      await run('true'); // they are started in order
      process.kill(process.pid, 'SIGKILL');
    }`;
  for (const how of ['idle', 'busy']) {
    const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, how]);
    const { stdout } = await child.catch((error: { stdout: string }) => error);
    const host = Number(stdout);
    expect(host).toBeGreaterThan(0);
    await untilGone(host);
    await vi.waitFor(() => expect(pidsOf(`sleep 1000.${host}`)).toEqual([]), patience);
  }
});

/** State, parent and further; empty when there is no such process. */
function statOf(pid: number): string[] {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // It ended in between.
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}

function untilGone(pid: number): Promise<void> {
  return vi.waitFor(() => expect(statOf(pid)[0] ?? 'Z').toBe('Z'), patience);
}

/** Of all processes whose command line holds this. */
function pidsOf(part: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => commandOf(pid).includes(part));
}

function commandOf(pid: number): string {
  return readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

function hostOf(parent: number): number {
  const host = pidsOf('/host.').find((pid) => statOf(pid)[1] === String(parent));
  expect(host).toBeDefined();
  return host ?? 0;
}
