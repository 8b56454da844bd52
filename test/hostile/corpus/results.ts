/** What a result may not hold, made by tools or by a program in the sandbox. */
import { type Family, type HostileCase, runs, write } from '../case.ts';

/** Of no use to anybody, in the form of one that is. */
const token = ['ghp', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'].join('_');

/** Whoever asks this repository for its state starts a program. */
export const hooks =
  "mkdirSync('.git/hooks', { recursive: true }); for (const hook of ['pre-commit', 'post-checkout', 'reference-transaction', 'pre-push']) writeFileSync('.git/hooks/' + hook, '#!/bin/sh\\n{ring}\\n', { mode: 0o755 }); writeFileSync('.git/config', '[core]\\n\\tfsmonitor = {ring}\\n\\thooksPath = .git/hooks\\n\\tsshCommand = {ring}\\n[filter \"ring\"]\\n\\tclean = {ring}\\n\\tsmudge = {ring}\\n[diff \"ring\"]\\n\\ttextconv = {ring}\\n\\tcommand = {ring}\\n[remote \"origin\"]\\n\\turl = ext::{ring}\\n')";

export const results: Family = {
  name: 'results',
  cases: [
    refused(
      'workflow',
      'a workflow that the forge would run',
      write('.github/workflows/x.yml', 'on: push'),
      /protected path/,
    ),
    refused('policy', 'another policy', write('.bzzz/policy.yml', 'version: 1'), /protected path/),
    refused(
      'attributes',
      'attributes that start a filter',
      write('a/.gitattributes', '* filter=ring'),
      /protected path/,
    ),
    refused(
      'modules',
      'a submodule by its list',
      // In a block of code a stroke stays a stroke.
      `\`\`\`\n${write('.gitmodules', '[submodule "x"]\n\tpath = x\n\turl = {outside}')}\n\`\`\``,
      /protected path/,
    ),
    refused(
      'guarded',
      'a path that the policy guards',
      write('secure/key.txt', 'mine'),
      /protected path/,
    ),
    refused(
      'not-allowed',
      'a path that the policy opens to nobody',
      write('lib/index.js', 'mine'),
      /touches lib\/index\.js, and may touch only/,
    ),
    refused(
      'not-allowed-by-case',
      'a folder that is called like an open one but for its case',
      write('Many/a.txt', 'mine'),
      /touches Many\/a\.txt, and may touch only/,
    ),
    refused(
      'judge',
      'a judge that lets everything pass',
      `${write('accept.mjs', 'process.exit(0)')}\n${write('broken', 'x')}`,
      /acceptance failed/,
    ),
    refused(
      'secret',
      'a token in a file',
      write('config.txt', `token = ${token}`),
      /looks like it holds a secret/,
    ),
    refused(
      'secret-in-a-big-file',
      'a token far down in a file',
      write('big.txt', `@repeat 1 ${'x '.repeat(50_00)}${token}`),
      /looks like it holds a secret/,
    ),
    refused(
      'many-files',
      'more files than anybody looks at',
      runs(
        "import { writeFileSync } from 'node:fs';\nfor (let i = 0; i < 50; i++) writeFileSync('f' + i, 'x');",
      ),
      /changes 5\d files/,
    ),
    refused(
      'many-lines',
      'more lines than anybody reads',
      write('long.txt', '@repeat 3000 x\n'),
      /changes 300\d lines/,
    ),
    refused(
      'many-bytes',
      'more bytes than anybody reads',
      write('wide.txt', '@repeat 300000 x'),
      /changes \d+ bytes/,
    ),
    refused(
      'link-out',
      'a link to a secret',
      node("symlinkSync('{outside}/secret.txt', 'a')"),
      /link that leads out/,
    ),
    refused(
      'link-within',
      'a link, which could lead elsewhere elsewhere',
      node("symlinkSync('README.md', 'a')"),
      /symbolic link/,
    ),
    refused(
      'file-to-link',
      'a file that becomes a link',
      node("rmSync('README.md'); symlinkSync('public.txt', 'README.md')"),
      /symbolic link/,
    ),
    refused(
      'folder-to-link',
      'a folder that becomes a link out',
      node("rmSync('.husky', { recursive: true }); symlinkSync('/etc', '.husky')"),
      /link that leads out/,
    ),
    refused(
      'nested-repository',
      'a repository with hooks within',
      node(
        "mkdirSync('v/.git/hooks', { recursive: true }); writeFileSync('v/.git/config', '[core]\\n\\tfsmonitor = {ring}\\n')",
      ),
      /nested repository/,
    ),
    refused(
      'special-file',
      'a pipe that whoever reads it waits for',
      sh('mkfifo pipe'),
      /special file/,
    ),
    refused(
      'odd-name',
      'a name with a line break',
      node("writeFileSync('a\\nb', 'x')"),
      /control characters/,
    ),
    refused(
      'no-text-name',
      'a name that is no text',
      node("writeFileSync(Buffer.from([0x61, 0xff]), 'x')"),
      /not UTF-8/,
    ),
    refused(
      'giant',
      'a giant file that takes no room',
      sh('truncate -s 50M giant'),
      /changes \d+ bytes/,
    ),
    refused(
      'giant-text',
      'a giant file by a tool',
      `${write('a.txt', '@repeat 1100000 x')}\n${write('b.txt', '@repeat 300000 x')}`,
      /changes \d+ bytes/,
      1,
    ),
    refused(
      'deep-folders',
      'folders so deep that nobody can remove them',
      node(
        "for (let i = 0; i < 3000; i++) { mkdirSync('deepdeep'); process.chdir('deepdeep'); } writeFileSync('x', 'x')",
      ),
      /nested too deeply|cannot be read/,
    ),
    kept('own-hooks', "hooks and filters in the worktree's own repository", node(hooks)),
    kept(
      'own-commits',
      'commits, branches and remotes of its own',
      sh(
        'git init -q; git config user.email x@x.invalid; git config user.name x; git checkout -qb main2; git commit -qam evil; git remote add origin {outside}; git push origin HEAD:main; git tag v1; true',
      ),
    ),
    kept('git-removed', 'no repository any more', sh('rm -rf .git; ln -s {outside} .git')),
    kept('locked-folder', 'a folder that nobody may enter', sh('mkdir no; chmod 000 no')),
  ],
};

/** By way of a program that the check starts. */
function node(source: string): string {
  const names = 'mkdirSync, rmSync, symlinkSync, writeFileSync';
  return runs(`import { ${names} } from 'node:fs';\nvoid [${names}];\n${source}`);
}

function sh(text: string): string {
  return runs(
    `import { execFileSync } from 'node:child_process';\nexecFileSync('sh', ['-c', ${JSON.stringify(text)}], { stdio: 'ignore' });`,
  );
}

function refused(name: string, tries: string, body: string, why: RegExp, calls = 0): HostileCase {
  return { name, tries, body, ends: { kind: 'failed', why }, refused: calls };
}

/** What it did to the worktree's repository has no effect: only the program itself is in the result. */
function kept(name: string, tries: string, body: string): HostileCase {
  return { name, tries, body, ends: { kind: 'published', files: { 'check.mjs': /import/ } } };
}
