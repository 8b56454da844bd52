import { forgeError } from '../errors.ts';
import { compilePattern } from '../http/router.ts';
import type { Reply } from '../http/reply.ts';
import { seededRandom } from './random.ts';

/** Where a fault strikes, and how often. */
export interface FaultScope {
  /**
   * `git-upload-pack` and `git-receive-pack` (the service's POST; its advertisement is
   * `git-upload-pack refs` and `git-receive-pack refs`), a REST route such as
   * `POST /repos/:owner/:repo/pulls` or `* /repos/*rest`, or `*` for everything.
   */
  readonly on: string;
  /** Only requests of this account. */
  readonly account?: string;
  /** 0 to 1; default 1. */
  readonly probability?: number;
  /** Strikes at most so many times; default without end. */
  readonly count?: number;
}

export type Fault = FaultScope &
  (
    | { readonly kind: 'dropReply' }
    /** Answers this status, before anything happens, or after it took effect; and says why. */
    | {
        readonly kind: 'status';
        readonly status: number;
        readonly afterEffect?: boolean;
        readonly message?: string;
      }
    /** The connection is reset before anything happens. */
    | { readonly kind: 'outage' }
    | { readonly kind: 'delay'; readonly delayMs: number }
    /** A reader gets its own previous answer again: so many times, or for so long after it. */
    | { readonly kind: 'staleReads'; readonly requests?: number; readonly forMs?: number }
  );

export interface Faults {
  /** Returns what takes the fault away again. Throws `forge_config` for one that makes no sense. */
  add(fault: Fault): () => void;
  clear(): void;
  list(): readonly (Fault & { readonly id: number; readonly struck: number })[];
}

/** A request as faults see it. */
interface FaultTarget {
  /** `GET /repos/o/r/issues`, `git-receive-pack`, ... */
  readonly name: string;
  readonly account: string | null;
  readonly reader: string;
  /** Tells reads apart: method, URL and what matters of the body. */
  readonly key: string;
}

export interface FaultEngine extends Faults {
  remove(id: number): boolean;
  /** Draws which faults strike this request; each is counted. */
  strike(target: FaultTarget): Struck;
}

export interface Struck {
  readonly outage: boolean;
  readonly delayMs: number;
  readonly statusBefore: FaultStatus | null;
  readonly statusAfter: FaultStatus | null;
  readonly dropReply: boolean;
  /** Gives a read's answer, possibly an older one. */
  read(fresh: () => Promise<Reply>): Promise<Reply>;
}

/** What to answer instead. */
export interface FaultStatus {
  readonly status: number;
  readonly message: string;
}

interface Active {
  readonly id: number;
  readonly fault: Fault;
  readonly matches: (name: string) => boolean;
  struck: number;
  /** For staleReads: the last fresh answer of each reader. */
  readonly seen: Map<string, { readonly reply: Reply; readonly atMs: number; served: number }>;
}

export function createFaults(deps: {
  readonly seed: number;
  readonly now: () => number;
}): FaultEngine {
  const random = seededRandom(deps.seed);
  let active: Active[] = [];
  let nextId = 1;

  const remove = (id: number): boolean => {
    const before = active.length;
    active = active.filter((one) => one.id !== id);
    return active.length < before;
  };

  return {
    add(fault) {
      check(fault);
      const id = nextId++;
      active.push({ id, fault, matches: matcherOf(fault.on), struck: 0, seen: new Map() });
      return () => void remove(id);
    },
    remove,
    clear() {
      active = [];
    },
    list: () => active.map(({ id, fault, struck }) => ({ ...fault, id, struck })),
    strike(target) {
      const hits = active.filter((one) => isHit(one, target, random));
      return struckBy(hits, { target, now: deps.now });
    },
  };
}

function isHit(one: Active, target: FaultTarget, random: () => number): boolean {
  const { fault } = one;
  if (!one.matches(target.name)) return false;
  if (fault.account !== undefined && fault.account !== target.account) return false;
  if (fault.count !== undefined && one.struck >= fault.count) return false;
  if (random() >= (fault.probability ?? 1)) return false;
  // A stale read counts when something old was given.
  if (fault.kind !== 'staleReads') one.struck += 1;
  return true;
}

function struckBy(
  hits: readonly Active[],
  at: { readonly target: FaultTarget; readonly now: () => number },
): Struck {
  let delayMs = 0;
  let statusBefore: FaultStatus | null = null;
  let statusAfter: FaultStatus | null = null;
  for (const { fault } of hits) {
    if (fault.kind === 'delay') delayMs += fault.delayMs;
    if (fault.kind !== 'status') continue;
    const { status, message = 'Server Error' } = fault;
    if (fault.afterEffect === true) statusAfter = { status, message };
    else statusBefore = { status, message };
  }
  const stale = hits.find((one) => one.fault.kind === 'staleReads');
  return {
    outage: hits.some((one) => one.fault.kind === 'outage'),
    dropReply: hits.some((one) => one.fault.kind === 'dropReply'),
    delayMs,
    statusBefore,
    statusAfter,
    read: (fresh) => (stale === undefined ? fresh() : readStale(stale, at, fresh)),
  };
}

async function readStale(
  one: Active,
  at: { readonly target: FaultTarget; readonly now: () => number },
  fresh: () => Promise<Reply>,
): Promise<Reply> {
  if (one.fault.kind !== 'staleReads') return fresh();
  const { requests = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY } = one.fault;
  const key = `${at.target.reader} ${at.target.key}`;
  const old = one.seen.get(key);
  if (old !== undefined && old.served < requests && at.now() < old.atMs + forMs) {
    old.served += 1;
    one.struck += 1;
    return old.reply;
  }
  const reply = await fresh();
  one.seen.set(key, { reply, atMs: at.now(), served: 0 });
  return reply;
}

/** `git-receive-pack` and the like by name; `POST /x/:y` by method and path; `*` is everything. */
function matcherOf(on: string): (name: string) => boolean {
  if (on === '*') return () => true;
  const [method, path] = on.split(' ', 2);
  if (path === undefined || !path.startsWith('/')) return (name) => name === on;
  const pattern = compilePattern(path);
  return (name) => {
    const [itsMethod, itsPath] = name.split(' ', 2);
    return (
      itsPath !== undefined && (method === '*' || method === itsMethod) && pattern.test(itsPath)
    );
  };
}

const gitNames = [
  'git-upload-pack',
  'git-upload-pack refs',
  'git-receive-pack',
  'git-receive-pack refs',
];

function check(fault: Fault): void {
  const wrong = (reason: string): Error => forgeError('forge_config', `fault: ${reason}`);
  const { on, probability = 1, count = 1 } = fault;
  const isRoute = /^(\*|[A-Z]+) \/\S*$/.test(on);
  if (on !== '*' && !isRoute && !gitNames.includes(on)) throw wrong(`nothing is called ${on}`);
  if (!(probability >= 0 && probability <= 1)) throw wrong('probability must be from 0 to 1');
  if (!Number.isInteger(count) || count < 0) throw wrong('count must be a whole number');
  if (fault.kind === 'status' && !(fault.status >= 400 && fault.status <= 599)) {
    throw wrong('status must be from 400 to 599');
  }
  if (fault.kind === 'delay' && !(fault.delayMs >= 0)) throw wrong('delayMs must not be negative');
}
