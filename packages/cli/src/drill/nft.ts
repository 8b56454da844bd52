/** The packet filter of the kernel, in the network of a peer. A drill has one table of its own there, and no other is touched. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import type { Leftover } from './leftovers.ts';
import { insideOf, wayInto } from './network.ts';

export interface Packets {
  /** Of nft, its family before it. */
  readonly table: string;
  /** Puts all of it in place at once, or nothing. Throws `drill_means_missing`. */
  apply(rules: string): Promise<void>;
  /** Packets that its rules have dropped so far. */
  dropped(): Promise<number>;
}

const runMsMax = 30_000;

export function newTable(): string {
  return `bzzz_drill_${randomBytes(4).toString('hex')}`;
}

/** In that network. Throws `drill_means_missing` where it may not be filtered. */
export async function packetsOf(network: string, table: string): Promise<Packets> {
  const nft = async (args: readonly string[], input = '') =>
    run([...(await insideOf(network)), 'nft', ...args], input);
  await nft(['list', 'tables']);
  return {
    table,
    apply: async (rules) => void (await nft(['-f', '-'], rules)),
    async dropped() {
      const told = await nft(['-j', 'list', 'table', 'inet', table]);
      const counts = told.matchAll(/"counter": ?\{"packets": ?(\d+)/g);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
  };
}

type Filtered = Extract<Leftover, { fault: 'partition' | 'slow' }>;

/** Where the network is gone, it is gone with all its rules. Throws `drill_not_healed`. */
export async function dropTable({ table, network }: Filtered): Promise<void> {
  try {
    const inside = await wayInto(network);
    if (inside === undefined) return;
    const tables = await run([...inside, 'nft', 'list', 'tables'], '');
    if (tables.includes(table)) await run([...inside, 'nft', 'delete', 'table', 'inet', table], '');
  } catch (error) {
    const reason = `nft delete table inet ${table}: ${reasonOf(error)}`;
    throw new BzzzError('drill_not_healed', reason, { cause: error });
  }
}

function run([program = '', ...args]: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { maxBuffer: 16 * 1024 * 1024, timeout: runMsMax },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const said = stderr.trim().split('\n')[0] ?? '';
        reject(missing(said === '' ? reasonOf(error) : said, error));
      },
    );
    // One that did not start takes no input.
    child.stdin?.on('error', () => child.kill());
    child.stdin?.end(input);
  });
}

function missing(reason: string, cause?: unknown): BzzzError {
  const text = `packets are dropped by nft (package nftables), as root: ${reason}`;
  return new BzzzError('drill_means_missing', text, { cause });
}
