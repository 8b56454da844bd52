/** A peer in a container, started as Compose would start it; its data folder is the same outside and inside. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Cluster } from '../cluster/cluster.ts';
import type { Host } from '../cluster/net/lan.ts';
import type { PeerProcess } from '../e2e/harness/peer.ts';
import type { Engine } from './engine.ts';
import { image, optionsOfCompose } from './image.ts';

export interface Contained {
  readonly peer: PeerProcess;
  readonly engine: Engine;
  readonly container: string;
  /** Until it answered, as near as can be seen from outside. */
  readonly cpuMs: number;
}

const user = '10001:10001';

export async function startInContainer(
  cluster: Cluster,
  host: Host,
  engine: Engine,
): Promise<Contained> {
  const { dir } = cluster.stage;
  const container = `bzzz-${host.name}`;
  const [data, token] = [join(dir, 'peers', host.name), join(dir, 'token')];
  const options = await optionsOfCompose();
  const mounts = ['-v', `${data}:${data}`, '-v', `${token}:${token}:ro`];
  const folder = ['-e', `BZZZ_DATA_DIR=${data}`];
  const start = [
    ...engine.client,
    'run',
    '--rm',
    '--name',
    container,
    ...options,
    ...mounts,
    ...folder,
    image,
  ];
  // Whoever made these here is root, and in the container nobody is.
  const own = `chown -R ${user} '${data}' '${token}' && exec "$@"`;
  const peer = await cluster.start(host, {
    mdns: true,
    program: ['sh', '-c', own, 'start', ...start],
  });
  return { peer, engine, container, cpuMs: await cpuMsOf(engine, container) };
}

/** Of the process below the init of the container, with those of its children that have ended. */
async function cpuMsOf(engine: Engine, container: string): Promise<number> {
  const top = await engine.docker(`top ${container} -eo pid,args`);
  const line = top.split('\n').find((one) => /^\s*\d+\s+\S*node \S*main\.js up/.test(one));
  const pid = z.coerce.number().int().parse(line?.trim().split(/\s+/)[0]);
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // In hundredths of a second: utime and stime.
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
