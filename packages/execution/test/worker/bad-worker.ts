/** A worker that does what the first words of its prompt say, by the means that a real one would have. */
import { Socket } from 'node:net';
import { openChannel } from '../../src/worker/channel.ts';
import { type ToPeer, type ToWorker, toPeer, toWorker } from '../../src/worker/messages.ts';

const socket = new Socket({ fd: 3, readable: true, writable: true });
const channel = openChannel<ToWorker, ToPeer>(
  socket,
  { incoming: toWorker, outgoing: toPeer },
  { onMessage: hear, onGarbage: () => process.exit(9), onClosed: () => process.exit() },
);
channel.send({ kind: 'hello' });

/** Of the job, whose commands a worker may have run. */
let flood: readonly string[] = [];

const report = { succeeded: true, reason: 'Well.', commands: [] };
const ways: Readonly<Record<string, () => void>> = {
  well: () => channel.send({ kind: 'done', report }),
  dies: () => process.exit(3),
  spins() {
    for (;;);
  },
  'eats objects'() {
    const kept: object[] = [];
    for (;;) kept.push({ text: `${kept.length}` });
  },
  'eats buffers'() {
    const kept: Buffer[] = [];
    setInterval(() => kept.push(Buffer.alloc(8 * 1024 * 1024, 1)), 5);
  },
  'says garbage': () => void socket.write('no message at all, but quite a few words of it'),
  'says half': () => void socket.write(Buffer.from([0, 0, 0, 9, 1])),
  'says what there is not': () => void socket.write(Buffer.from([0, 0, 0, 1, 0xa0])),
  floods() {
    for (let count = 0; count < 100_000; count += 1) channel.send({ kind: 'sign' });
  },
  'hangs up': () => void socket.end(),
  'runs what it may not': () =>
    channel.send({ kind: 'run', id: 1, argv: ['id'], timeMs: 1_000, output: false, quiet: false }),
  'asks nobody': () => channel.send({ kind: 'help', id: 1, question: 'How?' }),
  'asks too much'() {
    for (let id = 1; id < 10; id += 1) channel.send({ kind: 'help', id, question: 'How?' });
  },
  'reads nothing'() {
    socket.pause();
    channel.send({ kind: 'run', id: 1, argv: flood, timeMs: 20_000, output: true, quiet: false });
  },
  stays: () => channel.send({ kind: 'sign' }),
};

function hear(message: ToWorker): void {
  if (message.kind !== 'start') return;
  flood = message.job.commands['flood'] ?? [];
  setInterval(() => channel.send({ kind: 'beat' }), message.beatMs);
  ways[message.job.parts[0]?.text ?? '']?.();
}
