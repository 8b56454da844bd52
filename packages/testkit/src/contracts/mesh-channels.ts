/** What every `Mesh` promises about channels, and about ending a connection. */
import type { ConnectionEvent, Mesh } from '@bzzz/coordination';
import { BzzzError, type Channel, createCodec, HealthNote, type PeerId } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Two peers that are connected. */
export interface ChannelSubject {
  readonly pair: readonly [Mesh, Mesh];
  /** A well-formed peer id of nobody. */
  readonly stranger: PeerId;
  /** Resolves when `check` holds; lets the subject's time pass, and dials what was lost. */
  until(check: () => boolean): Promise<void>;
  dispose(): Promise<void>;
}

export interface ChannelContractOptions {
  /** False for a mesh that delivers within the call of `send` and has no time: nothing waits. */
  readonly limited: boolean;
}

export function describeChannelContract(
  name: string,
  makeSubject: () => Promise<ChannelSubject>,
  options: ChannelContractOptions = { limited: true },
): void {
  describe(`Mesh, channels: ${name}`, () => {
    let subject: ChannelSubject;
    let [a, b]: readonly Mesh[] = [];

    beforeEach(async () => {
      subject = await makeSubject();
      [a, b] = subject.pair;
    });
    afterEach(async () => {
      await subject.dispose();
    });

    function peers(): { a: Mesh; b: Mesh } {
      if (a === undefined || b === undefined) throw new Error('no subject');
      return { a, b };
    }

    it('carry messages in order, each once, and say who sent them', async () => {
      const { a, b } = peers();
      const heard = listen(b, channelOf('ordered'));
      const numbers = Array.from({ length: 20 }, (_, index) => index);
      for (const number of numbers) {
        expect(a.send(channelOf('ordered'), b.peer, note(b.peer, number))).toBe(true);
      }
      await subject.until(() => heard.length >= numbers.length);
      expect(heard).toEqual(
        numbers.map((number) => ({ from: a.peer, message: note(b.peer, number) })),
      );
    });

    it('carry messages both ways, and channels do not mix', async () => {
      const { a, b } = peers();
      const [left, right] = [channelOf('left'), channelOf('right')];
      const off = b.receive(left, (from, message) => b.send(right, from, message));
      const heard = { a: listen(a, right), b: listen(b, right) };
      expect(a.send(left, b.peer, note(a.peer, 7))).toBe(true);
      await subject.until(() => heard.a.length > 0);
      expect(heard).toEqual({ a: [{ from: b.peer, message: note(a.peer, 7) }], b: [] });
      off();
    });

    it('take nothing for a peer without a connection, or for oneself', () => {
      const { a } = peers();
      expect(a.send(channelOf('nobody'), subject.stranger, note(a.peer, 0))).toBe(false);
      expect(a.send(channelOf('nobody'), a.peer, note(a.peer, 0))).toBe(false);
    });

    it('throw for what does not fit, though nobody is there', () => {
      const { a, b } = peers();
      const tiny = channelOf('tiny', { messageBytesMax: 8 });
      for (const peer of [b.peer, subject.stranger]) {
        expect(codeOf(() => a.send(tiny, peer, note(b.peer, -1)))).toBe('message_invalid');
        expect(codeOf(() => a.send(tiny, peer, note(b.peer, 0)))).toBe('message_too_large');
      }
    });

    it('go on after a listener threw, and to every listener', async () => {
      const { a, b } = peers();
      const channel = channelOf('throwing');
      b.receive(channel, () => {
        throw new Error('a listener of the test');
      });
      const heard = listen(b, channel);
      a.send(channel, b.peer, note(b.peer, 1));
      a.send(channel, b.peer, note(b.peer, 2));
      await subject.until(() => heard.length === 2);
    });

    it('stop telling a listener that was taken off', async () => {
      const { a, b } = peers();
      const channel = channelOf('off');
      const early: number[] = [];
      const off = b.receive(channel, (_, { incarnation }) => early.push(incarnation));
      const late = listen(b, channel);
      a.send(channel, b.peer, note(b.peer, 1));
      await subject.until(() => late.length === 1);
      off();
      a.send(channel, b.peer, note(b.peer, 2));
      await subject.until(() => late.length === 2);
      expect(early).toEqual([1]);
    });

    it('begin to work when the other side begins to listen', async () => {
      const { a, b } = peers();
      const channel = channelOf('late');
      // Whatever becomes of them, they come to nobody.
      for (let count = 0; count < 3; count += 1) a.send(channel, b.peer, note(b.peer, 1));
      const marked = channelOf('marked');
      const mark = listen(b, marked);
      a.send(marked, b.peer, note(b.peer, 0));
      await subject.until(() => mark.length > 0);
      const heard = listen(b, channel);
      await subject.until(() => {
        a.send(channel, b.peer, note(b.peer, 2));
        return heard.some(({ message }) => message.incarnation === 2);
      });
    });

    const limited = options.limited ? it : () => undefined;

    limited('take no more when too much waits, and later again', async () => {
      const { a, b } = peers();
      const channel = channelOf('full');
      const heard = listen(b, channel);
      let taken = 0;
      while (taken < 100_000 && a.send(channel, b.peer, note(b.peer, taken))) taken += 1;
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(100_000);
      await subject.until(() => heard.length === taken);
      expect(heard.map(({ message }) => message.incarnation)).toEqual(
        Array.from({ length: taken }, (_, index) => index),
      );
      await subject.until(() => {
        a.send(channel, b.peer, note(b.peer, 100_000));
        return heard.length > taken;
      });
    });

    limited('are heard at the rate of the channel, no faster', async () => {
      const { a, b } = peers();
      const channel = channelOf('rate', { messagesPerSecondMax: 5 });
      const mark = channelOf('rate-mark');
      const heard = listen(b, channel);
      const marks = listen(b, mark);
      for (let count = 0; count < 30; count += 1) a.send(channel, b.peer, note(b.peer, count));
      await subject.until(() => {
        a.send(mark, b.peer, note(b.peer, 0));
        return marks.length > 0 && heard.length >= 5;
      });
      expect(heard.slice(0, 5).map(({ message }) => message.incarnation)).toEqual([0, 1, 2, 3, 4]);
      expect(heard.length).toBeLessThan(30);
    });

    it('end with their connection, which is had again', async () => {
      const { a, b } = peers();
      const channel = channelOf('cut');
      const heard = listen(b, channel);
      const told = { a: events(a, b.peer), b: events(b, a.peer) };
      a.send(channel, b.peer, note(b.peer, 1));
      await subject.until(() => heard.length === 1);
      a.disconnect(b.peer);
      expect(told.a).toEqual([false]);
      expect(a.connected()).not.toContain(b.peer);
      expect(a.send(channel, b.peer, note(b.peer, 2))).toBe(false);
      await subject.until(() => told.b.at(-1) === true && told.a.at(-1) === true);
      expect(told.b[0]).toBe(false);
      await subject.until(() => {
        a.send(channel, b.peer, note(b.peer, 3));
        return heard.length > 1;
      });
      expect(heard.some(({ message }) => message.incarnation === 2)).toBe(false);
    });

    it('know nothing of ending a connection that is none', () => {
      const { a, b } = peers();
      const told = events(a, b.peer);
      a.disconnect(subject.stranger);
      a.disconnect(a.peer);
      expect(told).toEqual([]);
      expect(a.connected()).toContain(b.peer);
    });
  });
}

interface Heard {
  readonly from: PeerId;
  readonly message: HealthNote;
}

function listen(mesh: Mesh, channel: Channel<HealthNote>): Heard[] {
  const heard: Heard[] = [];
  mesh.receive(channel, (from, message) => heard.push({ from, message }));
  return heard;
}

/** What the mesh tells of that peer. */
function events(mesh: Mesh, peer: PeerId): boolean[] {
  const told: boolean[] = [];
  mesh.onConnection((event: ConnectionEvent) => {
    if (event.peer === peer) told.push(event.open);
  });
  return told;
}

function note(peer: PeerId, incarnation: number): HealthNote {
  return { kind: 'suspected', peer, incarnation };
}

function channelOf(
  name: string,
  limits: { messageBytesMax?: number; messagesPerSecondMax?: number } = {},
): Channel<HealthNote> {
  const bytesMax = limits.messageBytesMax ?? 256;
  return {
    name,
    version: 1,
    codec: createCodec({ name, schema: HealthNote, bytesMax }),
    messagesPerSecondMax: limits.messagesPerSecondMax ?? 1_000_000,
    waitingBytesMax: 4_096,
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'nothing was thrown';
  } catch (error) {
    if (error instanceof BzzzError) return error.code;
    throw error;
  }
}
