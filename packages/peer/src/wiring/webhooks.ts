import type { Clock, Coordinator } from '@bzzz/coordination';
import type { Config } from '@bzzz/protocol';
import { startWebhook, type Webhook } from '@bzzz/webhook';
import type { Logger } from '../logger.ts';

export interface WebhooksDeps {
  readonly clock: Clock;
  readonly coordinator: Pick<Coordinator, 'lookNow'>;
  readonly logger: Logger;
}

/** Null: none are configured. Throws `webhook_listen_failed`. */
export async function receiveWebhooks(
  { clock, coordinator, logger }: WebhooksDeps,
  { webhook: wanted, repositories }: Pick<Config, 'webhook' | 'repositories'>,
): Promise<Webhook | null> {
  if (wanted === undefined) return null;
  const webhook = await startWebhook(
    {
      clock,
      onHint: (repo) => coordinator.lookNow(repo),
      onTrouble: ({ code, reason }) => logger.warn('trouble with webhooks', { code, reason }),
    },
    { ...wanted, repositories },
  );
  logger.info('webhooks are received', { address: webhook.state().address });
  return webhook;
}
