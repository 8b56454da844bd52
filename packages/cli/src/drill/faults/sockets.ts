/**
 * Which peer of this machine is connected with which, by the kernel's own lists (proc_pid_net(5)): whom a socket
 * belongs to is found by its inode among the open files of the peers.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';

export interface Endpoint {
  /** As text, such as `127.0.0.1` or `::1`. */
  readonly address: string;
  readonly port: number;
}

/** Of TCP, seen from its end that dialled. */
export interface Connection {
  readonly from: number;
  readonly to: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

interface Socket {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly state: string;
  readonly inode: string;
}

const listening = '0A';
const anywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** All connections among these processes, which share one network; those that are being opened as well. */
export async function connectionsAmong(pids: readonly number[]): Promise<Connection[]> {
  const sockets = await socketsOf(pids);
  const owners = new Map<string, number>();
  for (const pid of pids) for (const inode of await inodesOf(pid)) owners.set(inode, pid);
  const listeners = sockets.filter(({ state }) => state === listening);
  return sockets.flatMap(({ local, remote, state, inode }) => {
    const from = owners.get(inode);
    if (state === listening || from === undefined) return [];
    const heard = listeners.find(({ local: at }) => isAt(at, remote));
    const to = heard && owners.get(heard.inode);
    return to === undefined || to === from ? [] : [{ from, to, local, remote }];
  });
}

function isAt(listener: Endpoint, { address, port }: Endpoint): boolean {
  return listener.port === port && (listener.address === address || anywhere.has(listener.address));
}

/** Of the whole network in which they are, by the first of them that is still there. */
async function socketsOf(pids: readonly number[]): Promise<Socket[]> {
  for (const pid of pids) {
    const read = (name: string) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '');
    const tables = await Promise.all(['tcp', 'tcp6'].map(read));
    if (tables.some((table) => table !== '')) return tables.flatMap(socketsIn);
  }
  return [];
}

/** A table as the kernel prints it, the first line of which names the columns. */
export function socketsIn(table: string): Socket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const [, local, remote, state] = columns;
      const inode = columns[9];
      if (local === undefined || remote === undefined || state === undefined || inode === undefined)
        return [];
      return [{ local: endpointOf(local), remote: endpointOf(remote), state, inode }];
    });
}

/** `0100007F:12C1`: words of four bytes, each the other way round; the port is as one writes it. */
function endpointOf(text: string): Endpoint {
  const [hex = '', port = ''] = text.split(':');
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );
  return { address: addressOf(bytes), port: Number.parseInt(port, 16) };
}

function addressOf(bytes: readonly number[]): string {
  const mapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0);
  if (mapped && bytes[10] === 0xff && bytes[11] === 0xff) return bytes.slice(12).join('.');
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.every((byte) => byte === 0)) return '::';
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return groups.join(':');
}

async function inodesOf(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(
    names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')),
  );
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
