/**
 * A peer in a process of its own. Argument: options as JSON. Prints one JSON object a line:
 * `{ multiaddrs }` when it listens, `{ connected }` whenever that changes, `{ heard }` for each
 * hint. Answers pings. With `silenceMsMax` it pings too, each 100 ms, and disconnects whom it has not
 * heard for so long, as the peer's failure detection would. Ends when its parent closes its input.
 */
import { heartbeatChannel, hexToBytes, MeshName, type PeerId, topics } from '@bzzz/protocol';
import { createIdentity, createMesh, loadIdentity } from '../src/index.ts';

const {
  name,
  silenceMsMax,
  seed,
  ...options
}: {
  name: string;
  listen: string[];
  bootstrap?: string[];
  mdns?: boolean;
  silenceMsMax?: number;
  /** 32 bytes as hex; default: a new identity. */
  seed?: string;
} = JSON.parse(process.argv[2] ?? '{}');

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const mesh = createMesh(
  { identity: await (seed === undefined ? createIdentity() : loadIdentity(hexToBytes(seed))) },
  { ...options, name: MeshName.parse(name) },
);
mesh.onConnection(() => say({ connected: mesh.connected() }));
mesh.subscribe(topics.health, (from) => say({ heard: from }));
const heardMs = new Map<PeerId, number>();
mesh.onConnection(({ peer, open }) => {
  if (open) heardMs.set(peer, performance.now());
});
mesh.receive(heartbeatChannel, (from, beat) => {
  heardMs.set(from, performance.now());
  if (beat.kind !== 'ping') return;
  mesh.send(heartbeatChannel, from, { kind: 'ack', seq: beat.seq, incarnation: 0 });
});
await mesh.start();
say({ peer: mesh.peer, multiaddrs: mesh.multiaddrs() });

let seq = 0;
function beat(silenceMsMax: number): void {
  for (const peer of mesh.connected()) {
    seq += 1;
    mesh.send(heartbeatChannel, peer, { kind: 'ping', seq, incarnation: 0 });
    const silentMs = performance.now() - (heardMs.get(peer) ?? 0);
    if (silentMs > silenceMsMax) mesh.disconnect(peer);
  }
}

const hints = setInterval(() => {
  if (silenceMsMax !== undefined) beat(silenceMsMax);
  mesh.publish(topics.health, { kind: 'alive', peer: mesh.peer, incarnation: 1 }).catch((error) => {
    say({ error: String(error) });
  });
}, 100);

process.stdin.resume();
process.stdin.on('end', () => {
  clearInterval(hints);
  void mesh.stop().then(() => process.exit(0));
});
