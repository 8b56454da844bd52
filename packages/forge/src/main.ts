import { parseArgs } from 'node:util';
import { reasonOf } from '@bzzz/protocol';
import { readConfig } from './config.ts';
import { forgeError } from './errors.ts';
import { createForge } from './forge.ts';

/**
 * The forge as a process: `main.js --data DIR [--port N] [--host ADDRESS] [--config FILE.json]`.
 * Prints one line of JSON, `{"url":"http://..."}`, when it answers; ends on SIGTERM and SIGINT.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      config: { type: 'string' },
    },
  });
  if (values.data === undefined) throw forgeError('forge_config', '--data DIR is needed');
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw forgeError('forge_config', `--port ${values.port} is not a port`);
  }
  const config = values.config === undefined ? {} : await readConfig(values.config);
  const forge = await createForge({
    ...config,
    dataDir: values.data,
    host: values.host,
    port,
    logger: { info: () => undefined, error: (message) => process.stderr.write(`${message}\n`) },
  });
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  process.stdout.write(`${JSON.stringify({ url: forge.url, pid: process.pid })}\n`);
  await ended;
  await forge.stop();
}

try {
  await main();
} catch (error) {
  process.stderr.write(`forge: ${reasonOf(error)}\n`);
  process.exitCode = 1;
}
