/**
 * A worker: waits on its channel for one attempt, thinks it through, says what came of it, and is ended.
 * Without its channel there is nobody for whom to think.
 */
import { Socket } from 'node:net';
import type { ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { isBzzzError, Policy, reasonOf } from '@bzzz/protocol';
import { openChannel } from './channel.ts';
import { type ToWorker, toPeer, toWorker } from './messages.ts';
import { createRemote, createTold } from './remote.ts';
import { think } from './think.ts';

const channelDescriptor = 3;
const abort = new AbortController();
const rest = createTold(false);

const channel = openChannel(
  new Socket({ fd: channelDescriptor, readable: true, writable: true }),
  { incoming: toWorker, outgoing: toPeer },
  {
    onMessage: hear,
    onGarbage(reason) {
      throw new Error(reason);
    },
    onClosed: () => process.exit(),
  },
);
const remote = createRemote(channel.send);
channel.send({ kind: 'hello' });

function hear(message: ToWorker): void {
  if (message.kind === 'start') void begin(message);
  else if (message.kind === 'abort') abort.abort();
  else if (message.kind === 'rest') rest.tell(message.wanted);
  else remote.hear(message);
}

async function begin(start: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  setInterval(() => channel.send({ kind: 'beat' }), start.beatMs);
  const { job, path, attemptMs, mayAsk, rests, work } = start;
  const { limits } = Policy.parse({ version: 1 });
  rest.tell(rests ?? false);
  const request: ExecutorRequest<PromptJob> = {
    job,
    path,
    limits: { ...limits, attemptMs },
    onSign: remote.onSign,
    onPrinted: remote.onPrinted,
    onSpent: remote.onSpent,
    ...(mayAsk && { help: remote.help }),
    ...(rests !== null && { rest }),
  };
  try {
    channel.send({ kind: 'done', report: await think(remote, work, request, abort.signal) });
  } catch (error) {
    const code = isBzzzError(error) ? error.code : 'defect';
    channel.send({ kind: 'failed', code, reason: reasonOf(error) });
  }
}
