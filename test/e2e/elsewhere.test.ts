/**
 * A program that the policy names is not installed where the work is done. Its peer asks by itself, one that has the
 * program does what could not be done there, and one that had no part in it judges.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EntryKind } from '@bzzz/protocol';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startForge, type World } from './harness/forge.ts';
import { withPrograms } from './harness/namespaces.ts';
import { expectPublished } from './harness/outcome.ts';
import {
  account,
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
  untilHolder,
} from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { git, storyOf } from './harness/repository.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { bodyOf, maintainer } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

/** Nothing of these names is on any machine. */
const prover = 'bzzz-test-prove';
const maker = 'bzzz-test-make';
const programs = {
  [prover]: 'test "$(tail -n 1 "$1.txt")" = "$1"',
  [maker]: 'mkdir made && echo Words. > made/head',
};

const write = ['sh', '-c', 'echo "$0" > "$0.txt"', '{word}'];
const writeBelow = ['sh', '-c', '{ cat made/head; echo "$0"; } > "$0.txt"', '{word}'];
const quick = { parameters: { word: '[a-z]{1,20}' }, accept: [prover, '{word}'] };

it.each([
  {
    what: 'the acceptance',
    policy: { recipes: { quick: { ...quick, run: write } } },
    // The work is its own.
    missing: [prover],
    written: 'oak',
  },
  {
    what: 'the setup',
    policy: {
      setup: { run: [maker], inputs: ['README.md'], provides: ['made'] },
      recipes: { quick: { ...quick, run: writeBelow } },
    },
    // For the work, and then for its acceptance.
    missing: [maker, maker],
    written: 'Words.\noak',
  },
])('what $what needs another peer has, and a further one judges', async (play) => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(stage, await wordsWorld(stage, play.policy));
  const others = withPrograms(await programsIn(stage));
  const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak'], {
    programOf: (name) => (name === 'ash' ? bzzz : [...others, ...bzzz]),
  });
  await fullMesh(stage, peers);
  const [ash, ...having] = peers;
  if (ash === undefined) throw new Error('no peer was started');

  // Nobody else may begin it: it would lack nothing.
  for (const { client } of having) await client.pause({ scope: 'self', paused: true });
  const issue = { title: 'Write oak', body: bodyOf('quick', 'oak'), labels: ['bzzz'] };
  await forge.call(maintainer, 'POST', 'issues', issue);
  expect(await untilHolder(stage, peers, { number: 1, epoch: 1 })).toBe(ash);
  for (const { client } of having) await client.pause({ scope: 'self', paused: false });
  await untilAllSayDone(stage, peers, 1);

  const { chain, pullRequest } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'result 1']);
  expect(chain.at(-1)?.record.peer).toBe(ash.id());
  expect(await git(forge.gitDir, 'diff', '--name-only', 'main', 'bzzz/issue-1')).toBe('oak.txt');
  expect(await git(forge.gitDir, 'show', 'bzzz/issue-1:oak.txt')).toBe(play.written);

  // It asked, and was helped, as often as something was missing, always by the same one.
  expect(await toldBy(ash, 'help.asked')).toMatchObject(
    play.missing.map((name) => ({
      question: `\`${name}\`, or what it starts, is not installed here`,
    })),
  );
  const ended = await toldBy(ash, 'help.ended');
  const helper = having.find((peer) => peer.id() === ended[0]?.['by']);
  if (helper === undefined) throw new Error('nobody helped');
  const helped = play.missing.map(() => ({ outcome: 'helped', by: helper.id() }));
  expect(ended).toMatchObject(helped);
  expect(await toldBy(helper, 'help.worked')).toMatchObject(
    play.missing.map(() => ({ outcome: 'helped' })),
  );
  expect(pullRequest.body).toContain(
    `It passed on peer \`${helper.id()}\` and **was not run where the result was made**`,
  );

  // It is ready by the word of the third, which had no part in it.
  expect(pullRequest.draft).toBe(false);
  const given = await Promise.all(peers.map((peer) => toldBy(peer, 'verdict.given')));
  const judges = peers.filter((_, index) => given[index]?.length === 1);
  expect(judges).toEqual(having.filter((peer) => peer !== helper));
});

async function toldBy(peer: PeerProcess, kind: EntryKind) {
  return (await peer.journal()).filter((body) => body.kind === kind);
}

/** A folder with what only some of the peers have. */
async function programsIn(stage: Stage): Promise<string> {
  const dir = join(stage.dir, 'programs');
  await mkdir(dir, { mode: 0o755 });
  for (const [name, script] of Object.entries(programs)) {
    const file = join(dir, name);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }
  return dir;
}

async function wordsWorld(stage: Stage, policy: object): Promise<World> {
  const filesDir = join(stage.dir, 'files');
  const files = {
    'README.md': '# Words\n',
    '.bzzz/policy.yml': JSON.stringify({ version: 1, ...policy }),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(filesDir, path)), { recursive: true });
    await writeFile(join(filesDir, path), text);
  }
  return {
    users: ['ada', maintainer, account],
    repo: {
      owner: 'ada',
      name: 'words',
      collaborators: [{ login: maintainer, permission: 'maintain' }, account],
      labels: [{ name: 'bzzz' }],
      filesDir,
      issues: [],
    },
  };
}
