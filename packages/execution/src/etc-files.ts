/** The few files of /etc that describe the machine inside: one user, one host, no look-ups outside. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const names = ['passwd', 'group', 'hosts', 'nsswitch.conf'] as const;

/** Writes them into a folder of the host and returns bubblewrap's arguments that show them. */
export async function etcMounts(folder: string, user: number): Promise<string[]> {
  const contents: Record<(typeof names)[number], string> = {
    passwd: `bzzz:x:${user}:${user}:bzzz:/tmp/home:/bin/sh\n`,
    group: `bzzz:x:${user}:\n`,
    hosts: '127.0.0.1 localhost bzzz\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  };
  await mkdir(folder, { recursive: true });
  const mounts: string[] = [];
  for (const name of names) {
    await writeFile(join(folder, name), contents[name], { mode: 0o644 });
    mounts.push('--ro-bind', join(folder, name), `/etc/${name}`);
  }
  return mounts;
}
