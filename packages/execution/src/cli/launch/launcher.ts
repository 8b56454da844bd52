/**
 * Runs inside the sandbox, where there is no network: opens ports on the sandbox's own loopback that
 * lead to sockets of the peer, then becomes as little as it can be around the tool. It is copied out
 * of here, so it imports nothing of ours but types.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import type { LaunchPlan } from './plan.ts';

const folder = import.meta.dirname;
// The path of a socket may have 107 bytes only; a folder's may be longer.
const sockets = `/proc/self/fd/${openSync(folder, 'r')}`;
// The peer wrote it, a moment ago, for this program.
const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as LaunchPlan;

// The tool is asked to end by whoever asks us, and we end with it.
process.on('SIGTERM', () => undefined);
const ports = await Promise.all(
  plan.ports.map(async ({ mark, socket }) => [mark, await openPort(socket)] as const),
);
start();

/** Its number. */
async function openPort(socket: string): Promise<string> {
  const server = createServer((near) => {
    const far = connect(`${sockets}/${socket}`);
    const over = () => {
      near.destroy();
      far.destroy();
    };
    near.on('error', over).on('close', over);
    far.on('error', over).on('close', over);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  return String((server.address() as AddressInfo).port);
}

function start(): void {
  const filled = (text: string) =>
    ports.reduce((rest, [mark, port]) => rest.replaceAll(mark, port), text);
  for (const [path, text] of Object.entries(plan.homeFiles)) {
    const file = join(process.env['HOME'] ?? '/', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, filled(text));
  }
  const own = Object.entries(plan.environment).map(([name, value]) => [name, filled(value)]);
  const env = { ...process.env, ...Object.fromEntries(own) };
  const [program = '', ...args] = plan.argv.map((argument) => filled(argument));
  const child = spawn(program, args, { env, stdio: ['pipe', 'inherit', 'inherit'] });
  // A tool that does not read its input, or has ended, is its own affair.
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(plan.input);
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
  });
}
