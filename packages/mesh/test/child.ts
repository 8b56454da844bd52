/**
 * A peer in a process of its own. Argument: options as JSON. Prints one JSON object a line:
 * `{ multiaddrs }` when it listens, `{ connected }` whenever that changes, `{ heard }` for each
 * hint. Ends when its parent closes its input.
 */
import { MeshName, topics } from '@bzzz/protocol';
import { createIdentity, createMesh } from '../src/index.ts';

const {
  name,
  ...options
}: { name: string; listen: string[]; bootstrap?: string[]; mdns?: boolean; silenceMsMax?: number } =
  JSON.parse(process.argv[2] ?? '{}');

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const mesh = createMesh(
  { identity: await createIdentity() },
  { ...options, name: MeshName.parse(name) },
);
mesh.onConnection(() => say({ connected: mesh.connected() }));
mesh.subscribe(topics.health, (from) => say({ heard: from }));
await mesh.start();
say({ peer: mesh.peer, multiaddrs: mesh.multiaddrs() });

const hints = setInterval(() => {
  mesh.publish(topics.health, { kind: 'alive', peer: mesh.peer, incarnation: 1 }).catch((error) => {
    say({ error: String(error) });
  });
}, 100);

process.stdin.resume();
process.stdin.on('end', () => {
  clearInterval(hints);
  void mesh.stop().then(() => process.exit(0));
});
