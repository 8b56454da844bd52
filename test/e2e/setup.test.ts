/** A repository whose acceptance needs a package that is not in it: two peers install it, each for itself. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { acceptanceHash, fillArgv, judgeGlobs, parsePolicy } from '@bzzz/protocol';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startForge, type World } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import { account, fullMesh, startPeers, untilAllSayDone } from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { git } from './harness/repository.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { bodyOf, maintainer } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const policy = {
  version: 1,
  setup: {
    run: ['npm', 'ci', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'],
    inputs: ['package.json', 'package-lock.json', 'vendor/**'],
    provides: ['node_modules'],
  },
  recipes: {
    quick: {
      parameters: { word: '[a-z]{1,20}' },
      run: ['sh', '-c', 'node shout.cjs "$0" > "$0.txt"', '{word}'],
      accept: ['sh', '-c', 'test "$(node shout.cjs "$0")" = "$(cat "$0.txt")"', '{word}'],
    },
  },
};

/** An npm package in a tarball, as a repository may carry one. */
async function tarball(stage: Stage): Promise<Buffer> {
  const dir = join(stage.dir, 'tarball', 'package');
  await mkdir(dir, { recursive: true });
  const manifest = { name: 'loud', version: '1.0.0', main: 'index.js' };
  await writeFile(join(dir, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(dir, 'index.js'), 'module.exports = (word) => `${word.toUpperCase()}!`;\n');
  execFileSync('tar', ['-czf', 'loud.tgz', 'package'], { cwd: dirname(dir) });
  return readFile(join(dirname(dir), 'loud.tgz'));
}

async function dependentWorld(stage: Stage): Promise<World> {
  const packed = await tarball(stage);
  const integrity = `sha512-${createHash('sha512').update(packed).digest('base64')}`;
  const manifest = {
    name: 'words',
    version: '1.0.0',
    dependencies: { loud: 'file:vendor/loud.tgz' },
  };
  const installed = { version: '1.0.0', resolved: 'file:vendor/loud.tgz', integrity };
  const lock = { lockfileVersion: 3, packages: { '': manifest, 'node_modules/loud': installed } };
  const filesDir = join(stage.dir, 'files');
  const files: Readonly<Record<string, string | Buffer>> = {
    '.bzzz/policy.yml': JSON.stringify(policy),
    'package.json': JSON.stringify(manifest),
    'package-lock.json': JSON.stringify({ name: 'words', version: '1.0.0', ...lock }),
    'vendor/loud.tgz': packed,
    'shout.cjs': "console.log(require('loud')(process.argv[2]));\n",
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(filesDir, path)), { recursive: true });
    await writeFile(join(filesDir, path), content);
  }
  const issue = { title: 'Shout oak', body: bodyOf('quick', 'oak'), labels: ['bzzz'] };
  return {
    users: ['ada', maintainer, account],
    repo: {
      owner: 'ada',
      name: 'words',
      collaborators: [{ login: maintainer, permission: 'maintain' }, account],
      labels: [{ name: 'bzzz' }],
      filesDir,
      issues: [{ ...issue, author: maintainer }],
    },
  };
}

it('the issue is done and judged, and what was installed is no part of the result', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(stage, await dependentWorld(stage));
  const peers = await startPeers(stage, forge, ['ash', 'elm']);
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);
  const { pullRequest, chain } = await expectPublished(forge, 1);
  expect(pullRequest.draft).toBe(false);
  const at = 'bzzz/issue-1';
  expect(await git(forge.gitDir, 'diff', '--name-only', 'main', at)).toBe('oak.txt');
  expect(await git(forge.gitDir, 'show', `${at}:oak.txt`)).toBe('OAK!');
  const publisher = chain.at(-1)?.record.peer;
  const judge = peers.find((peer) => peer.id() !== publisher);
  const given = (await judge?.journal())?.filter(({ kind }) => kind === 'verdict.given');
  expect(given).toHaveLength(1);

  // What the verdict is about is what the policy makes beforehand, too; anybody can tell.
  const parsed = parsePolicy(JSON.stringify(policy));
  const { recipes, setup } = parsed;
  const globs = judgeGlobs(parsed);
  const accept = (recipes['quick']?.accept ?? []).map((argv) => fillArgv(argv, { word: 'oak' }));
  const [{ dataDir } = { dataDir: '' }] = peers;
  const argv = [...bzzz, 'verify', String(pullRequest.number), '--data', dataDir];
  const running = await stage.start('verify', { argv });
  expect(await running.ended).toBe(0);
  expect(await running.output()).toContain(acceptanceHash(accept, globs, setup));
  expect(await running.output()).not.toContain(acceptanceHash(accept, globs));
});
