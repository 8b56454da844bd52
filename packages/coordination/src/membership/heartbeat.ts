/**
 * Direct and indirect probes over the heartbeat channel: a ping is answered by an ack, an ask ("ping
 * that peer for me") by what came of it. Whatever comes from a peer shows that it lives.
 * After SWIM (Das, Gupta, Motivala 2002), section 3.1; an answer "not reached" is Lifeguard's nack.
 */
import { type Heartbeat as Message, heartbeatChannel, type PeerId } from '@bzzz/protocol';
import type { Clock, Mesh } from '../ports/index.ts';

export interface HeartbeatOptions {
  readonly probeMs: number;
  readonly incarnation: () => number;
  /** The incarnation of that peer, if we suspect it: it is told, so that it can refute. */
  readonly suspected: (peer: PeerId) => number | undefined;
  readonly onHeard: (from: PeerId) => void;
  /** After `onHeard`: it asks whether we live. */
  readonly onPing: (from: PeerId) => void;
  readonly onSuspected: (incarnation: number) => void;
}

export interface Heartbeat {
  /** Sends one ping and does not wait: its answer is heard like everything else. */
  ping(peer: PeerId): void;
  /** Whether an answer to a ping comes in time, by default within `probeMs`. */
  reach(peer: PeerId, timeoutMs?: number): Promise<boolean>;
  /** Whether another peer reaches the target; silence of the one who is asked is a no. */
  ask(helper: PeerId, target: PeerId): Promise<boolean>;
  stop(): void;
}

/** Probes that one peer may have us make at a time. */
const asksMax = 16;

export function startHeartbeat(
  { clock, mesh }: { readonly clock: Clock; readonly mesh: Mesh },
  options: HeartbeatOptions,
): Heartbeat {
  const waiting = new Map<number, { readonly from: PeerId; settle(reached: boolean): void }>();
  const asks = new Map<PeerId, number>();
  let lastSeq = 0;

  function send(peer: PeerId, message: Message): boolean {
    return mesh.send(heartbeatChannel, peer, message);
  }

  function sendPing(peer: PeerId, seq: number): boolean {
    const suspected = options.suspected(peer);
    const rumour = suspected === undefined ? {} : { suspected };
    return send(peer, { kind: 'ping', seq, incarnation: options.incarnation(), ...rumour });
  }

  function nextSeq(): number {
    lastSeq += 1;
    return lastSeq;
  }

  /** The answer of that peer to what `sendAs` sends it under a number; false: there is none in time. */
  function answerOf(
    from: PeerId,
    timeoutMs: number,
    sendAs: (seq: number) => boolean,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const seq = nextSeq();
      const settle = (reached: boolean) => {
        waiting.delete(seq);
        cancel();
        resolve(reached);
      };
      const cancel = clock.after(timeoutMs, () => settle(false));
      waiting.set(seq, { from, settle });
      if (!sendAs(seq)) settle(false);
    });
  }

  /** Only an answer of the peer that was asked counts: numbers can be guessed. */
  function settle(from: PeerId, seq: number, reached: boolean): void {
    const open = waiting.get(seq);
    if (open?.from === from) open.settle(reached);
  }

  function reach(peer: PeerId, timeoutMs = options.probeMs): Promise<boolean> {
    return answerOf(peer, timeoutMs, (seq) => sendPing(peer, seq));
  }

  async function serve(helped: PeerId, seq: number, target: PeerId): Promise<void> {
    const open = asks.get(helped) ?? 0;
    if (open >= asksMax) return;
    asks.set(helped, open + 1);
    const reached = target === mesh.peer || (await reach(target));
    const left = (asks.get(helped) ?? 1) - 1;
    if (left === 0) asks.delete(helped);
    else asks.set(helped, left);
    send(helped, { kind: 'answer', seq, target, reached });
  }

  function onMessage(from: PeerId, message: Message): void {
    options.onHeard(from);
    switch (message.kind) {
      case 'ping':
        options.onPing(from);
        if (message.suspected !== undefined) options.onSuspected(message.suspected);
        send(from, { kind: 'ack', seq: message.seq, incarnation: options.incarnation() });
        return;
      case 'ack':
        return settle(from, message.seq, true);
      case 'ask':
        // Never rejects: a probe has an outcome, whatever happens.
        return void serve(from, message.seq, message.target);
      case 'answer':
        return settle(from, message.seq, message.reached);
    }
  }

  const off = mesh.receive(heartbeatChannel, onMessage);
  return {
    ping: (peer) => void sendPing(peer, nextSeq()),
    reach,
    // Its own probe takes `probeMs`, and the way to it and back as long as ours to anybody.
    ask: (helper, target) =>
      answerOf(helper, 2 * options.probeMs, (seq) => send(helper, { kind: 'ask', seq, target })),
    stop() {
      off();
      for (const { settle: end } of waiting.values()) end(false);
    },
  };
}
