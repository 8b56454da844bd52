/** NATS core beside us: one server of its own process, and a connection a peer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { dying } from '../../e2e/harness/processes.ts';
import type { Rivals } from '../rivals.ts';
import type { Absent } from '../subject.ts';
import { makeTempFolder } from '../temp-folder.ts';
import { until } from '../until.ts';
import { createInbox, type Group, probed } from './group.ts';

const SUBJECT = 'bench';

interface NatsServer {
  readonly url: string;
  readonly processId: number;
  stop(): Promise<void>;
}

/** A server, or why there is none. */
export async function startNats(
  rivals: Rivals,
  sides: readonly string[],
): Promise<{ server: NatsServer } | { absent: readonly Absent[] }> {
  const found = await rivals.find('nats-server');
  if ('missing' in found) return { absent: sides.map((side) => ({ side, why: found.missing })) };
  return { server: await start(found.path) };
}

async function start(program: string): Promise<NatsServer> {
  const folder = await makeTempFolder('nats');
  // Port -1 takes a free one, of which the server tells in a file.
  const args = ['--addr', '127.0.0.1', '--port', '-1', '--ports_file_dir', folder.path];
  const child = spawn(...dying(program, args), { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await exited;
    await folder.remove();
  };
  try {
    await once(child, 'spawn');
    const processId = child.pid;
    if (processId === undefined) throw new Error('a process without an id');
    let url = '';
    await until('nats-server tells its port', async () => {
      url = (await portsOf(join(folder.path, `nats-server_${processId}.ports`))) ?? '';
      return url !== '' || child.exitCode !== null;
    });
    if (url === '') throw new Error('nats-server did not start');
    return { url, processId, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const Ports = z.object({ nats: z.tuple([z.string()]) });

/** Undefined while the file is not there, or not written to its end. */
async function portsOf(path: string): Promise<string | undefined> {
  try {
    return Ports.parse(JSON.parse(await readFile(path, 'utf8'))).nats[0];
  } catch {
    return undefined;
  }
}

/** Bytes as they are: no codec, no schema, no signature, no encryption. */
export async function natsGroup(server: NatsServer, receivers: number): Promise<Group> {
  const inbox = createInbox(receivers);
  const subject = `${SUBJECT}.${receivers}`;
  const all: NatsConnection[] = [];
  const close = async (): Promise<void> => {
    for (const connection of all) await connection.close();
  };
  try {
    for (let index = 0; index <= receivers; index += 1) {
      all.push(await connect({ servers: server.url, reconnect: false }));
    }
    const [sender, ...others] = all;
    if (sender === undefined) throw new Error('no sender');
    for (const [index, connection] of others.entries()) {
      connection.subscribe(subject, {
        callback(error, { data }) {
          if (error !== null) throw error;
          inbox.put(index, data);
        },
      });
      await connection.flush();
    }
    return await probed('NATS', {
      inbox,
      processes: [server.processId],
      send: ({ content }) => sender.publish(subject, content),
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}
