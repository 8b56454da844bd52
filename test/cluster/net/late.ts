/** Delay and jitter, which the kernel of the test machines cannot play: by a relay before a port of the host. */
import { fileURLToPath } from 'node:url';
import type { Stage } from '../../e2e/harness/stage.ts';
import type { Host } from './lan.ts';

const relay = fileURLToPath(new URL('./late-relay.ts', import.meta.url));
const relayPort = 4900;

export interface Late {
  readonly delayMs: number;
  /** Up to so much more, another for each piece. */
  readonly jitterMs: number;
}

/** What others say by TCP to that port of the host, and what they hear from it, is late from now on. New connections only. */
export async function makeLate(
  stage: Stage,
  host: Host,
  port: number,
  { delayMs, jitterMs }: Late,
): Promise<void> {
  const args = [relayPort, port, delayMs, jitterMs].map(String);
  const running = await stage.start(`late-${host.name}`, {
    argv: [...host.prefix, process.execPath, relay, ...args],
  });
  await stage.until(`the relay before ${host.name} listens`, async () =>
    (await running.output()).includes('listening'),
  );
  // Only what comes in by the cable: the relay itself reaches the port.
  await host.run(`nft -f - <<'RULES'
table ip late {
  chain in { type nat hook prerouting priority -100; iifname "eth0" tcp dport ${port} redirect to :${relayPort}; }
}
RULES`);
}
