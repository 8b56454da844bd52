/** The repositories that the tests play with. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readSample } from '@bzzz/cli';
import type { World } from './forge.ts';
import { account, findInWorktrees, type PeerProcess } from './peer.ts';
import type { Stage } from './stage.ts';

export interface SampleIssue {
  readonly number: number;
  readonly eligible: boolean;
  readonly assignees: readonly string[];
  /** The files that its pull request touches. */
  readonly changes: readonly string[];
}

/** The repository of the demo, and what is to become of its issues. */
export async function sampleWorld(): Promise<World & { readonly issues: readonly SampleIssue[] }> {
  const { users, seed, issues } = await readSample();
  return {
    users: users.map(({ login }) => login),
    repo: seed,
    issues: issues.map(({ expect, assignees, changes }, index) => {
      return { number: index + 1, eligible: expect === 'pull-request', assignees, changes };
    }),
  };
}

/** A maintainer of the gated repository. */
export const maintainer = 'mara';

/** Somebody whom nobody trusts. */
export const stranger = 'mallory';

export type RecipeName = 'quick' | 'gated' | 'adding' | 'awaiting' | 'telling';

/**
 * A repository with five recipes: `quick` writes a word at once; `gated` says that it is at work by
 * a file `waiting` in its worktree, and goes on when there is a file `go`; `adding` writes a line more
 * to what is there, then waits like that; `awaiting` fails while there is no file `ready` on the base; `telling`
 * prints a line every little while as it waits, after a token and a terminal sequence.
 */
export async function gatedWorld(
  stage: Stage,
  issues: readonly {
    readonly recipe: RecipeName;
    readonly word: string;
    /** Default: the maintainer. */
    readonly author?: string;
  }[],
  more: {
    readonly checkpointMs?: number;
    readonly verdicts?: number;
    readonly limits?: Readonly<Record<string, number>>;
    readonly help?: Readonly<Record<string, number>>;
  } = {},
): Promise<World> {
  const filesDir = join(stage.dir, 'files');
  await mkdir(join(filesDir, '.bzzz'), { recursive: true });
  await writeFile(join(filesDir, 'README.md'), '# Words\n\nA file a word.\n');
  await writeFile(join(filesDir, '.bzzz', 'policy.yml'), JSON.stringify({ ...policy, ...more }));
  return {
    users: ['ada', maintainer, stranger, account],
    repo: {
      owner: 'ada',
      name: 'words',
      collaborators: [{ login: maintainer, permission: 'maintain' }, account],
      labels: [{ name: 'bzzz' }],
      filesDir,
      issues: issues.map(({ recipe, word, author = maintainer }) => ({
        title: `Write ${word}`,
        body: bodyOf(recipe, word),
        author,
        labels: ['bzzz'],
      })),
    },
  };
}

export function bodyOf(recipe: RecipeName, word: string): string {
  return `Please.\n\nrecipe: ${recipe}\nword: ${word}\n`;
}

/** The file by which a gated command of this peer says that it waits; undefined: none does. */
export function findWaiting(peer: PeerProcess): Promise<string | undefined> {
  return findInWorktrees(peer, 'waiting');
}

export function untilWaiting(stage: Stage, peer: PeerProcess): Promise<string> {
  return stage.until(`a command of ${peer.name} waits at its gate`, () => findWaiting(peer));
}

/** Lets the command go on that waits in a worktree of this peer. */
export async function openGate(stage: Stage, peer: PeerProcess): Promise<void> {
  const waiting = await untilWaiting(stage, peer);
  await writeFile(join(dirname(waiting), 'go'), '');
  await stage.until(`the command of ${peer.name} has passed its gate`, () => !existsSync(waiting));
}

const word = { word: '[a-z]{1,20}' };
const write = ['sh', '-c', 'echo "$0" > "$0.txt"', '{word}'];
const add = ['sh', '-c', 'echo "$0" >> "$0.txt"', '{word}'];
const wait = 'touch waiting; until [ -e go ]; do sleep 0.1; done; rm go waiting';
/** In two parts, so that this file does not hold a token itself. */
export const printedToken = ['ghp', '1234567890abcdefghijABCDEFGHIJ123456'].join('_');
const tell =
  'echo "token $0"; printf "\\033[31mred\\033[0m\\n"; touch waiting; i=0; until [ -e go ]; do i=$((i+1)); echo "line $i"; sleep 0.1; done; rm go waiting';
const accept = ['grep', '-qx', '{word}', '{word}.txt'];
const policy = {
  version: 1,
  recipes: {
    quick: { parameters: word, run: write, accept },
    gated: { parameters: word, run: [['sh', '-c', wait], write], accept },
    awaiting: { parameters: word, run: [['test', '-e', 'ready'], write], accept },
    telling: {
      parameters: word,
      run: [['sh', '-c', tell, printedToken], write],
      accept,
    },
    adding: { parameters: word, run: [add, ['sh', '-c', wait]], accept },
  },
};
