import type { Clock, Coordinator, Random } from '@bzzz/coordination';
import type { Journals } from '@bzzz/journal';
import type { Config, PeerId } from '@bzzz/protocol';
import { type Notifier, startNotifier } from '@bzzz/webhook';
import type { Logger } from '../logger.ts';

export interface NotifyDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly journals: Pick<Journals, 'own'>;
  readonly peer: PeerId;
  readonly logger: Logger;
  /** Puts into the journal what was not told. */
  readonly record: Coordinator['note'];
}

/** Tells somebody outside what becomes of tasks. Null: nobody is to be told. */
export async function notifyOutside(
  { clock, random, journals, peer, logger, record }: NotifyDeps,
  { notify, name, mesh, forge }: Pick<Config, 'notify' | 'name' | 'mesh' | 'forge'>,
  { file }: { readonly file: string },
): Promise<Notifier | null> {
  if (notify === undefined) return null;
  const { url, secretFile, events: kinds } = notify;
  const notifier = await startNotifier(
    {
      clock,
      random,
      journal: journals.own,
      onTrouble: ({ code, reason }) => logger.warn('a message is not delivered', { code, reason }),
      onGivenUp({ code, reason }, news) {
        logger.error('a message is given up', { code, reason });
        // A journal that cannot be written ends the peer by itself.
        record({ kind: 'trouble', code, reason: `${news.kind}: ${reason}` }).catch(() => undefined);
      },
    },
    {
      url,
      secretFile,
      kinds,
      file,
      mesh: mesh.name,
      peer: { id: peer, name },
      webUrl: forge.gitUrl.replace(/\/+$/, ''),
    },
  );
  logger.info('somebody outside is told', { host: new URL(url).host, events: kinds.join(' ') });
  return notifier;
}
