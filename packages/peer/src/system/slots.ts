/** How many attempts at a time a machine bears. Pure. */
import type { Config } from '@bzzz/protocol';

/** What a machine has, as far as attempts use it up. */
export interface Capacity {
  readonly cores: number;
  /** What its container is limited to counts, where it is less than the machine's. */
  readonly memoryBytes: number;
  /** Free, where the worktrees lie; null: it is not known. */
  readonly diskFreeBytes: number | null;
  readonly gpus: number;
}

export interface Slots {
  readonly count: number;
  /** How the number came about, for people. */
  readonly because: string;
}

const gib = 1024 ** 3;

/** One builds or tests, its tool chain in parallel, beside the git and the checks of the peer. */
const coresEach = 2;
/** What a policy lets one command take unless it says otherwise (`limits.memoryBytesMax`). */
const memoryEachBytes = 2 * gib;
/** The same of its files (`limits.diskBytesMax`). */
const diskEachBytes = 4 * gib;
/** For the peer, git and the system: without it, attempts that take all they may take the machine down. */
const keptBytes = gib;
/** Each attempt polls, renews and pushes with one account, whose writes the forge counts by the minute. */
const slotsMax = 16;

/**
 * The number that the operator set; with `auto`, as many attempts as the scarcest of these lets run
 * side by side, each in full use of what a policy grants it by default:
 *
 * - cores: two each. Fewer would make attempts slow enough to run out of their time, which costs a try.
 * - memory: 2 GiB each, after 1 GiB for the peer. More would end in the kernel's killing of whichever it likes.
 * - disk: 4 GiB each, after 1 GiB for mirrors and journal. A full disk fails everything, the journal first.
 * - graphics cards, only where nothing but models works here: one attempt a card. A model that answers two
 *   reads both slowly, and while it does, the cores are idle. Without a card the cores ask and answer: one.
 *
 * A machine too small for one by cores or memory still gets one: those are limits, seldom needs. A disk
 * without even the kept room gets none.
 */
export function slotsOf(
  { slots, recipes }: Pick<Config['work'], 'slots' | 'recipes'>,
  capacity: Capacity,
  options: { readonly hasClis: boolean },
): Slots {
  if (slots !== 'auto') return { count: slots, because: 'work.slots' };
  const { cores, memoryBytes, diskFreeBytes, gpus } = capacity;
  if (diskFreeBytes !== null && diskFreeBytes < keptBytes) {
    return { count: 0, because: `auto: only ${inGib(diskFreeBytes)} disk free` };
  }
  const onlyModels = !recipes && !options.hasClis;
  const bounds = [
    bound(`${cores} ${cores === 1 ? 'core' : 'cores'}`, cores / coresEach),
    bound(`${inGib(memoryBytes)} memory`, (memoryBytes - keptBytes) / memoryEachBytes),
    ...(diskFreeBytes === null
      ? []
      : [bound(`${inGib(diskFreeBytes)} disk free`, (diskFreeBytes - keptBytes) / diskEachBytes)]),
    ...(onlyModels ? [bound(`${gpus} ${gpus === 1 ? 'card' : 'cards'}`, gpus)] : []),
    { what: 'at most', count: slotsMax },
  ];
  const [scarcest, ...others] = bounds.toSorted((a, b) => a.count - b.count);
  const text = [scarcest, ...others].flatMap((one) =>
    one === undefined ? [] : `${one.what} ${one.count}`,
  );
  return { count: scarcest?.count ?? 1, because: `auto: ${text.join(', ')}` };
}

function bound(what: string, count: number) {
  return { what, count: Math.max(1, Math.floor(count)) };
}

function inGib(bytes: number): string {
  return `${(bytes / gib).toFixed(1)} GiB`;
}
