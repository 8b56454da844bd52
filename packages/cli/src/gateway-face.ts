/** Serves a peer's page and API, as its configuration says. */
import type { OpenFace } from '@bzzz/peer';
import { isBzzzError } from '@bzzz/protocol';
import { pageFolder } from '@bzzz/visualizer';
import { fileURLToPath } from 'node:url';

/** Where people look for it, unless told otherwise. */
const usual = '127.0.0.1:7717';

/** Loaded only where it is used. */
export const gatewayFace: OpenFace = async ({ config, logger }) => {
  const { enabled, listen, names, metricsTokenFile, targetsDir, targetAddress } = config.gateway;
  if (!enabled) return null;
  const { openGateway } = await import('@bzzz/gateway');
  const pageDir = fileURLToPath(pageFolder);
  const target =
    targetsDir === undefined
      ? undefined
      : { dir: targetsDir, address: targetAddress, mesh: config.mesh.name, peer: config.name };
  const open = (address: string) =>
    openGateway(
      { logger },
      {
        listen: address,
        names,
        dataDir: config.dataDir,
        pageDir,
        metricsTokenFile,
        target,
        nowMs: () => Date.now(),
      },
    );
  const gateway = await open(listen ?? usual).catch((error: unknown) => {
    // Of several peers on one machine each has its own; `bzzz open` and `bzzz status` know where.
    if (listen !== undefined || !isBzzzError(error, 'gateway_port_taken')) throw error;
    return open('127.0.0.1:0');
  });
  return {
    ...gateway,
    async serve(operations) {
      await gateway.serve(operations);
      logger.info('the page is served', { url: gateway.url });
    },
  };
};
