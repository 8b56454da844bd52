/** One commit by its id, without its history and its files: what a lock branch is read by. */
import { constants, inflateSync } from 'node:zlib';
import { BzzzError, commitOid, type Oid, type RepoName } from '@bzzz/protocol';
import { unreachable } from './failures.ts';
import { parsePackets, textOf } from './pkt-line.ts';
import { shown, type UploadPack } from './upload-pack.ts';

export interface CommitQuery {
  readonly repo: RepoName;
  readonly oid: Oid;
  /** A larger commit is cut to one byte more than that. */
  readonly commitBytesMax: number;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** gitformat-pack(5): `PACK`, a version and a count of four bytes each. */
const packHeaderBytes = 12;
const commitType = 1;

/** The commit's bytes as git hashes them. Throws what the forge port says of a read. */
export async function readCommit(uploadPack: UploadPack, query: CommitQuery): Promise<Uint8Array> {
  const { oid, commitBytesMax, ...where } = query;
  const args = ['no-progress', `want ${oid}`, 'deepen 1', 'done'];
  // Its tree comes after it, and does not matter.
  const answerBytesMax = 4 * commitBytesMax + 4_096;
  const answer = await uploadPack.ask({ ...where, name: 'fetch', args, answerBytesMax });
  const commit = firstCommit(packOf(answer), commitBytesMax + 1);
  if (commit.byteLength > commitBytesMax || commitOid(commit) === oid) return commit;
  throw new BzzzError(
    'forge_invalid_answer',
    `what was sent as ${oid} is another commit, or half of it`,
  );
}

/** The pack, or the beginning of it, out of the side band that carries it. */
function packOf(answer: Buffer): Buffer {
  const parsed = parsePackets(answer);
  const packets = [...parsed.packets, parsed.rest];
  const start = packets.findIndex((packet) => textOf(packet) === 'packfile');
  const bands = start < 0 ? packets : packets.slice(start + 1);
  const fatal = bands.find(
    (packet) => packet[0] === 3 || packet.toString('latin1', 0, 4) === 'ERR ',
  );
  if (fatal !== undefined) {
    throw new BzzzError('forge_not_found', `the forge says: ${shown(fatal.toString('utf8'))}`);
  }
  if (start < 0) throw unreachable('the commit breaks off', undefined);
  return Buffer.concat(
    bands.filter((packet) => packet[0] === 1).map((packet) => packet.subarray(1)),
  );
}

function firstCommit(pack: Buffer, bytesMax: number): Uint8Array {
  let at = packHeaderBytes;
  const head = pack[at] ?? 0;
  if (pack.toString('latin1', 0, 4) !== 'PACK' || ((head >> 4) & 7) !== commitType) {
    throw unreachable('the pack does not begin with the commit', undefined);
  }
  // The size of what is inflated follows, seven bits a byte; the inflated says it itself.
  while (((pack[at] ?? 0) & 0x80) !== 0) at += 1;
  try {
    // It need not be all there.
    const inflated = inflateSync(pack.subarray(at + 1), { finishFlush: constants.Z_SYNC_FLUSH });
    return new Uint8Array(inflated.subarray(0, bytesMax));
  } catch (error) {
    throw new BzzzError('forge_invalid_answer', 'the commit does not inflate', { cause: error });
  }
}
