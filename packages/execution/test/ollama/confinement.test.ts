/** Whatever path a model writes, its tools reach regular files of the workspace and nothing else. */
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFiles } from '../../src/ollama/files/files.ts';
import { makeWorld, script } from '../support.ts';
import { model, type OllamaWorld, outputsOf } from '../support/ollama-world.ts';

const secret = 'a secret of the peer';

/** Every tool that takes a path, pointed at it. */
function atPath(path: string): (readonly [string, unknown])[] {
  return [
    ['read_file', { path }],
    ['edit_file', { path, oldText: 'secret', newText: 'public' }],
    ['write_file', { path, content: 'overwritten' }],
    ['delete_file', { path }],
  ];
}

/** Beside the workspace stands a file, and in it what might lead there. */
async function prepare({ world, workspace }: OllamaWorld) {
  const root = workspace.path;
  const outside = join(dirname(root), 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret.txt'), secret);
  symlinkSync('../outside/secret.txt', join(root, 'link.txt'));
  symlinkSync('README.md', join(root, 'inner-link.txt'));
  symlinkSync('../outside', join(root, 'folder-link'));
  symlinkSync('src', join(root, 'inner-folder-link'));
  await script(world, workspace, 'mkfifo pipe');
  mkdirSync(join(root, 'sub', '.Git'), { recursive: true });
  writeFileSync(join(root, 'sub', '.Git', 'config'), secret);
  writeFileSync(join(root, 'huge.txt'), 'secret '.repeat(300_000));
  writeFileSync(join(root, 'binary'), Buffer.from('secret \0 \xff', 'latin1'));
}

const cases: readonly (readonly [path: string, reason: string])[] = [
  ['../outside/secret.txt', 'may not hold ..'],
  ['src/../../outside/secret.txt', 'may not hold ..'],
  ['src/..', 'may not hold ..'],
  ['/etc/passwd', 'without a leading /'],
  ['//etc/passwd', 'without a leading /'],
  ['link.txt', 'this is a symbolic link'],
  ['inner-link.txt', 'this is a symbolic link'],
  ['folder-link/secret.txt', 'a folder of this path is a symbolic link'],
  ['folder-link/new.txt', 'a folder of this path is a symbolic link'],
  ['inner-folder-link/value.txt', 'a folder of this path is a symbolic link'],
  ['.git/config', 'reserved for git'],
  ['.GIT/config', 'reserved for git'],
  ['./.git/hooks/post-checkout', 'reserved for git'],
  ['sub/.Git/config', 'reserved for git'],
  ['sub/new/.git/config', 'reserved for git'],
  ['.git./config', 'reserved for git'],
  ['GIT~1/config', 'reserved for git'],
  ['.g\u200cit/config', 'reserved for git'],
  ['pipe', 'no regular file'],
  ['src', 'this is a folder'],
  ['README.md/x', 'a folder of this path is a file'],
  ['.', 'names no file'],
  ['a\nb', 'control characters'],
  ['a\0b', 'control characters'],
  ['x'.repeat(300), 'ENAMETOOLONG'],
  ['y/'.repeat(600), 'too long'],
];

describe('paths that a model may not use', () => {
  it('are refused by every tool, with the reason', async () => {
    const check = ({ workspace }: OllamaWorld) => {
      const outside = join(dirname(workspace.path), 'outside');
      expect(readdirSync(outside)).toEqual(['secret.txt']);
      expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe(secret);
      expect(readFileSync(join(workspace.path, 'sub/.Git/config'), 'utf8')).toBe(secret);
      expect(lstatSync(join(workspace.path, 'inner-link.txt')).isSymbolicLink()).toBe(true);
      expect(lstatSync(join(workspace.path, 'pipe')).isFIFO()).toBe(true);
    };
    const models = [{ name: model, contextTokens: 32_768 }];
    const list = cases.flatMap(([path]) => atPath(path));
    const outputs = await outputsOf({ prepare, check, models, callsEach: 16 }, list);
    expect(outputs).toHaveLength(4 * cases.length);
    for (const [index, [path, reason]] of cases.entries()) {
      for (const output of outputs.slice(4 * index, 4 * index + 4)) {
        expect(output, path).toMatch(/^error: /);
        expect(output, path).toContain(reason);
      }
    }
  });

  it('neither reads nor edits what is huge or no text', async () => {
    const outputs = await outputsOf({ prepare }, [
      ['read_file', { path: 'huge.txt' }],
      ['edit_file', { path: 'huge.txt', oldText: 'a', newText: 'b' }],
      ['read_file', { path: 'binary' }],
      ['edit_file', { path: 'binary', oldText: 'secret', newText: 'public' }],
      ['write_file', { path: 'new.txt', content: 'x'.repeat(1024 * 1024 + 1) }],
    ]);
    expect(outputs[0]).toContain('the file has 2100000 bytes');
    expect(outputs[1]).toContain('the file has 2100000 bytes');
    expect(outputs[2]).toContain('no UTF-8 text');
    expect(outputs[3]).toContain('no UTF-8 text');
    expect(outputs[4]).toContain('would be over 1048576 bytes');
  });

  it('lists and searches only what it could read', async () => {
    const [list, search, all] = await outputsOf({ prepare }, [
      ['list_files', {}],
      ['search', { text: 'secret' }],
      ['search', { text: 'hello' }],
    ]);
    expect(list?.split('\n')).toEqual([
      '.gitignore',
      'README.md',
      'binary',
      'huge.txt',
      'src/value.txt',
      'test/check.txt',
      '(6 files)',
    ]);
    expect(search).toBe('(0 lines)');
    expect(all).toBe('README.md:1: hello\n(1 lines)');
  });

  it('changes a file without changing what else has a hard link to it', async () => {
    let outside = '';
    const withLink = ({ workspace }: OllamaWorld) => {
      outside = join(dirname(workspace.path), 'outside.txt');
      writeFileSync(outside, secret);
      linkSync(outside, join(workspace.path, 'hard.txt'));
    };
    const check = ({ workspace }: OllamaWorld) => {
      expect(readFileSync(join(workspace.path, 'hard.txt'), 'utf8')).toBe('mine');
      expect(readFileSync(outside, 'utf8')).toBe(secret);
    };
    await outputsOf({ prepare: withLink, check }, [
      ['write_file', { path: 'hard.txt', content: 'mine' }],
    ]);
  });

  it('stops to look for files when the attempt is over', async () => {
    const world = makeWorld();
    try {
      const workspace = await world.create();
      const reason = new DOMException('over', 'AbortError');
      const options = { dependencies: false, signal: AbortSignal.abort(reason) };
      await expect(createFiles(workspace.path).list(options)).rejects.toBe(reason);
    } finally {
      await world.dispose();
    }
  });

  it('leaves nothing beside the workspace', async () => {
    let before: string[] = [];
    const look = ({ workspace }: OllamaWorld) => readdirSync(dirname(workspace.path));
    await outputsOf(
      {
        prepare: (at) => void (before = look(at)),
        check: (at) => {
          expect(look(at)).toEqual(before);
          expect(existsSync(join(at.workspace.path, 'a/b/c.txt'))).toBe(true);
        },
      },
      [['write_file', { path: 'a/b/c.txt', content: 'x' }]],
    );
  });
});
