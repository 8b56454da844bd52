/** A receiver, a journal, and somebody who tells the one of the other. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEntry } from '@bzzz/coordination';
import { type BzzzError, EntryBody, JournalKey, NewsKind, PeerId } from '@bzzz/protocol';
import { z } from 'zod';
import { startNotifier } from '../src/index.ts';
import type { NotifierOptions } from '../src/out/notifier.ts';
import { onCleanup, secretFileOf } from './support.ts';

export const secret = 'it-is-a-secret';
export const peer = PeerId.parse('12D3KooWPuLaGm8MdWazkxN1wPwsKmuyszXvA82ChLdHcXpwuU7b');

export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A real server, which answers as it is told. */
export async function startReceiver() {
  const heard: { id: string; text: string; isSigned: boolean; body: Record<string, unknown> }[] =
    [];
  let answer: { status: number; headers?: Record<string, string> } = { status: 204 };
  let asked = 0;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      asked += 1;
      if (answer.status < 300) {
        const header = (name: string) => String(request.headers[name]);
        const signed = `${header('webhook-id')}.${header('webhook-timestamp')}.${text}`;
        const right = createHmac('sha256', secret).update(signed).digest('base64');
        const isSigned = header('webhook-signature') === `v1,${right}`;
        const body = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
        heard.push({ id: header('webhook-id'), text, isSigned, body });
      }
      response.writeHead(answer.status, answer.headers).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}/told`,
    heard,
    asked: () => asked,
    answer: (next: typeof answer) => (answer = next),
  };
}

/** A journal in memory. */
export function createLog(key = '0'.repeat(64)) {
  const entries: StoredEntry[] = [];
  const waiting = new Set<() => void>();
  return {
    key: JournalKey.parse(key),
    length: () => entries.length,
    add(...bodies: object[]) {
      for (const body of bodies) {
        const at = { wallMs: 1_700_000_000_000, counter: entries.length };
        const entry = { v: 1 as const, at, body: EntryBody.parse(body) };
        entries.push({ seq: entries.length, entry });
      }
      for (const wake of waiting) wake();
    },
    async *follow({ from, signal }: { from: number; signal: AbortSignal }) {
      for (let seq = from; ; seq += 1) {
        while (entries[seq] === undefined) {
          if (signal.aborted) return;
          const { promise, resolve } = Promise.withResolvers<void>();
          waiting.add(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
          await promise;
        }
        const entry = entries[seq];
        if (entry !== undefined) yield entry;
      }
    },
  };
}

export const ended = (number: number, state = 'done', epoch = 1) => ({
  kind: 'task.ended',
  task: `owner/sample#${number}`,
  epoch,
  state,
  reason: 'as it is',
  ...(state === 'done' ? { pullRequest: number + 1 } : {}),
});

export async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-notify-'));
  onCleanup(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export async function startTelling(
  log: ReturnType<typeof createLog>,
  more: Partial<NotifierOptions> & Pick<NotifierOptions, 'url'> & { readonly lateMs?: number },
) {
  const troubles: BzzzError[] = [];
  const lost: BzzzError[] = [];
  const file = more.file ?? join(await folder(), 'notified.json');
  const clock = {
    wallMs: () => Date.now() + (more.lateMs ?? 0),
    monotonicMs: () => performance.now(),
    after(delayMs: number, run: () => void) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const random = { bytes: (count: number) => new Uint8Array(count), unit: () => 0.5 };
  const notifier = await startNotifier(
    {
      clock,
      random,
      journal: log,
      onTrouble: (error) => troubles.push(error),
      onGivenUp: (error) => lost.push(error),
    },
    {
      secretFile: await secretFileOf(secret),
      kinds: NewsKind.options,
      file,
      mesh: 'bees',
      peer: { id: peer, name: 'acacia' },
      webUrl: 'https://git.example.org',
      retryMs: 10,
      ...more,
    },
  );
  onCleanup(() => notifier.stop());
  return { notifier, troubles, lost, file };
}
