/**
 * Real peers at work for as long as is wanted: people file an issue every few seconds and merge what is ready, and
 * meanwhile it is looked what each peer takes of the machine. In the end all is to be done, and everybody to come to
 * rest; where that does not come, what was seen is told all the same.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type ForgeProcess, startForge, withoutLimits } from '../e2e/harness/forge.ts';
import { fullMesh, type PeerProcess, startPeers } from '../e2e/harness/peer.ts';
import { createStage, type Stage } from '../e2e/harness/stage.ts';
import { bodyOf, gatedWorld, maintainer } from '../e2e/harness/worlds.ts';
import type { Counted, CountedTimes } from './journal-growth.ts';
import { type Look, lookAt } from './looks.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly peers: number;
  /** A new issue so often. */
  readonly everyMs: number;
  /** It goes on for longer where there were fewer looks or issues done by then: a busy machine does less in its time. */
  readonly atLeast?: { readonly looks: number; readonly done: number };
  /** How long nothing may come before it is given up. Default: longer than anything takes on a busy machine. */
  readonly patienceMs?: number;
  readonly tell?: (sentence: string) => void;
}

export interface SoakedPeer {
  readonly name: string;
  /** Before the first issue, when nobody has anything to do. */
  readonly before: Look;
  readonly looks: readonly Look[];
  /** The last look: at rest as before where `atRest`. */
  readonly after: Look;
  readonly atRest: boolean;
}

export interface Soaked {
  /** While issues came. */
  readonly minutes: number;
  readonly filed: number;
  /** Issues whose result was merged; fewer than were filed where the others did not come to their end. */
  readonly done: number;
  /** Before the first issue, in the middle, and when all were done or given up. */
  readonly journals: CountedTimes;
  readonly peers: readonly SoakedPeer[];
}

const LOOK_EVERY_MS = 1_000;
/** Issues that may wait: on a busy machine people file fewer. */
const OPEN_MAX = 6;
const PATIENCE_MS = 240_000;

export async function soak(options: SoakOptions): Promise<Soaked> {
  const stage = await createStage();
  try {
    return await play(stage, options);
  } finally {
    await stage.close();
  }
}

async function play(stage: Stage, options: SoakOptions): Promise<Soaked> {
  const { minutes, everyMs, patienceMs = PATIENCE_MS, tell = () => undefined } = options;
  const atLeast = options.atLeast ?? { looks: 1, done: 0 };
  const world = await gatedWorld(stage, [], { verdicts: 1 });
  const forge = await startForge(stage, { ...world, limits: withoutLimits });
  const names = Array.from({ length: options.peers }, (_, index) => `peer${index}`);
  const peers = await startPeers(stage, forge, names, {
    timing: { tidyMs: 5_000, keepMs: 10_000 },
  });
  await fullMesh(stage, peers);
  const people = peopleOf(forge);
  const logs = await Promise.all(peers.map(startLog));
  const counted = async (): Promise<Counted> => {
    const journals = await Promise.all(peers.map((peer) => peer.journal()));
    return { entries: journals.reduce((sum, { length }) => sum + length, 0), done: people.done() };
  };

  const begin = await counted();
  let half: Counted | undefined;
  const beginMs = performance.now();
  const elapsedMs = () => performance.now() - beginMs;
  let looks = 0;
  /** 1: everything is there of which there must be enough. */
  const part = () =>
    Math.min(
      elapsedMs() / (minutes * 60_000),
      looks / atLeast.looks,
      (people.done() + 1) / (atLeast.done + 1),
    );
  let nextMs = 0;
  let lastDone = { count: 0, atMs: 0 };
  while (part() < 1) {
    if (elapsedMs() >= nextMs && people.open() < OPEN_MAX) {
      await people.file();
      nextMs = elapsedMs() + everyMs;
    }
    await people.merge();
    await Promise.all(logs.map((log) => log.look()));
    looks += 1;
    if (half === undefined && part() >= 1 / 2) {
      half = await counted();
      tell(`half of the time: ${people.done()} issues done`);
    }
    if (people.done() > lastDone.count) lastDone = { count: people.done(), atMs: elapsedMs() };
    const isOver = elapsedMs() >= minutes * 60_000;
    if (isOver && elapsedMs() - lastDone.atMs > patienceMs) break;
    await pause(LOOK_EVERY_MS);
  }
  // The middle is behind where one step took it from below there to the end.
  half ??= await counted();
  const playedMs = elapsedMs();
  const isDone = await comesTrue(patienceMs, async () => {
    await people.merge();
    return people.open() === 0;
  });
  const end = await counted();
  tell(`${people.done()} issues done; ${isDone ? 'coming to rest' : 'the others do not come'}`);
  // Who has something to do does not rest: to wait for that would be in vain.
  const restMs = isDone ? patienceMs : 0;
  return {
    minutes: playedMs / 60_000,
    filed: people.filed(),
    done: people.done(),
    journals: { begin, half, end },
    peers: await Promise.all(logs.map((log) => log.end(restMs))),
  };
}

/** False where it does not within that time: a soak that ends badly shows what was measured all the same. */
async function comesTrue(withinMs: number, look: () => Promise<boolean>): Promise<boolean> {
  const endMs = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > endMs) return false;
    await pause(LOOK_EVERY_MS);
  }
  return true;
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

/** Of a peer that has nothing to do yet. */
async function startLog(peer: PeerProcess) {
  const before = await lookAt(peer);
  const looks: Look[] = [];
  return {
    async look(): Promise<void> {
      looks.push(await lookAt(peer));
    },
    /** Files are closed and processes end a while after the last task has. */
    async end(restMs: number): Promise<SoakedPeer> {
      let after = before;
      const atRest = await comesTrue(restMs, async () => {
        after = await lookAt(peer);
        return isAtRest(before, after);
      });
      return { name: peer.name, before, looks, after, atRest };
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
