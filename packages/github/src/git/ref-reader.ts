import { BzzzError, Oid, type RepoName } from '@bzzz/protocol';
import { unreachable } from './failures.ts';
import { parsePackets, textOf } from './pkt-line.ts';
import { shown, type UploadPack } from './upload-pack.ts';

export interface Ref {
  readonly oid: Oid;
  /** The ref that it stands for; null: it is none of that kind. */
  readonly target: string | null;
}

/** Some 200,000 refs. */
const answerBytesMax = 16 * 1024 * 1024;

/** All refs whose names begin like one of the prefixes. Throws what the forge port says of a read. */
export async function readRefs(
  uploadPack: UploadPack,
  of: {
    readonly repo: RepoName;
    readonly prefixes: readonly string[];
    readonly token: string;
    readonly signal: AbortSignal;
  },
): Promise<Map<string, Ref>> {
  const { prefixes, ...where } = of;
  const args = ['symrefs', ...prefixes.map((prefix) => `ref-prefix ${prefix}`)];
  const answer = await uploadPack.ask({ ...where, name: 'ls-refs', args, answerBytesMax });
  const { packets, whole } = parsePackets(answer);
  if (!whole && answer.byteLength === answerBytesMax) {
    throw new BzzzError('forge_invalid_answer', `refs of more than ${answerBytesMax} bytes`);
  }
  if (!whole) throw unreachable('the list of refs breaks off', undefined);
  return new Map(packets.map((packet) => parseRef(textOf(packet))));
}

function parseRef(line: string): [string, Ref] {
  const [id, name, ...attributes] = line.split(' ');
  const oid = Oid.safeParse(id);
  if (!oid.success || name === undefined) {
    throw new BzzzError('forge_invalid_answer', `a line that is no ref: ${shown(line)}`);
  }
  const target = attributes.find((one) => one.startsWith('symref-target:'));
  return [name, { oid: oid.data, target: target?.slice('symref-target:'.length) ?? null }];
}
