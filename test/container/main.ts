/**
 * `npm run container`: builds the image and leads tasks through three peers, each in a container with the network of its
 * host, on three hosts with a forge on a fourth. Exit 0 when every issue has ended once.
 *
 *     npm run container [-- --save FILE | --image FILE]      # keeps the image, or takes one that was kept
 *
 * Needs root, network namespaces, Debian's packages and those of npm; some minutes and 5 GB.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { createCluster } from '../cluster/cluster.ts';
import { untilEndedOnce } from '../cluster/ending.ts';
import { lacks } from '../cluster/machine.ts';
import { fileSome } from '../cluster/moves.ts';
import { signFolder, sweep } from '../cluster/sweep.ts';
import { fullMesh } from '../e2e/harness/peer.ts';
import { createStage, type Stage } from '../e2e/harness/stage.ts';
import { type Engine, fetchTools, startEngine } from './engine.ts';
import { buildImage, image } from './image.ts';
import { inspectImage, refusedWithout } from './looks.ts';
import { startInContainer } from './peer.ts';

const { values } = parseArgs({
  options: { save: { type: 'string' }, image: { type: 'string' } },
});
const sinceMs = performance.now();
const say = (line: string) =>
  console.log(`${((performance.now() - sinceMs) / 1_000).toFixed(0).padStart(5)} s  ${line}`);

const missing = (await lacks()).get('hosts');
if (missing !== undefined) {
  console.error(`NOT RUN: no network of hosts here: ${missing}`);
  process.exit(1);
}
for (const dir of await sweep()) console.error(`removed what an earlier run left: ${dir}`);

/** It takes about 500; on a machine with other work somewhat more, for its caches. A checkout takes twice that. */
const startCpuMsMax = 750;
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interrupted.abort());
const stage = await createStage();
try {
  await signFolder(stage.dir);
  const stopped = new Promise<never>((_, reject) => {
    interrupted.signal.addEventListener('abort', () => reject(new Error('interrupted')));
  });
  await Promise.race([play(stage), stopped]);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await stage.close();
}

async function play(stage: Stage): Promise<void> {
  const work = join(stage.dir, 'container');
  await mkdir(work);
  const tools = await fetchTools(work);
  const file = values.image ?? values.save ?? join(work, 'image.tar');
  if (values.image === undefined) {
    const builder = await startEngine(stage, tools, { name: 'builder' });
    say('building the image');
    await buildImage(builder, tools, work);
    await builder.docker(`save -o '${file}' ${image}`);
    await builder.stop();
  }

  const cluster = await createCluster(stage, { loopback: false });
  const hosts = cluster.hosts.slice(0, 3);
  const engines: Engine[] = [];
  for (const { name, prefix } of hosts) {
    const engine = await startEngine(stage, tools, { name, prefix });
    await engine.docker(`load -q -i '${file}'`);
    engines.push(engine);
  }
  const [first] = engines;
  if (first === undefined) throw new Error('there is no engine');
  for (const line of await inspectImage(first)) say(line);
  say(await refusedWithout(first));

  const peers = await Promise.all(
    hosts.map((host, index) => {
      const engine = engines[index];
      if (engine === undefined) throw new Error(`${host.name} has no engine`);
      return startInContainer(cluster, host, engine);
    }),
  );
  for (const { peer, cpuMs } of peers) {
    say(`${peer.name} runs, after ${cpuMs} ms of CPU`);
    if (cpuMs > startCpuMsMax) throw new Error(`${peer.name} took ${cpuMs} ms of CPU to start`);
  }
  await fullMesh(stage, cluster.peers);
  say('three containers found each other by multicast');
  await fileSome(cluster, 5);
  const endings = await untilEndedOnce(cluster);
  say(`${endings.length} issues, each ended once`);
  const Health = z.enum(['starting', 'healthy', 'unhealthy']);
  for (const { container, engine } of peers) {
    await stage.until(`${container} is healthy`, async () => {
      const health = await engine.docker(`inspect -f '{{.State.Health.Status}}' ${container}`);
      return Health.parse(health) === 'healthy';
    });
  }
  say('their health checks pass');
  for (const { peer } of peers) {
    const code = await peer.stop();
    if (code !== 0) throw new Error(`${peer.name} ended with ${code}`);
  }
  say('SIGTERM ended each with 0');
}
