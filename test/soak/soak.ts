/**
 * Real peers at work for as long as is wanted: people file an issue every few seconds and merge what is ready, and
 * meanwhile it is looked what each peer takes of the machine. In the end all is done, and everybody comes to rest.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type ForgeProcess, startForge } from '../e2e/harness/forge.ts';
import { fullMesh, type PeerProcess, startPeers } from '../e2e/harness/peer.ts';
import { createStage, type Stage } from '../e2e/harness/stage.ts';
import { bodyOf, gatedWorld, maintainer } from '../e2e/harness/worlds.ts';
import { type Look, lookAt } from './looks.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly peers: number;
  /** A new issue so often. */
  readonly everyMs: number;
  readonly tell?: (sentence: string) => void;
}

export interface SoakedPeer {
  readonly name: string;
  /** Before the first issue, when nobody has anything to do. */
  readonly before: Look;
  readonly looks: readonly Look[];
  /** After the last issue, at rest as before; else the last look. */
  readonly after: Look;
  /** Entries of its journal before, in the middle and in the end, and the issues that were done by then. */
  readonly journal: readonly { readonly entries: number; readonly done: number }[];
}

export interface Soaked {
  readonly filed: number;
  /** Issues whose result was merged. */
  readonly done: number;
  readonly peers: readonly SoakedPeer[];
}

/** GitHub lets an account create five hundred things an hour, which is some hundred issues. */
const withoutLimits = {
  primaryPerHour: 1_000_000,
  contentPerMinute: 1_000_000,
  contentPerHour: 1_000_000,
  pointsPerMinute: 1_000_000,
};
const LOOK_EVERY_MS = 1_000;
/** Issues that may wait: on a busy machine people file fewer. */
const OPEN_MAX = 6;

export async function soak(options: SoakOptions): Promise<Soaked> {
  const stage = await createStage();
  try {
    return await play(stage, options);
  } finally {
    await stage.close();
  }
}

async function play(stage: Stage, options: SoakOptions): Promise<Soaked> {
  const { minutes, everyMs, tell = () => undefined } = options;
  const world = await gatedWorld(stage, [], { verdicts: 1 });
  const forge = await startForge(stage, { ...world, limits: withoutLimits });
  const names = Array.from({ length: options.peers }, (_, index) => `peer${index}`);
  const peers = await startPeers(stage, forge, names, {
    timing: { tidyMs: 5_000, keepMs: 10_000 },
  });
  await fullMesh(stage, peers);
  const people = peopleOf(forge);
  const logs = peers.map((peer) => createLog(peer));
  await Promise.all(logs.map((log) => log.begin()));

  const endMs = performance.now() + minutes * 60_000;
  const halfMs = performance.now() + minutes * 30_000;
  let nextMs = performance.now();
  let isHalf = false;
  while (performance.now() < endMs) {
    if (performance.now() >= nextMs && people.open() < OPEN_MAX) {
      await people.file();
      nextMs = performance.now() + everyMs;
    }
    await people.merge();
    await Promise.all(logs.map((log) => log.look()));
    if (!isHalf && performance.now() >= halfMs) {
      isHalf = true;
      await Promise.all(logs.map((log) => log.count(people.done())));
      tell(`half of the time: ${people.done()} issues done`);
    }
    await pause(LOOK_EVERY_MS);
  }
  await stage.until('every issue is done and merged', async () => {
    await people.merge();
    return people.open() === 0;
  });
  tell(`${people.done()} issues done; coming to rest`);
  await Promise.all(logs.map((log) => log.count(people.done())));
  await Promise.all(logs.map((log) => log.rest(stage)));
  return { filed: people.filed(), done: people.done(), peers: logs.map((log) => log.soaked()) };
}

const Filed = z.object({ number: z.int() });

/** Whoever files issues and merges what is ready for review. */
function peopleOf(forge: ForgeProcess) {
  const open = new Set<string>();
  let filed = 0;
  return {
    open: () => open.size,
    filed: () => filed,
    done: () => filed - open.size,
    async file(): Promise<void> {
      filed += 1;
      const word = wordOf(filed);
      const issue = { title: `Write ${word}`, body: bodyOf('quick', word), labels: ['bzzz'] };
      const { number } = Filed.parse(await forge.call(maintainer, 'POST', 'issues', issue));
      open.add(`bzzz/issue-${number}`);
    },
    async merge(): Promise<void> {
      for (const { number, head, state, draft } of await forge.pullRequests()) {
        if (state === 'open' && !draft && open.has(head.ref)) {
          await forge.call(maintainer, 'PUT', `pulls/${number}/merge`, {});
          open.delete(head.ref);
        }
      }
    },
  };
}

function createLog(peer: PeerProcess) {
  const looks: Look[] = [];
  const journal: { entries: number; done: number }[] = [];
  let before: Look | undefined;
  let after: Look | undefined;
  const count = async (done: number): Promise<void> => {
    journal.push({ entries: (await peer.journal()).length, done });
  };
  return {
    count,
    async begin(): Promise<void> {
      before = await lookAt(peer);
      await count(0);
    },
    async look(): Promise<void> {
      looks.push(await lookAt(peer));
    },
    /** Files are closed and processes end a while after the last task has. */
    async rest(stage: Stage): Promise<void> {
      await stage.until(`${peer.name} comes to rest`, async () => {
        after = await lookAt(peer);
        return before !== undefined && isAtRest(before, after);
      });
    },
    soaked(): SoakedPeer {
      if (before === undefined || after === undefined) throw new Error('it was not looked at');
      return { name: peer.name, before, looks, after, journal };
    },
  };
}

/** Files that may be open more than before the first issue: connections that are kept, and logs that turned over. */
const filesSlack = 12;

function isAtRest(before: Look, now: Look): boolean {
  return (
    now.files <= before.files + filesSlack &&
    now.processes <= before.processes &&
    now.worktrees <= before.worktrees
  );
}

/** A word of its own for every issue, as its recipe wants one: letters only. */
function wordOf(count: number): string {
  return String(count).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
}
