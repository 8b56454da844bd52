/** A program that swaps folders for links that lead out, while the peer takes what it has done so far. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '@bzzz/coordination';
import { BzzzError, isBzzzError, type Oid } from '@bzzz/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { withTray } from '../src/confine.ts';
import { gitAt, makeGitDir } from '../src/git.ts';
import { git, limits, makeWorld, put, script, until, type World } from './support.ts';

const isRoot = process.geteuid?.() === 0;
const ways = isRoot ? (['root', 'user-namespace'] as const) : (['user-namespace'] as const);
/** By git that is not confined, one in three or so held what lies outside. */
const rounds = 25;
const secretChars = 32;
const names = Array.from({ length: 200 }, (_, index) => `note-${index}.txt`);

let world: World;
afterEach(async () => {
  await world.dispose();
});

/** A folder of the host with files that have the names of those in `door`. */
function outsideOf({ folder }: World, secret: string, mode = 0o644): string {
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  chmodSync(folder, 0o755);
  for (const name of names) {
    writeFileSync(join(outside, name), `${secret} ${name}\n`);
    chmodSync(join(outside, name), mode);
  }
  return outside;
}

async function whileRacing(workspace: Workspace, outside: string, work: () => Promise<void>) {
  // Git reads no more of a file than it had bytes a moment before.
  for (const name of names) await put(workspace, `door/${name}`, '.'.repeat(secretChars));
  const program = new URL('sabotage/racer.pl', import.meta.url);
  await copyFile(program, join(workspace.path, 'racer.pl'));
  const abort = new AbortController();
  const argv = ['perl', 'racer.pl', 'door', outside];
  const request = { argv, path: workspace.path, limits, timeMs: 300_000 };
  const run = world.runner.run(request, { signal: abort.signal }).then(
    ({ report }) => new BzzzError('defect', `the race is over: ${report.outputTail}`),
    (error: unknown) => error,
  );
  try {
    await until(() => existsSync(join(workspace.path, '.git', 'racing')));
    await work();
  } finally {
    abort.abort();
  }
  expect(await run).toMatchObject({ code: 'aborted' });
}

describe.each(ways)('files that are read while a program is at work, by way of %s', (way) => {
  it('are none of the host, however often folders are swapped for links', async () => {
    world = makeWorld({ way });
    const secret = randomBytes(secretChars / 2).toString('hex');
    const outside = outsideOf(world, secret);
    const workspace = await world.create();
    await whileRacing(workspace, outside, async () => {
      for (let round = 0; round < rounds; round += 1) {
        const work = await workspace.collect('work\n').catch((error: unknown) => {
          // The swap was seen, and the work refused.
          if (isBzzzError(error, 'workspace_hostile')) return null;
          throw error;
        });
        if (work !== null) expect(contentsOf(world, work.result)).not.toContain(secret);
      }
    });
  });

  it.runIf(way === 'root')(
    'are not even of the view where only another user may read them',
    async () => {
      const secret = randomBytes(secretChars / 2).toString('hex');
      const hidden = makeWorld();
      const outside = outsideOf(hidden, secret, 0o600);
      world = makeWorld({ way, folders: [outside] });
      try {
        const workspace = await world.create();
        await script(world, workspace, 'true');
        symlinkSync(outside, join(workspace.path, 'door'));
        const read = ['hash-object', `door/${names[0] ?? ''}`];
        const open = gitAt({ gitDir: join(hidden.folder, 'mirror.git'), workTree: workspace.path });
        expect((await open(read)).byteLength).toBeGreaterThan(0);
        await expect(confined(world, workspace, read)).rejects.toThrow(/Permission denied/);
      } finally {
        await hidden.dispose();
      }
    },
  );

  it('are those of the worktree, and nothing behind a link out of it', async () => {
    world = makeWorld({ way });
    const outside = outsideOf(world, 'x'.repeat(secretChars));
    const workspace = await world.create();
    const { mirror } = world.base;
    for (const [name, to] of [
      ['door', outside],
      ['mirror', mirror],
      ['up', '..'],
      ['root', '/'],
    ] as const) {
      symlinkSync(to, join(workspace.path, name));
    }
    const open = gitAt({ gitDir: mirror, workTree: workspace.path });
    for (const path of [
      `door/${names[0] ?? ''}`,
      'mirror/HEAD',
      'up/git/HEAD',
      `root${mirror}/HEAD`,
      'root/proc/self/environ',
      'root/etc/hostname',
    ]) {
      if (existsSync(join(workspace.path, path))) await open(['hash-object', path]);
      const work = confined(world, workspace, ['hash-object', path]);
      await expect(work).rejects.toThrow(/No such file or directory/);
    }
    const own = await confined(world, workspace, ['hash-object', 'README.md']);
    expect(own).toEqual(await open(['hash-object', 'README.md']));
  });

  it('are not changed by git that reads them', async () => {
    world = makeWorld({ way });
    const workspace = await world.create();
    await put(workspace, 'new.txt', 'new\n');
    await confined(world, workspace, ['add', 'new.txt']);
    await expect(confined(world, workspace, ['rm', '-f', 'README.md'])).rejects.toThrow();
    await expect(confined(world, workspace, ['mv', 'new.txt', 'old.txt'])).rejects.toThrow();
    expect(existsSync(join(workspace.path, 'new.txt'))).toBe(true);
  });
});

/** What git answers in a fresh tray. */
async function confined(of: World, { path: tree }: Workspace, args: string[]): Promise<Buffer> {
  return withTray(join(of.folder, 'tray'), async (tray) => {
    await makeGitDir(tray.gitDir);
    return gitAt(await of.runner.confine({ tree, tray }))(args);
  });
}

function contentsOf({ base }: World, result: Oid): string {
  return git(base.mirror, 'diff', base.oid, result);
}
