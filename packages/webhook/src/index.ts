export type { Webhook, WebhookDeps, WebhookOptions, WebhookState } from './interface.ts';
export { startWebhook } from './server.ts';
