/**
 * HTTP for GitHub's webhooks. A hook is a hint and nothing else: it makes the peer look now at what it
 * polls anyway. Whoever forges, repeats or withholds hooks can hasten or delay a look, never decide
 * what is found.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { BzzzError, isBzzzError, reasonOf } from '@bzzz/protocol';
import { type Answer, answerTo } from './answer.ts';
import type { Webhook, WebhookDeps, WebhookOptions } from './interface.ts';
import { webhookLimits } from './limits.ts';
import { listenOn } from './listening.ts';
import { createPace } from './pace.ts';
import { readSecret } from './secret.ts';

/** Resolves when it listens. Throws `webhook_listen_failed`. */
export async function startWebhook(deps: WebhookDeps, options: WebhookOptions): Promise<Webhook> {
  const { pauseMs = webhookLimits.pauseMs, requestMs = webhookLimits.requestMs } = options;
  const pace = createPace(deps, { pauseMs });
  // GitHub does not tell `Acme/Widgets` and `acme/widgets` apart, and a configuration may say either.
  const repositories = new Map(options.repositories.map((repo) => [repo.toLowerCase(), repo]));
  const counts = { hints: 0, ignored: 0, refused: 0 };
  let trouble: BzzzError | null = null;

  async function secret(): Promise<string> {
    try {
      const read = await readSecret(options.secretFile);
      trouble = null;
      return read;
    } catch (error) {
      if (isBzzzError(error)) {
        if (trouble?.reason !== error.reason) deps.onTrouble(error);
        trouble = error;
      }
      throw error;
    }
  }

  const server = createServer(
    {
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      // How often Node looks for requests over their time; by itself only each 30 s. Well before the
      // connection is cut without a word, below.
      connectionsCheckingInterval: Math.ceil(requestMs / 8),
    },
    (request, response) => void exchange(request, response),
  );
  server.maxConnections = webhookLimits.connectionsMax;
  // Also who takes no answer, or says nothing at all, gives its connection back.
  server.setTimeout(2 * requestMs);

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const known = (fullName: string) => repositories.get(fullName.toLowerCase());
    try {
      const answer = await answerTo(request, { secret, known, onHint: pace.tell });
      if (answer.counts !== undefined) counts[answer.counts] += 1;
      write(response, answer);
    } catch (error) {
      counts.refused += 1;
      if (isBzzzError(error)) {
        write(response, { status: error.status, text: 'the secret of this peer cannot be used' });
        return;
      }
      // The sender went away, or was too slow and has been told so by Node.
      response.destroy();
      if (request.errored === null) tellServerTrouble('defect', error);
    }
  }

  function tellServerTrouble(code: 'defect' | 'webhook_listen_failed', cause: unknown): void {
    deps.onTrouble(new BzzzError(code, `receiving webhooks: ${reasonOf(cause)}`, { cause }));
  }

  const address = await listenOn(server, options.listen);
  server.on('error', (error) => tellServerTrouble('webhook_listen_failed', error));
  // Told now and not only when the first hook is refused; it may still be written, so no reason to end.
  await secret().catch(ignoreTold);

  let closed: Promise<void> | undefined;
  const close = async () => {
    pace.stop();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    server.closeAllConnections();
    await promise;
  };
  return {
    state: () => ({ address, ...counts, trouble }),
    close: () => (closed ??= close()),
  };
}

function write(response: ServerResponse, { status, text }: Answer): void {
  // A connection a delivery: one that stays open could be held for ever.
  response.shouldKeepAlive = false;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...(status === 405 ? { allow: 'POST' } : {}),
  });
  response.end(`${text}\n`);
}

/** `secret` has told it. */
function ignoreTold(error: unknown): void {
  if (!isBzzzError(error)) throw error;
}
