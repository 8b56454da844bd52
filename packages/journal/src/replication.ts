import { isBzzzError, reasonOf } from '@bzzz/protocol';
import NoiseSecretStream from '@hyperswarm/secret-stream';
import type Corestore from 'corestore';
import type { ReplicateOptions, ReplicationEnd } from './interface.ts';
import { createMessageDuplex } from './message-duplex.ts';
import type { MessageStream } from './message-stream.ts';

export interface Replications {
  run(stream: MessageStream, options: ReplicateOptions): Promise<ReplicationEnd>;
  /** Ends all of them and waits until they have. */
  stop(): Promise<void>;
}

export interface ReplicationsOptions {
  /** Both sides send a sign of life each 5 s, so silence means that the other one is gone or
   *  hostile; after so long the stream is ended. Default 30 s. */
  readonly silenceMsMax?: number;
}

export function createReplications(
  store: Corestore,
  { silenceMsMax = 30_000 }: ReplicationsOptions = {},
): Replications {
  const running = new Map<NoiseSecretStream, Promise<ReplicationEnd>>();
  return {
    async run(stream, { initiator, signal }) {
      const noise = new NoiseSecretStream(initiator, createMessageDuplex(stream));
      const ended = endOf(noise);
      const abort = () => noise.destroy();
      running.set(noise, ended);
      signal?.addEventListener('abort', abort, { once: true });
      try {
        noise.setTimeout(silenceMsMax);
        if (signal?.aborted === true) abort();
        else store.replicate(noise);
        return await ended;
      } finally {
        running.delete(noise);
        signal?.removeEventListener('abort', abort);
      }
    },
    async stop() {
      for (const noise of running.keys()) noise.destroy();
      await Promise.all(running.values());
    },
  };
}

function endOf(noise: NoiseSecretStream): Promise<ReplicationEnd> {
  let reason: string | null = null;
  noise.on('error', (error) => {
    reason = isBzzzError(error, 'aborted') ? null : reasonOf(error);
  });
  return new Promise((resolve) => {
    noise.on('close', () => resolve({ reason }));
  });
}
