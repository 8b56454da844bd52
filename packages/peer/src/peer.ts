/** A peer's life: one start, one stop, and the reason of its end. */
import type { Coordinator } from '@bzzz/coordination';
import { BzzzError, type Config, type PeerId } from '@bzzz/protocol';
import type { Assembly, OpenFace } from './assemble.ts';
import type { Logger } from './logger.ts';
import { version } from './version.ts';

export interface Peer {
  /**
   * Resolves when the peer takes part in its mesh and answers on its control socket. A failed
   * start leaves nothing running and rethrows; a peer starts once.
   */
  start(): Promise<void>;
  /** Lets go of its work, closes everything. Idempotent; waits for a start under way. */
  stop(): Promise<void>;
  /**
   * Resolves when the peer has stopped: null when it was asked to, else why it could not go on.
   */
  readonly ended: Promise<BzzzError | null>;
  /** Throws `stopped` unless the peer runs. */
  coordinator(): Coordinator;
  /** Own multiaddrs; empty unless started. */
  addresses(): readonly string[];
  id(): PeerId | null;
}

/** A peer of this configuration; nothing happens before `start`. */
export function createPeer(
  config: Config,
  { logger, face }: { readonly logger: Logger; readonly face?: OpenFace | undefined },
): Peer {
  const ended = Promise.withResolvers<BzzzError | null>();
  let running: Assembly | undefined;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  let fatal: BzzzError | null = null;

  function onFatal(error: BzzzError): void {
    fatal ??= error;
    logger.error('the peer cannot go on', { code: error.code, reason: error.reason });
    void stop();
  }

  async function begin(): Promise<void> {
    const { assemble } = await import('./assemble.ts');
    running = await assemble(config, { logger, face, onFatal, onStop: () => void stop() });
    const { peer } = running.identity;
    logger.info('the peer runs', { peer, name: config.name, version });
  }

  async function end(): Promise<void> {
    try {
      if (starting !== undefined) logger.info('the peer stops');
      await starting?.catch(() => undefined);
      await running?.close();
      logger.info('the peer has stopped');
    } finally {
      ended.resolve(fatal);
    }
  }

  function stop(): Promise<void> {
    return (stopping ??= end());
  }

  return {
    start() {
      if (stopping !== undefined && starting === undefined) {
        return Promise.reject(new BzzzError('stopped', 'the peer was stopped before it started'));
      }
      return (starting ??= begin());
    },
    stop,
    ended: ended.promise,
    coordinator() {
      if (running === undefined) throw new BzzzError('stopped', 'the peer does not run');
      return running.coordinator;
    },
    addresses: () => running?.mesh.multiaddrs() ?? [],
    id: () => running?.identity.peer ?? null,
  };
}
