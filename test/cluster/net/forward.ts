/**
 * Stands between two places: whoever connects to the first is led to the second. Arguments in pairs,
 * each `HOST:PORT` or the path of a socket, which no network namespace bars. Prints a line when it
 * listens.
 */
import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts } from 'node:net';
import { pipeline } from 'node:stream';

const args = process.argv.slice(2);
for (let at = 0; at + 1 < args.length; at += 2) await lead(args[at] ?? '', args[at + 1] ?? '');
process.stdout.write('listening\n');

async function lead(from: string, to: string): Promise<void> {
  const target = placeOf(to);
  const server = createServer((near) => {
    const far = connect(target);
    // A connection that breaks on one side is broken on the other: that is all there is to say.
    pipeline(near, far, () => undefined);
    pipeline(far, near, () => undefined);
  });
  server.listen(placeOf(from));
  await once(server, 'listening');
}

function placeOf(
  text: string,
): (NetConnectOpts & { path: string }) | { host: string; port: number } {
  const [, host, port] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  return host === undefined ? { path: text } : { host, port: Number(port) };
}
