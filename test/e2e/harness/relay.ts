/**
 * Stands on a host of the virtual network and makes the forge, which is on loopback elsewhere,
 * appear on this host's own loopback. Arguments: port, path of the socket that leads to the forge.
 * Prints a line when it listens; ends when its parent closes its input.
 */
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';

const [port, path = ''] = process.argv.slice(2);

const server = createServer((near) => {
  const far = connect(path);
  // A connection that breaks on one side is broken on the other: that is all there is to say.
  pipeline(near, far, () => undefined);
  pipeline(far, near, () => undefined);
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
