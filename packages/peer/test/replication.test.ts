/** Journals of the members, over real meshes and real stores. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemberView } from '@bzzz/coordination';
import { type Journals, openJournals } from '@bzzz/journal';
import { createIdentity, createMesh, type MeshService } from '@bzzz/mesh';
import { journalProtocol, MeshName, type PeerId } from '@bzzz/protocol';
import { sampleCapabilities } from '@bzzz/testkit/contracts/samples';
import { expect, it } from 'vitest';
import { systemClock } from '../src/system/clock.ts';
import { replicateJournals } from '../src/wiring/replication.ts';
import { memberOf } from './member.ts';
import { onCleanup, silent, tempDir, until } from './support.ts';

interface Node {
  readonly mesh: MeshService;
  readonly journals: Journals;
  readonly members: MemberView[];
}

async function startNode(folder: string, bootstrap: readonly string[] = []): Promise<Node> {
  const dir = join(await tempDir(), folder);
  await mkdir(dir);
  const journals = await openJournals({}, { dir });
  onCleanup(() => journals.close());
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  const name = MeshName.parse('replication');
  const options = { name, key: 'ab'.repeat(32), listen, bootstrap, dht: false };
  const mesh = createMesh({ identity: await createIdentity() }, options);
  onCleanup(() => mesh.stop());
  await mesh.start();
  return { mesh, journals, members: [] };
}

function replicating(node: Node, replicasMax?: number): void {
  const { mesh, journals, members } = node;
  const deps = { clock: systemClock, mesh, journals, logger: silent, members: () => members };
  const replication = replicateJournals(deps, replicasMax === undefined ? {} : { replicasMax });
  onCleanup(() => replication.stop());
}

function memberAt({ mesh, journals }: Node, change: Partial<MemberView> = {}): MemberView {
  const journal = { key: journals.own.key, length: 0 };
  return memberOf(sampleCapabilities({ peer: mesh.peer, name: 'somebody', journal }), change);
}

async function append({ journals }: Node, name: string): Promise<void> {
  const at = { wallMs: Date.now(), counter: 0 };
  await journals.own.append({ v: 1, at, body: { kind: 'peer.started', version: '0', name } });
}

const entriesOf = (node: Node, writer: Node) =>
  node.journals
    .replicas()
    .find(({ key }) => key === writer.journals.own.key)
    ?.length() ?? 0;

async function connected(one: Node, other: Node): Promise<void> {
  await until(() => one.mesh.connected().includes(other.mesh.peer));
  await until(() => other.mesh.connected().includes(one.mesh.peer));
}

it('brings the logs of members both ways, and of those who join later', async () => {
  const one = await startNode('one');
  const two = await startNode('two', one.mesh.multiaddrs());
  await connected(one, two);
  one.members.push(memberAt(two));
  two.members.push(memberAt(one));
  await append(one, 'one');
  await append(two, 'two');
  replicating(one);
  replicating(two);
  await until(() => entriesOf(one, two) === 1 && entriesOf(two, one) === 1);

  const three = await startNode('three', one.mesh.multiaddrs());
  await append(three, 'three');
  replicating(three);
  await connected(three, one);
  // Known to one side first: whoever opens the stream too early tries again.
  one.members.push(memberAt(three));
  await nudge(one);
  three.members.push(memberAt(one), memberAt(two, { connected: false }));
  await nudge(three);
  await until(() => entriesOf(one, three) === 1 && entriesOf(three, one) === 1);
  // A log arrives through others too, without a connection to its writer.
  await until(() => entriesOf(three, two) === 1);
});

it('goes on after a cut', async () => {
  const one = await startNode('one');
  const two = await startNode('two', one.mesh.multiaddrs());
  one.members.push(memberAt(two));
  two.members.push(memberAt(one));
  replicating(one);
  replicating(two);
  await append(one, 'before');
  await until(() => entriesOf(two, one) === 1);
  await two.mesh.stop();
  await append(one, 'meanwhile');
  await two.mesh.start();
  await until(() => entriesOf(two, one) === 2);
});

it('lets no stranger read', async () => {
  const one = await startNode('one');
  const stranger = await startNode('stranger', one.mesh.multiaddrs());
  await connected(one, stranger);
  await append(one, 'secret');
  replicating(one);
  stranger.journals.replica(one.journals.own.key);
  expect(await openedBy(stranger, one.mesh.peer)).toBe('ended');
  expect(entriesOf(stranger, one)).toBe(0);
  // The same stream by a member is served.
  one.members.push(memberAt(stranger, { connected: false }));
  void openedBy(stranger, one.mesh.peer);
  await until(() => entriesOf(stranger, one) === 1);
});

it('keeps no more logs than it may', async () => {
  const one = await startNode('one');
  const others = [await startNode('a'), await startNode('b'), await startNode('c')];
  one.members.push(...others.map((other) => memberAt(other, { connected: false })));
  replicating(one, 2);
  await until(() => one.journals.replicas().length === 2);
  await nudge(one);
  expect(one.journals.replicas()).toHaveLength(2);
});

it('gives up a stream over which a journal does not come, and asks anew', async () => {
  const one = await startNode('one');
  const two = await startNode('two', one.mesh.multiaddrs());
  await connected(one, two);
  const [opener, writer] = one.mesh.peer < two.mesh.peer ? [one, two] : [two, one];
  await append(writer, 'told of');
  const told = memberAt(writer);
  const journal = { ...told.capabilities.journal, length: 1 };
  opener.members.push({ ...told, capabilities: { ...told.capabilities, journal } });
  writer.members.push(memberAt(opener));
  let streams = 0;
  const journals: Pick<Journals, 'replica' | 'replicas' | 'replicate'> = {
    replica: (key) => opener.journals.replica(key),
    replicas: () => opener.journals.replicas(),
    async replicate(stream, options) {
      streams += 1;
      if (streams > 1) return opener.journals.replicate(stream, options);
      // It stands, and nothing comes.
      await new Promise((resolve) => options.signal?.addEventListener('abort', resolve));
      stream.abort(new Error('given up'));
      return { reason: null };
    },
  };
  replicating(writer);
  const { mesh, members } = opener;
  const deps = { clock: systemClock, mesh, journals, logger: silent, members: () => members };
  const replication = replicateJournals(deps, { stalledMs: 100 });
  onCleanup(() => replication.stop());
  await until(() => streams === 1);
  await until(async () => {
    await nudge(opener);
    return entriesOf(opener, writer) === 1;
  });
  expect(streams).toBeGreaterThan(1);
});

async function openedBy({ mesh, journals }: Node, peer: PeerId): Promise<'ended'> {
  try {
    const stream = await mesh.openStream(peer, journalProtocol);
    await journals.replicate(stream, { initiator: true });
  } catch {
    // Refused before or after it opened: both are an end.
  }
  return 'ended';
}

/** What a member's capabilities do: the listener looks at the members again. */
async function nudge({ mesh, members }: Node): Promise<void> {
  const before = members.length;
  const next = Promise.withResolvers<void>();
  const stop = mesh.onConnection(() => next.resolve());
  onCleanup(stop);
  const visitor = await startNode(`visitor-${before}`, mesh.multiaddrs());
  await next.promise;
  await visitor.mesh.stop();
}
