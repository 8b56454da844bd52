/** What a network does to a peer, in a network of the test's own: no route, no multicast, a firewall. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from '@bzzz/peer';
import { expect, it, onTestFinished, vi } from 'vitest';
import { holdNamespace, insideOf, namespacesDenied, runInside } from './harness/namespaces.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, patientMs } from './harness/stage.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const other = '/ip4/10.9.9.9/tcp/4801';

it('names the cause: no way, no multicast, a firewall that drops', async () => {
  const denied = await namespacesDenied();
  if (denied !== undefined) {
    console.warn(`ROUTES AND FIREWALLS ARE NOT TESTED: no network namespaces here (${denied})`);
    return;
  }
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const pid = await holdNamespace(stage, 'ip link set lo up && echo ready && cat');
  const dataDir = join(stage.dir, 'peer');
  await mkdir(dataDir, { mode: 0o700 });
  const config = {
    name: 'oak',
    dataDir,
    mesh: { name: 'net' },
    forge: { apiUrl: 'http://127.0.0.1:9' },
  };
  await writeFile(join(dataDir, 'bzzz.yml'), JSON.stringify(config));
  let runs = 0;
  const findings = async () => {
    runs += 1;
    const argv = [...insideOf(pid), ...bzzz, 'doctor', 'net', other, '--data', dataDir, '--json'];
    const running = await stage.start(`doctor-${runs}`, { argv });
    expect(await running.ended).toBe(1);
    const { checks }: { checks: Check[] } = JSON.parse(await running.output());
    return Object.fromEntries(
      checks.map(({ name, detail, ok }) => [name, `${ok ? 'ok' : 'WRONG'} ${detail}`]),
    );
  };

  const alone = await findings();
  expect(alone[`address ${other}`]).toBe('WRONG there is no way to it (ENETUNREACH)');
  expect(alone['multicast']).toContain('cannot be sent');

  await runInside(
    pid,
    `ip link add v0 type veth peer name v1
     ip addr add 10.9.9.1/24 dev v0
     ip link set v0 up; ip link set v1 up
     ip route add default dev v0
     ip neigh add 10.9.9.9 lladdr 02:00:00:00:00:99 dev v0`,
  );
  const silent = await findings();
  expect(silent[`address ${other}`]).toContain(
    'a firewall drops it, or no machine has that address',
  );
  expect(silent['multicast']).toBe(
    'ok packets to the group of mDNS go out and come back on this machine',
  );

  await runInside(
    pid,
    `nft add table inet f
     nft add chain inet f o '{ type filter hook output priority 0; }'
     nft add rule inet f o ip daddr 224.0.0.251 drop`,
  );
  const deaf = await findings();
  expect(deaf['multicast']).toMatch(
    /^WRONG packets to the group of mDNS (do not come back|cannot be sent)/,
  );
});
