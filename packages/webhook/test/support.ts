/** A webhook server on loopback, and a GitHub that signs as the real one does. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@bzzz/coordination';
import { type BzzzError, hostPortOf, RepoName } from '@bzzz/protocol';
import { afterEach } from 'vitest';
import { startWebhook, type WebhookOptions } from '../src/index.ts';

const cleanups: (() => unknown)[] = [];

/** Runs after the test, last first. */
export function onCleanup(run: () => unknown): void {
  cleanups.push(run);
}

afterEach(async () => {
  while (cleanups.length > 0) await cleanups.pop()?.();
});

export const repo = RepoName.parse('Acme/Widgets');
const secret = 'it-is-a-secret';

/** Time that moves only when a test says so. */
export function createManualClock() {
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  let nowMs = 0;
  const clock: Clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    ...clock,
    waiting: () => timers.size,
    advance(ms: number) {
      nowMs += ms;
      const due = [...timers].filter(({ atMs }) => atMs <= nowMs);
      for (const timer of due) timers.delete(timer);
      for (const { run } of due) run();
    },
  };
}

export async function secretFileOf(text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-webhook-'));
  onCleanup(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'secret');
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

export async function startServer(options: Partial<WebhookOptions> = {}) {
  const clock = createManualClock();
  const hints: RepoName[] = [];
  const troubles: BzzzError[] = [];
  const { secretFile = await secretFileOf(`${secret}\n`) } = options;
  const webhook = await startWebhook(
    { clock, onHint: (one) => hints.push(one), onTrouble: (error) => troubles.push(error) },
    { listen: '127.0.0.1:0', repositories: [repo], ...options, secretFile },
  );
  onCleanup(() => webhook.close());
  const url = `http://${webhook.state().address}/webhook`;
  return { webhook, clock, hints, troubles, secretFile, url };
}

export function signatureOf(body: string | Uint8Array, key = secret): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}

export const hook = JSON.stringify({ action: 'opened', repository: { full_name: repo } });

export interface Delivery {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly event?: string;
  /** Default: the right one; null: none. */
  readonly signature?: string | null;
  readonly type?: string;
}

/** What GitHub would send, and what is answered. */
export async function deliver(url: string, delivery: Delivery = {}): Promise<number> {
  const { body = hook, event = 'issues', signature = signatureOf(body) } = delivery;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': delivery.type ?? 'application/json',
      'x-github-event': event,
      ...(signature === null ? {} : { 'x-hub-signature-256': signature }),
    },
    body,
  });
  await answer.text();
  return answer.status;
}

/** A connection of somebody who keeps to nothing. */
export async function rawConnection(address: string): Promise<Socket> {
  const to = hostPortOf(address);
  if (to === null) throw new Error(`no address: ${address}`);
  const socket = connect(to);
  // What is cut off may come as an error or as an end; both are the end here.
  socket.on('error', () => undefined);
  onCleanup(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the other side ends the connection. */
export async function readToEnd(socket: Socket): Promise<string> {
  const pieces: string[] = [];
  socket.on('data', (piece) => pieces.push(piece.toString()));
  // Not `once`, which rejects where the connection was cut.
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  return pieces.join('');
}
