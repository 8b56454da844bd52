/** What every `Mesh` promises. Free of any network: time and connections come from the subject. */
import type { ConnectionEvent, Mesh } from '@bzzz/coordination';
import {
  BzzzError,
  createCodec,
  type ErrorCode,
  HealthNote,
  type PeerId,
  type RequestProtocol,
  topics,
} from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeChannelContract } from './mesh-channels.ts';

/** Three peers of one mesh, each connected to the two others and ready for gossip. */
export interface MeshSubject {
  readonly meshes: readonly [Mesh, Mesh, Mesh];
  /** A well-formed peer id of nobody. */
  readonly stranger: PeerId;
  /** Resolves when `check` holds; lets the subject's time pass meanwhile. */
  until(check: () => boolean): Promise<void>;
  /** The outcome of `work`; lets the subject's time pass meanwhile. */
  drive<T>(work: Promise<T>): Promise<T>;
  /** The peer is gone at once, as a process that was killed. */
  kill(mesh: Mesh): Promise<void>;
  dispose(): Promise<void>;
}

export function describeMeshContract(name: string, makeSubject: () => Promise<MeshSubject>): void {
  describeChannelContract(name, async () => {
    const subject = await makeSubject();
    const [a, b] = subject.meshes;
    return { ...subject, pair: [a, b] };
  });
  describe(`Mesh: ${name}`, () => {
    let subject: MeshSubject;
    let [a, b, c]: readonly Mesh[] = [];

    beforeEach(async () => {
      subject = await makeSubject();
      [a, b, c] = subject.meshes;
    });
    afterEach(async () => {
      await subject.dispose();
    });

    function peers(): { a: Mesh; b: Mesh; c: Mesh } {
      if (a === undefined || b === undefined || c === undefined) throw new Error('no subject');
      return { a, b, c };
    }

    describe('connections', () => {
      it('lists the others, never itself', () => {
        const { a, b, c } = peers();
        expect(a.connected().toSorted()).toEqual([b.peer, c.peer].toSorted());
        expect(a.connected()).not.toContain(a.peer);
      });

      it('tells once that a peer is gone', async () => {
        const { a, b, c } = peers();
        const events: ConnectionEvent[] = [];
        a.onConnection((event) => events.push(event));
        await subject.kill(c);
        await subject.until(() => events.length > 0);
        expect(events).toEqual([{ peer: c.peer, open: false }]);
        expect(a.connected()).toEqual([b.peer]);
      });

      it('does not tell a listener that was taken off, nor suffers from one that throws', async () => {
        const { a, c } = peers();
        const heard: string[] = [];
        a.onConnection(() => heard.push('off'))();
        a.onConnection(() => {
          throw new Error('a listener of the test');
        });
        a.onConnection(() => heard.push('on'));
        await subject.kill(c);
        await subject.until(() => heard.length > 0);
        expect(heard).toEqual(['on']);
      });
    });

    describe('gossip', () => {
      it('reaches everybody but the sender, and says who sent it', async () => {
        const { a, b, c } = peers();
        const heard = { a: listen(a), b: listen(b), c: listen(c) };
        await subject.drive(a.publish(topics.health, note(b.peer, 1)));
        await subject.until(() => heard.b.length > 0 && heard.c.length > 0);
        // A message of b's that has come all the way shows that a's own did not come back.
        await subject.drive(b.publish(topics.health, note(c.peer, 2)));
        await subject.until(() => heard.a.length > 0 && heard.c.length > 1);
        expect(heard.a).toEqual([{ from: b.peer, message: note(c.peer, 2) }]);
        expect(heard.b).toEqual([{ from: a.peer, message: note(b.peer, 1) }]);
        expect(heard.c[0]).toEqual({ from: a.peer, message: note(b.peer, 1) });
      });

      it('carries what one tick publishes, each message once', async () => {
        const { a, b, c } = peers();
        const heard = { b: listen(b), c: listen(c) };
        const numbers = Array.from({ length: 100 }, (_, index) => index);
        const sent = numbers.map((number) => a.publish(topics.health, note(b.peer, number)));
        await subject.drive(Promise.all(sent));
        await subject.until(() => heard.b.length >= 100 && heard.c.length >= 100);
        for (const list of [heard.b, heard.c]) {
          expect(list.map((one) => one.message.incarnation).toSorted((x, y) => x - y)).toEqual(
            numbers,
          );
        }
      });

      it('goes on after a listener threw, and to every listener', async () => {
        const { a, b } = peers();
        b.subscribe(topics.health, () => {
          throw new Error('a listener of the test');
        });
        const heard = listen(b);
        await subject.drive(a.publish(topics.health, note(b.peer, 1)));
        await subject.drive(a.publish(topics.health, note(b.peer, 2)));
        await subject.until(() => heard.length === 2);
      });

      it('stops telling a listener that was taken off', async () => {
        const { a, b } = peers();
        const early: number[] = [];
        const off = b.subscribe(topics.health, (_, { incarnation }) => early.push(incarnation));
        const late = listen(b);
        await subject.drive(a.publish(topics.health, note(b.peer, 1)));
        await subject.until(() => late.length === 1);
        off();
        await subject.drive(a.publish(topics.health, note(b.peer, 2)));
        await subject.until(() => late.length === 2);
        expect(early).toEqual([1]);
      });

      it('refuses to publish what does not fit the topic', async () => {
        const { a, b } = peers();
        const wrong = a.publish(topics.health, note(b.peer, -1));
        expect(await codeOf(subject.drive(wrong))).toBe('message_invalid');
      });
    });

    describe('requests', () => {
      it('are answered by the handler, which knows who asks', async () => {
        const { a, b } = peers();
        const echo = protocol('echo');
        b.handle(echo, async (from, { incarnation }) => note(from, incarnation + 1));
        const answer = await subject.drive(a.request(echo, b.peer, note(b.peer, 1)));
        expect(answer).toEqual(note(a.peer, 2));
      });

      it('can be many at a time, each with its own answer', async () => {
        const { a, b } = peers();
        const echo = protocol('echo-many', { inFlightMax: 64, requestsPerSecondMax: 1_000 });
        b.handle(echo, async (_, message) => message);
        const notes = Array.from({ length: 50 }, (_, index) => note(b.peer, index));
        const answers = notes.map((one) => a.request(echo, b.peer, one));
        expect(await subject.drive(Promise.all(answers))).toEqual(notes);
      });

      it('are refused by a peer that does not speak the protocol, or no longer', async () => {
        const { a, b } = peers();
        const echo = protocol('echo-off');
        const ask = () => codeOf(subject.drive(a.request(echo, b.peer, note(b.peer, 0))));
        expect(await ask()).toBe('mesh_refused');
        const off = b.handle(echo, async (_, message) => message);
        expect(await ask()).toBe('answered');
        off();
        expect(await ask()).toBe('mesh_refused');
      });

      it('are refused when the handler throws, or answers what does not fit', async () => {
        const { a, b } = peers();
        const broken = protocol('broken');
        b.handle(broken, async (from, { incarnation }) => {
          if (incarnation === 0)
            throw new BzzzError('timeout', 'of the handler, not of the caller');
          return note(from, -1);
        });
        for (const incarnation of [0, 1]) {
          const asked = a.request(broken, b.peer, note(b.peer, incarnation));
          const code = await codeOf(subject.drive(asked));
          expect(code).toBe('mesh_refused');
        }
      });

      it('end in a timeout when no answer comes; the handler is told to stop', async () => {
        const { a, b } = peers();
        const slow = protocol('slow', { timeoutMs: 300 });
        const handler = hanging();
        b.handle(slow, handler.handle);
        expect(await codeOf(subject.drive(a.request(slow, b.peer, note(b.peer, 0))))).toBe(
          'timeout',
        );
        await subject.until(() => handler.aborted() === 1);
      });

      it('can be cancelled; the handler is told to stop', async () => {
        const { a, b } = peers();
        const slow = protocol('cancelled');
        const handler = hanging();
        b.handle(slow, handler.handle);
        const cancel = new AbortController();
        const { signal } = cancel;
        const outcome = codeOf(a.request(slow, b.peer, note(b.peer, 0), { signal }));
        await subject.until(() => handler.called() === 1);
        cancel.abort();
        expect(await subject.drive(outcome)).toBe('aborted');
        await subject.until(() => handler.aborted() === 1);
        const again = a.request(slow, b.peer, note(b.peer, 0), { signal });
        expect(await codeOf(subject.drive(again))).toBe('aborted');
        expect(handler.called()).toBe(1);
      });

      it('to a peer that nobody knows end unreachable', async () => {
        const { a } = peers();
        const echo = protocol('echo-nobody', { timeoutMs: 500 });
        const outcome = codeOf(a.request(echo, subject.stranger, note(a.peer, 0)));
        expect(await subject.drive(outcome)).toBe('mesh_unreachable');
      });

      it('end unreachable when the peer dies before it answers', async () => {
        const { a, b } = peers();
        const slow = protocol('dying', { timeoutMs: 20_000 });
        const handler = hanging();
        b.handle(slow, handler.handle);
        const outcome = codeOf(a.request(slow, b.peer, note(b.peer, 0)));
        await subject.until(() => handler.called() === 1);
        await subject.kill(b);
        expect(await subject.drive(outcome)).toBe('mesh_unreachable');
      });

      it('over the number that may be open are refused, and accepted again later', async () => {
        const { a, b, c } = peers();
        const slow = protocol('in-flight', { inFlightMax: 2 });
        const handler = hanging();
        b.handle(slow, handler.handle);
        const cancel = new AbortController();
        const ask = (mesh: Mesh) =>
          codeOf(mesh.request(slow, b.peer, note(b.peer, 0), { signal: cancel.signal }));
        const held = [ask(a), ask(a)];
        await subject.until(() => handler.called() === 2);
        expect(await subject.drive(ask(a))).toBe('mesh_refused');
        // The limit is for each peer.
        held.push(ask(c));
        await subject.until(() => handler.called() === 3);
        cancel.abort();
        expect(await subject.drive(Promise.all(held))).toEqual(['aborted', 'aborted', 'aborted']);
        await subject.until(() => handler.aborted() === 3);
        const last = new AbortController();
        const { signal } = last;
        const again = codeOf(a.request(slow, b.peer, note(b.peer, 0), { signal }));
        await subject.until(() => handler.called() === 4);
        last.abort();
        expect(await subject.drive(again)).toBe('aborted');
      });

      it('over the rate of the protocol are refused', async () => {
        const { a, b } = peers();
        const echo = protocol('rate', { requestsPerSecondMax: 5 });
        let calls = 0;
        b.handle(echo, async (_, message) => {
          calls += 1;
          return message;
        });
        const asked = Array.from({ length: 40 }, () =>
          codeOf(a.request(echo, b.peer, note(b.peer, 0))),
        );
        const codes = await subject.drive(Promise.all(asked));
        const answered = codes.filter((code) => code === 'answered').length;
        expect(answered).toBe(calls);
        expect(answered).toBeGreaterThanOrEqual(5);
        expect(codes.filter((code) => code === 'mesh_refused').length).toBe(40 - answered);
        expect(answered).toBeLessThan(40);
      });

      it('that are too large or do not fit never leave the sender', async () => {
        const { a, b } = peers();
        const bytesMax = topics.health.codec.encode(note(b.peer, 0)).byteLength;
        const echo = protocol('echo-large', { requestBytesMax: bytesMax });
        let calls = 0;
        b.handle(echo, async (_, message) => {
          calls += 1;
          return message;
        });
        const ask = (incarnation: number) =>
          codeOf(subject.drive(a.request(echo, b.peer, note(b.peer, incarnation))));
        expect(await ask(1_000_000)).toBe('message_too_large');
        expect(await ask(-1)).toBe('message_invalid');
        expect(await ask(0)).toBe('answered');
        expect(calls).toBe(1);
      });
    });
  });
}

interface Heard {
  readonly from: PeerId;
  readonly message: HealthNote;
}

function listen(mesh: Mesh): Heard[] {
  const heard: Heard[] = [];
  mesh.subscribe(topics.health, (from, message) => heard.push({ from, message }));
  return heard;
}

function note(peer: PeerId, incarnation: number): HealthNote {
  return { kind: 'suspected', peer, incarnation };
}

function protocol(
  name: string,
  limits: {
    timeoutMs?: number;
    inFlightMax?: number;
    requestsPerSecondMax?: number;
    requestBytesMax?: number;
  } = {},
): RequestProtocol<HealthNote, HealthNote> {
  return {
    name,
    version: 1,
    request: createCodec({
      name: `${name} request`,
      schema: HealthNote,
      bytesMax: limits.requestBytesMax ?? 4_096,
    }),
    response: createCodec({ name: `${name} response`, schema: HealthNote, bytesMax: 4_096 }),
    timeoutMs: limits.timeoutMs ?? 10_000,
    requestsPerSecondMax: limits.requestsPerSecondMax ?? 1_000,
    inFlightMax: limits.inFlightMax ?? 64,
  };
}

/** A handler that answers only by being aborted. */
function hanging() {
  const state = { called: 0, aborted: 0 };
  return {
    called: () => state.called,
    aborted: () => state.aborted,
    handle: (
      _from: PeerId,
      _message: HealthNote,
      { signal }: { signal: AbortSignal },
    ): Promise<HealthNote> => {
      state.called += 1;
      const { promise, reject } = Promise.withResolvers<HealthNote>();
      signal.addEventListener('abort', () => {
        state.aborted += 1;
        reject(new Error('told to stop'));
      });
      return promise;
    },
  };
}

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'answered'> {
  try {
    await work;
    return 'answered';
  } catch (error) {
    if (error instanceof BzzzError) return error.code;
    throw error;
  }
}
