/**
 * Stands in for a peer that a drill harms: holds the lock of its folder, and answers for it over the control socket.
 * As a program: `stand-in.ts up FOLDER`.
 */
import { type IncomingMessage, createServer } from 'node:http';
import { rm } from 'node:fs/promises';
import { layoutOf, lockFolder } from '@bzzz/peer';
import type { TaskAnswer } from '@bzzz/protocol/api';
import { samplePeer, sampleTask } from '@bzzz/testkit/contracts/samples';
import { quietStatus } from '../quiet-status.ts';

export interface StandIn {
  readonly dataDir: string;
  readonly id: string;
  /** What its task is seen in. */
  state: TaskAnswer['state'];
  /** Paths that are never answered. */
  readonly mute: Set<string>;
  /** Paths that are answered by an error. */
  readonly broken: Set<string>;
  /** So many have asked for its log, and hear it still. */
  listeners(): number;
  close(): Promise<void>;
}

/** By its own id alone; of whom it knows, and is connected with, nobody asks. */
export async function standIn(dataDir: string, id: string): Promise<StandIn> {
  const lock = await lockFolder(layoutOf(dataDir).lock);
  const [mute, broken, listening] = [
    new Set<string>(),
    new Set<string>(),
    new Set<IncomingMessage>(),
  ];
  const one = { dataDir, id, mute, broken, state: 'running' };
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (path === '/logs') {
      listening.add(request);
      response.on('close', () => listening.delete(request));
      return request.url?.includes('follow=true') ? response.flushHeaders() : void response.end();
    }
    if (mute.has(path)) return;
    response.statusCode = broken.has(path) ? 500 : 200;
    response.end(JSON.stringify(answerOf(path, one)));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const { controlSocket } = layoutOf(dataDir);
  // One that was killed leaves it.
  await rm(controlSocket, { force: true });
  server.listen(controlSocket, resolve);
  await promise;
  return Object.assign(one, {
    listeners: () => listening.size,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await lock.release();
    },
  });
}

function answerOf(path: string, { id, dataDir, state }: Pick<StandIn, 'id' | 'dataDir' | 'state'>) {
  const peer = { ...quietStatus.peer, id, dataDir, pid: process.pid };
  const answers: Record<string, unknown> = {
    '/status': {
      ...quietStatus,
      peer,
      journal: { key: 'ab', length: 0, replicas: 0, skipped: [] },
    },
    '/peers': { peers: [{ ...samplePeer(), id, self: true, connected: false }] },
    '/tasks': { tasks: [{ ...sampleTask(), state }] },
    '/quarantine': { quarantined: [] },
    '/drills': { noted: true },
  };
  return answers[path] ?? { error: { code: 'defect', reason: path, advice: '' } };
}

const [, , word, dataDir] = process.argv;
if (word === 'up' && dataDir !== undefined) {
  await standIn(dataDir, quietStatus.peer.id);
  process.on('SIGTERM', () => process.exit(0));
}
