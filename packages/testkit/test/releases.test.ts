/** What peers of neighbouring releases hear of each other, in the bytes of the wire. */
import {
  bytesToHex,
  Capabilities,
  heartbeatChannel,
  HelpId,
  type HelpResponse,
  helpProtocol,
  isBzzzError,
  type PeerId,
  topics,
  verifyProtocol,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { noFaults } from '../src/sim/faults.ts';
import { createLinks } from '../src/sim/links.ts';
import { createProcess } from '../src/sim/process.ts';
import { createSeededRandom } from '../src/sim/random.ts';
import { createInterpreter, type Release } from '../src/sim/releases.ts';
import { createSights } from '../src/sim/sights.ts';
import { createVirtualJournal, type VirtualDisk } from '../src/sim/virtual-journal.ts';
import { createVirtualNetwork, type VirtualNetwork } from '../src/sim/virtual-mesh.ts';
import { createVirtualPlace, virtualPeerId } from './contracts/virtual-peer.ts';

const [a, b] = [virtualPeerId('a'), virtualPeerId('b')];
const key = bytesToHex(new Uint8Array(32));

const capabilities = Capabilities.parse({
  peer: a,
  name: 'a',
  account: 'bzzz-bot',
  version: '0.0.0',
  wire: { min: 1, max: 1 },
  incarnation: 1,
  revision: 1,
  repositories: ['octo/virtual'],
  executors: ['recipe'],
  models: ['virtual:1'],
  modelFacts: [{ name: 'virtual:1', parameters: null, contextTokens: null }],
  tools: [],
  sandbox: 'none',
  slots: 1,
  running: 0,
  load: 0,
  success: 1,
  successOf: { chore: 1 },
  journal: { key, length: 3 },
  machine: { cores: 2, memoryBytes: 1, gpus: [{ name: 'one', memoryBytes: null }] },
  links: [a, b],
  memberList: 2,
  leaving: true,
});
const ofBefore = Capabilities.parse({
  ...capabilities,
  modelFacts: undefined,
  links: undefined,
  memberList: undefined,
  leaving: undefined,
});

const helpId = HelpId.parse('0'.repeat(32));
const sights = createSights();
const { say, sayFurther } = createInterpreter({ random: createSeededRandom('releases'), sights });

describe('what a peer says of itself', () => {
  it.each<[Release, Release, Capabilities]>([
    ['today', 'today', capabilities],
    ['today', 'before', ofBefore],
    ['before', 'today', ofBefore],
    ['ancient', 'after', ofBefore],
    ['after', 'today', capabilities],
    ['after', 'before', ofBefore],
    ['today', 'after', capabilities],
  ])('of %s is heard by one of %s', (from, to, expected) => {
    expect(say(topics.capabilities.codec, capabilities, from).heardBy(to)).toEqual(expected);
  });

  it('says more in a later release, in every map of the message', () => {
    const { byteLength } = say(topics.capabilities.codec, capabilities, 'after');
    expect(byteLength).toBeGreaterThan(0);
    expect(sights.totals().get('further fields')).toBeGreaterThan(0);
  });
});

describe('of a kind that the other does not know', () => {
  const unknown: HelpResponse = { kind: 'unknown' };

  it.each<[Release, Release, HelpResponse | undefined]>([
    ['today', 'today', unknown],
    ['today', 'before', undefined],
    ['before', 'today', undefined],
  ])('an answer of %s is none to %s', (from, to, expected) => {
    expect(say(helpProtocol.response, unknown, from).heardBy(to)).toEqual(expected);
  });

  it('nothing is heard, on no topic, channel or stream', () => {
    const codecs = [
      topics.capabilities.codec,
      topics.tasks.codec,
      topics.health.codec,
      topics.heads.codec,
      heartbeatChannel.codec,
      helpProtocol.response,
      verifyProtocol.response,
    ];
    for (const codec of codecs) {
      expect(sayFurther<unknown>(codec, 'today')).toBeUndefined();
      const said = Array.from({ length: 500 }, () => sayFurther<unknown>(codec, 'after'));
      const further = said.filter((one) => one !== undefined);
      expect(further.length).toBeGreaterThan(0);
      expect(further.every((one) => one.heardBy('today') === undefined)).toBe(true);
    }
  });
});

function createMesh(releases: readonly [Release, Release]) {
  const place = createVirtualPlace();
  const { pump, timeline } = place;
  const links = createLinks(() => network.reconnect());
  const network: VirtualNetwork = createVirtualNetwork({
    ...place,
    links,
    faults: () => noFaults,
    onListenerError(error) {
      throw error;
    },
  });
  const join = (id: PeerId, release: Release) =>
    network.join(id, createProcess(timeline, { skewMs: 0 }), { release });
  const [left, right] = [join(a, releases[0]), join(b, releases[1])];
  const meet = () => pump.until(() => left.connected().length === 1);
  return { left, right, meet, pump };
}

describe('two peers', () => {
  it('of today and of before do without what the other cannot say', async () => {
    const { left, right, meet, pump } = createMesh(['today', 'before']);
    await meet();
    const heard: number[] = [];
    right.receive(heartbeatChannel, (_, { seq }) => heard.push(seq));
    expect(left.send(heartbeatChannel, b, { kind: 'ping', seq: 7, incarnation: 1 })).toBe(true);
    await pump.until(() => heard.includes(7));
    right.handle(helpProtocol, async () => ({ kind: 'unknown' }));
    const asking = left.request(helpProtocol, b, { kind: 'drop', id: helpId });
    const failed = await pump.drive(asking.catch((error: unknown) => error));
    expect(isBzzzError(failed, 'mesh_refused')).toBe(true);
    const ended: HelpResponse = { kind: 'ended', tried: [] };
    right.handle(helpProtocol, async () => ended);
    const answer = await pump.drive(left.request(helpProtocol, b, { kind: 'drop', id: helpId }));
    expect(answer).toEqual(ended);
  });

  it('of which one has no channels say nothing on one', async () => {
    const { left, right, meet } = createMesh(['today', 'ancient']);
    await meet();
    const ping = { kind: 'ping' as const, seq: 1, incarnation: 1 };
    expect(right.send(heartbeatChannel, a, ping)).toBe(false);
    expect(left.send(heartbeatChannel, b, ping)).toBe(true);
  });
});

it('a journal that a later release wrote in is read without what it alone knows', async () => {
  const place = createVirtualPlace();
  const { pump } = place;
  const disk: VirtualDisk = { entries: [] };
  const journal = pump.driven(createVirtualJournal({ ...place, disk, release: 'after' }, a));
  const seqs: number[] = [];
  for (let count = 0; count < 40; count += 1) {
    const at = { wallMs: 0, counter: count };
    seqs.push(await journal.append({ v: 1, at, body: { kind: 'peer.stopped' } }));
  }
  const read: number[] = [];
  for await (const { seq } of journal.read()) read.push(seq);
  expect(read).toEqual(seqs);
  expect(journal.length()).toBeGreaterThan(seqs.length);
});
