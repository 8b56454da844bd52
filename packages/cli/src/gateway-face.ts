/** Serves a peer's page and API, as its configuration says. */
import type { Face } from '@bzzz/peer';
import { isBzzzError } from '@bzzz/protocol';

/** Where people look for it, unless told otherwise. */
const usual = '127.0.0.1:7717';

/** Loaded only where it is used. */
export const gatewayFace: Face = async (operations, { config, logger }) => {
  const { enabled, listen, names } = config.gateway;
  if (!enabled) return null;
  const { startGateway } = await import('@bzzz/gateway');
  const start = (address: string) =>
    startGateway(
      { operations, logger },
      { listen: address, names, dataDir: config.dataDir, pageDir: null, nowMs: () => Date.now() },
    );
  const gateway = await start(listen ?? usual).catch((error: unknown) => {
    // Of several peers on one machine each has its own; `bzzz open` and `bzzz status` know where.
    if (listen !== undefined || !isBzzzError(error, 'gateway_port_taken')) throw error;
    return start('127.0.0.1:0');
  });
  logger.info('the page is served', { url: gateway.url });
  return gateway;
};
