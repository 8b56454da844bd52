/** Journals of the members, over real meshes and real stores. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemberView } from '@bzzz/coordination';
import { type Journals, type MessageStream, openJournals } from '@bzzz/journal';
import { createIdentity, createMesh, type MeshService } from '@bzzz/mesh';
import { type JournalKey, journalProtocol, MeshName, type PeerId } from '@bzzz/protocol';
import { sampleCapabilities } from '@bzzz/testkit/contracts/samples';
import { expect, it } from 'vitest';
import { systemClock } from '../src/system/clock.ts';
import { withoutPlace } from '../src/wiring/replica-places.ts';
import { replicateJournals, type ReplicationOptions } from '../src/wiring/replication.ts';
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

const nobody: ReadonlySet<JournalKey> = new Set();

function replicating(node: Node, options: ReplicationOptions = {}, staying = nobody): void {
  const { mesh, journals } = node;
  const members = () => node.members;
  const deps = {
    clock: systemClock,
    mesh,
    journals,
    logger: silent,
    members,
    staying: () => staying,
  };
  const replication = replicateJournals(deps, options);
  onCleanup(() => replication.stop());
}

function memberAt({ mesh, journals }: Node, change: Partial<MemberView> = {}): MemberView {
  const journal = { key: journals.own.key, length: 0 };
  return memberOf(sampleCapabilities({ peer: mesh.peer, name: 'somebody', journal }), change);
}

async function append({ journals }: Node, name: string, wallMs = Date.now()): Promise<void> {
  const at = { wallMs, counter: 0 };
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
  replicating(one, { replicasMax: 2, settleMs: 0 });
  await until(() => one.journals.replicas().length === 2);
  await nudge(one);
  expect(one.journals.replicas()).toHaveLength(2);
  // All of them live: that is for a person to mend.
  const { journals } = one;
  const deps = { journals, members: () => one.members, staying: () => nobody };
  expect(withoutPlace(deps, { replicasMax: 2 })).toEqual([one.members[2]]);
  expect(withoutPlace(deps, { replicasMax: 3 })).toEqual([]);
});

it('gives the place of whoever has been silent longest to a member that lives', async () => {
  const one = await startNode('one');
  const writers = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((name) => startNode(name, one.mesh.multiaddrs())),
  );
  const [first, second, evidence, young, dead] = writers;
  if (!first || !second || !evidence || !young || !dead) throw new Error('too few');
  const keys = () => new Set(one.journals.replicas().map(({ key }) => key));
  const keyOf = ({ journals }: Node) => journals.own.key;
  for (const [at, node] of [first, second, evidence].entries()) {
    // The evidence is the oldest of all.
    await append(node, 'long ago', at === 2 ? 1 : 1_000 * (at + 1));
    await bring(one, node);
  }
  one.members.push(memberAt(dead, { connected: false, liveness: 'dead' }));
  replicating(one, { replicasMax: 3, settleMs: 0 }, new Set([keyOf(evidence)]));
  await nudge(one);
  // The dead take nobody's place.
  expect(keys()).toEqual(new Set([first, second, evidence].map(keyOf)));
  one.members.push(memberAt(young, { connected: false }));
  await nudge(one);
  await until(() => keys().has(keyOf(young)));
  expect(keys()).toEqual(new Set([second, evidence, young].map(keyOf)));
});

it('takes the place of nobody right after the start', async () => {
  const one = await startNode('one');
  const [gone, young] = [await startNode('a'), await startNode('b')];
  one.journals.replica(gone.journals.own.key);
  one.members.push(memberAt(young, { connected: false }));
  replicating(one, { replicasMax: 1 });
  await nudge(one);
  expect(one.journals.replicas().map(({ key }) => key)).toEqual([gone.journals.own.key]);
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
  const journals: Pick<Journals, 'replica' | 'replicas' | 'replicate' | 'letGo'> = {
    letGo: (key) => opener.journals.letGo(key),
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
  const staying = () => nobody;
  const all = () => members;
  const deps = { clock: systemClock, mesh, journals, logger: silent, members: all, staying };
  const replication = replicateJournals(deps, { stalledMs: 100 });
  onCleanup(() => replication.stop());
  await until(() => streams === 1);
  await until(async () => {
    await nudge(opener);
    return entriesOf(opener, writer) === 1;
  });
  expect(streams).toBeGreaterThan(1);
});

/** The journal of somebody who then goes. */
async function bring(one: Node, writer: Node): Promise<void> {
  one.journals.replica(writer.journals.own.key);
  const serve = (stream: MessageStream) => writer.journals.replicate(stream, { initiator: false });
  writer.mesh.handleStream(journalProtocol, (_, stream) => void serve(stream));
  await connected(one, writer);
  const stream = await one.mesh.openStream(writer.mesh.peer, journalProtocol);
  const ending = new AbortController();
  const replicated = one.journals.replicate(stream, { initiator: true, signal: ending.signal });
  await until(() => entriesOf(one, writer) === 1);
  ending.abort();
  await replicated;
  await writer.mesh.stop();
}

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
