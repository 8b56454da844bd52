import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  heartbeatChannel,
  journalProtocol,
  limits,
  MeshName,
  parseTopicName,
  protocolId,
  topicName,
  topics,
  wireVersions,
} from '../src/index.ts';
import { valuesOf } from '@bzzz/testkit/contracts/values';

it.each(Object.values(topics))('topic $name: its full name comes back', (topic) => {
  fc.assert(
    fc.property(valuesOf(MeshName), (mesh) => {
      const full = topicName(mesh, topic);
      expect(full).toBe(`bzzz/${mesh}/${topic.name}/1`);
      expect(parseTopicName(full)).toEqual({ mesh, name: topic.name, version: 1 });
    }),
  );
});

it.each([
  '',
  'bzzz',
  'bzzz/lan/tasks',
  'bzzz/lan/tasks/0',
  'bzzz/lan/tasks/01',
  'bzzz/lan/tasks/1/2',
  'bzzz/lan/tasks/1\n',
  'bzzz/LAN/tasks/1',
  'bzzz/-lan/tasks/1',
  'bzzz/lan/Tasks/1',
  'bzzz//tasks/1',
  '/bzzz/lan/tasks/1',
  'other/lan/tasks/1',
  `bzzz/${'m'.repeat(41)}/tasks/1`,
  'bzzz/lan/tasks/10000',
])('is no topic of ours: %j', (full) => {
  expect(parseTopicName(full)).toBeUndefined();
});

it('names protocols as the specification does', () => {
  expect(protocolId(heartbeatChannel)).toBe('/bzzz/heartbeat/2');
  expect(protocolId(journalProtocol)).toBe('/bzzz/journal/1');
});

it('keeps every message within what carries it', () => {
  for (const { codec } of Object.values(topics)) {
    expect(codec.bytesMax).toBeLessThanOrEqual(limits.gossipMessageBytesMax);
  }
  // One full message and the envelope around it.
  expect(limits.gossipMessageBytesMax + 64).toBeLessThan(limits.envelopeBytesMax);
  const { codec, waitingBytesMax } = heartbeatChannel;
  expect(codec.bytesMax).toBeLessThan(waitingBytesMax);
  expect(limits.journalEntryBytesMax + 64).toBeLessThan(limits.journalBlockBytesMax);
  expect(wireVersions.min).toBeLessThanOrEqual(wireVersions.max);
});
