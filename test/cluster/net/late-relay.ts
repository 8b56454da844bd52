/**
 * Stands before a port of this host: what comes and goes by it comes late, each piece by the delay and up to the jitter
 * more, and in order, as TCP has it. Arguments: own port, port that is meant, delay and jitter in ms. Prints a line when it listens.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const [ownPort = 0, meantPort = 0, delayMs = 0, jitterMs = 0] = process.argv.slice(2).map(Number);
/** On the way at once, in each direction of a connection; more waits at its sender. */
const heldBytesMax = 1024 * 1024;

const server = createServer((near) => {
  const far = connect(meantPort, '127.0.0.1');
  late(near, far);
  late(far, near);
});
server.listen(ownPort, '0.0.0.0');
await once(server, 'listening');
process.stdout.write('listening\n');

function late(from: Socket, to: Socket): void {
  /** Null: the end. */
  const held: (Buffer | null)[] = [];
  let heldBytes = 0;
  let dueMs = 0;

  function hold(piece: Buffer | null): void {
    held.push(piece);
    heldBytes += piece?.length ?? 0;
    if (heldBytes > heldBytesMax) from.pause();
    const nowMs = performance.now();
    dueMs = Math.max(dueMs, nowMs + delayMs + Math.random() * jitterMs);
    setTimeout(release, dueMs - nowMs);
  }

  /** Timers of one moment may fire in any order; what was first goes first. */
  function release(): void {
    const piece = held.shift() ?? null;
    heldBytes -= piece?.length ?? 0;
    if (heldBytes <= heldBytesMax) from.resume();
    if (piece === null) to.end();
    else if (!to.destroyed) to.write(piece);
  }

  from.on('data', hold);
  from.on('end', () => hold(null));
  // A connection that breaks on one side is broken on the other: that is all there is to say.
  from.on('error', () => to.destroy());
  from.on('close', (hadError) => void (hadError && to.destroy()));
}
