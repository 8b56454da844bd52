/**
 * Signs as Standard Webhooks has it (https://www.standardwebhooks.com, version 1.0, "Signature scheme"), which checkers
 * in most languages exist for: over id, time and body, so that no delivery can be sent again later or with other words.
 */
import { createHmac } from 'node:crypto';

export interface Delivery {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestampS: number;
  /** As it is sent, byte for byte. */
  readonly body: string;
}

export function signedHeaders(
  { id, timestampS, body }: Delivery,
  secret: string,
): Record<string, string> {
  // By that mark the standard tells bytes in base64 from plain words.
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
  const signature = createHmac('sha256', key).update(`${id}.${timestampS}.${body}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': `v1,${signature.digest('base64')}`,
  };
}
