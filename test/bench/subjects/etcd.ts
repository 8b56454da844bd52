/** etcd beside us: one server, asked by its JSON gateway to put a key that is not there yet. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { commitOid, IssueNumber } from '@bzzz/protocol';
import { z } from 'zod';
import { dying } from '../../e2e/harness/processes.ts';
import { freePorts } from '../../lib/free-ports.ts';
import { makeTempFolder } from '../temp-folder.ts';
import { until } from '../until.ts';
import type { Lock } from './locks.ts';

export interface Etcd {
  readonly processId: number;
  claim(lock: Lock): Promise<boolean>;
  /** As of the registry of claims. */
  standing(): Promise<ReadonlyMap<IssueNumber, string>>;
  stop(): Promise<void>;
}

const prefix = 'lock/';
const Txn = z.object({ succeeded: z.boolean().default(false) });
const Range = z.object({
  kvs: z.array(z.object({ key: z.base64(), value: z.base64() })).default([]),
});

export async function startEtcd(program: string): Promise<Etcd> {
  const folder = await makeTempFolder('etcd');
  // It takes none of the system's choice.
  const [client = '', peer = ''] = (await freePorts(2)).map((port) => `http://127.0.0.1:${port}`);
  const args = ['--data-dir', folder.path, '--name', 'bench', '--log-level', 'error'];
  args.push('--listen-client-urls', client, '--advertise-client-urls', client);
  args.push('--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer);
  args.push('--initial-cluster', `bench=${peer}`);
  const child = spawn(...dying(program, args), { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await exited;
    await folder.remove();
  };
  const ask = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${client}/v3/kv/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`etcd: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  try {
    await once(child, 'spawn');
    const processId = child.pid;
    if (processId === undefined) throw new Error('a process without an id');
    await until('etcd answers', async () => {
      if (child.exitCode !== null) throw new Error('etcd did not start');
      return fetch(`${client}/health`).then(
        async (answer) => (await answer.text()).includes('true'),
        () => false, // not yet
      );
    });
    return {
      processId,
      async claim({ number, commit }) {
        const key = base64(`${prefix}${number}`);
        const txn = {
          // Made at revision 0: it is not there.
          compare: [{ key, target: 'CREATE', result: 'EQUAL', create_revision: '0' }],
          success: [{ request_put: { key, value: base64(commit) } }],
        };
        return Txn.parse(await ask('txn', txn)).succeeded;
      },
      async standing() {
        const range = { key: base64(prefix), range_end: base64('lock0') };
        const { kvs } = Range.parse(await ask('range', range));
        return new Map(kvs.map(({ key, value }) => [numberOf(key), commitOid(bytesOf(value))]));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function numberOf(key: string): IssueNumber {
  return IssueNumber.parse(Number(bytesOf(key).toString('latin1').slice(prefix.length)));
}

function base64(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64');
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
