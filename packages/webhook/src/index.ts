export type { Webhook, WebhookDeps, WebhookOptions, WebhookState } from './interface.ts';
export { readSecret } from './secret.ts';
export { startWebhook } from './server.ts';
