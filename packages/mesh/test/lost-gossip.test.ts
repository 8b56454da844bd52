import { envelopeCodec, topicName, topics } from '@bzzz/protocol';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { createIdentity } from '../src/index.ts';
import { createMeshOver } from '../src/mesh.ts';
import { dial, startRawNode } from './raw-node.ts';
import { severableTransports } from './severable.ts';
import { allConnected, createFleet, freshName, loopback, until } from './support.ts';

vi.setConfig({ testTimeout: 120_000 });

const fleet = createFleet();
afterEach(() => fleet.stopAll());

it('counts what was said while the cable was cut, message by message', async () => {
  const name = freshName();
  const { transports, sever } = severableTransports(name);
  const identity = await createIdentity();
  const from = createMeshOver({ identity, transports }, { name, listen: [loopback] });
  onTestFinished(() => from.stop());
  await from.start();
  const to = await fleet.add({ name, bootstrap: from.multiaddrs() });
  const heard = new Set<number>();
  to.subscribe(topics.health, (_, note) => heard.add(note.incarnation));
  await to.start();
  let said = 0;
  const say = () => {
    said += 1;
    return from.publish(topics.health, { kind: 'alive', peer: from.peer, incarnation: said });
  };
  const isHeard = async () => {
    await say();
    return heard.has(said - 1);
  };
  await until('gossip is ready', isHeard);
  const first = Math.min(...heard);
  sever();
  await until('the cut is seen', () => from.connected().length === 0);
  for (let count = 0; count < 20; count += 1) await say();
  await until('they are connected again', () => allConnected([from, to]));
  await until('gossip is back', isHeard);
  // Whatever came late by another way is not lost, and nothing is both.
  await until('every message is either heard or lost', () => {
    const { lost, messagesDelivered } = to.stats().gossip;
    return lost > 0 && messagesDelivered + lost === said - first + 1;
  });
  expect(from.stats().gossip).toMatchObject({ messagesSent: said, lost: 0 });
});

it('hears who does not count, as the release before, and loses nothing of it', async () => {
  const name = freshName();
  const mesh = await fleet.add({ name });
  const heard: number[] = [];
  mesh.subscribe(topics.health, (_, note) => heard.push(note.incarnation));
  await mesh.start();
  const raw = await startRawNode(name);
  onTestFinished(() => raw.stop());
  await dial(raw, mesh.multiaddrs());
  const topic = topicName(name, topics.health);
  await until('it knows the topic', () => raw.services.pubsub.getSubscribers(topic).length === 1);
  const say = (incarnation: number, position?: { run: number; first: number }) => {
    const note = { kind: 'alive' as const, peer: mesh.peer, incarnation };
    const messages = [topics.health.codec.encode(note)];
    const envelope = position === undefined ? { messages } : { messages, position };
    return raw.services.pubsub.publish(topic, envelopeCodec.encode(envelope));
  };
  for (const incarnation of [1, 2, 3]) await say(incarnation);
  await until('all have come', () => heard.length === 3);
  expect(mesh.stats().gossip.lost).toBe(0);
  // Now it counts, and every second one is missing: more gaps than are kept open.
  for (let first = 0; first <= 200; first += 2) await say(first, { run: 1, first });
  await until('the oldest are lost', () => mesh.stats().gossip.lost >= 100 - 64);
});
