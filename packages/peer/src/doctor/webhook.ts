/** Whether webhooks can be received: the secret that they are signed with, and the port. */
import { type Config, hostPortOf, reasonOf } from '@bzzz/protocol';
import { readSecret } from '@bzzz/webhook';
import type { Check } from '@bzzz/protocol/api';
import { bad, good } from './checks.ts';
import { whyNotFree } from './free-port.ts';

/** Nothing when none is configured: polls do without. */
export async function checkWebhook(
  webhook: Config['webhook'],
  { isRunning }: { readonly isRunning: boolean },
): Promise<Check[]> {
  if (webhook === undefined) return [];
  const { listen, secretFile } = webhook;
  try {
    await readSecret(secretFile);
  } catch (error) {
    const advice = 'Write the secret that GitHub was given into the file, with mode 0600.';
    return [bad('webhook', reasonOf(error), advice)];
  }
  if (isRunning) return [good('webhook', `listening on ${listen}`)];
  const at = hostPortOf(listen);
  const reason = at === null ? 'it is not host:port' : await whyNotFree(at);
  if (reason === null) return [good('webhook', `${listen} is free, the secret is there`)];
  const advice = 'End what listens there, or choose another address in `webhook.listen`.';
  return [bad('webhook', `${listen} cannot be had: ${reason}`, advice)];
}
