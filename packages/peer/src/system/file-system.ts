/** On what kind of file system a folder lies, as far as it matters for a peer's data. */
import { statfs } from 'node:fs/promises';
import { nearestFolder } from './disk.ts';

export interface FileSystem {
  readonly name: string;
  /** `network`: other machines may write there too. `fleeting`: what is there goes with a reboot, or with the container. */
  readonly kind: 'network' | 'fleeting';
}

/** By `f_type` of statfs(2), as in linux/magic.h and the file systems themselves. */
const known: ReadonlyMap<number, FileSystem> = new Map(
  (
    [
      [0x6969, 'nfs', 'network'],
      [0x517b, 'smb', 'network'],
      [0xff534d42, 'cifs', 'network'],
      [0xfe534d42, 'smb2', 'network'],
      [0x01021997, '9p', 'network'],
      [0x00c36400, 'ceph', 'network'],
      [0x0bd00bd0, 'lustre', 'network'],
      [0x5346414f, 'afs', 'network'],
      [0x6b414653, 'afs', 'network'],
      [0x7461636f, 'ocfs2', 'network'],
      [0x01161970, 'gfs2', 'network'],
      // sshfs, GlusterFS, virtiofs: who else writes there nobody here can tell.
      [0x65735546, 'fuse', 'network'],
      [0x794c7630, 'overlay', 'fleeting'],
      [0x01021994, 'tmpfs', 'fleeting'],
      [0x858458f6, 'ramfs', 'fleeting'],
    ] as const
  ).map(([type, name, kind]) => [type, { name, kind }]),
);

/** Null: one of a local disk, or none that is known. */
export function fileSystemOf(type: number): FileSystem | null {
  return known.get(type >>> 0) ?? null;
}

/** Of a folder, or of where it will be. */
export async function fileSystemAt(path: string): Promise<FileSystem | null> {
  const { type } = await statfs(await nearestFolder(path));
  return fileSystemOf(type);
}
