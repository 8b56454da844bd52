export type { Webhook, WebhookDeps, WebhookOptions, WebhookState } from './interface.ts';
export {
  type Notifier,
  type NotifierDeps,
  type NotifierOptions,
  type NotifierState,
  startNotifier,
} from './out/notifier.ts';
export { type Delivery, signedHeaders } from './out/sign.ts';
export { readSecret } from './secret.ts';
export { startWebhook } from './server.ts';
