/**
 * What this machine has to offer, looked for at start and then every few minutes, or when somebody
 * asks for it. Events go one way: looks change what is known, and when the offer is another than
 * before, `onChange` is told. Attempts that run are never touched: only what may begin changes.
 */
import type { Clock, Offer, Random } from '@bzzz/coordination';
import { probeSandbox } from '@bzzz/execution';
import type { Config, Gpu } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';
import { type Disk, diskAt } from '../system/disk.ts';
import { findGpus } from '../system/gpus.ts';
import { describeMachine } from '../system/machine.ts';
import { type Slots, slotsOf } from '../system/slots.ts';
import { findTools } from '../tools.ts';
import type { Clis } from '../wiring/clis.ts';
import type { Models } from '../wiring/models.ts';
import { createLook, type Look } from './look.ts';

export interface SurveyDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly models: Models;
  readonly clis: Clis;
}

export interface Survey {
  offer(): Offer;
  slots(): Slots;
  /** Whether anything may begin here at all. */
  isAble(): boolean;
  /** Why the sandbox that is required is not there; null: it is, or the operator wants none. */
  sandboxMissing(): string | null;
  state(): SurveyState;
  /** Looks now; one that is under way is waited for and not doubled. Never throws. */
  refresh(): Promise<void>;
  /** Told after each look that changed what is offered. */
  onChange(listener: () => void): void;
  /** Resolves when no look is under way. */
  stop(): Promise<void>;
}

export interface SurveyState {
  readonly lookedAtMs: number;
  /** Looks that failed last; what they saw before still counts. */
  readonly failures: readonly { readonly what: string; readonly reason: string }[];
}

/** A driver, a server or a disk that hangs costs so much of one look. */
const lookMs = 15_000;
/** Several tools are started one after the other, and `node` starts slowly on a small machine. */
const clisMs = 120_000;
/** A start waits no longer for those that may be slow; what is found later is offered later. */
const firstMs = 5_000;

interface SandboxSeen {
  readonly kind: Offer['sandbox'];
  readonly missing: string | null;
}

/** Resolves after the first look, or when that takes long. */
export async function startSurvey(deps: SurveyDeps, config: Config): Promise<Survey> {
  const { clock, random, logger, models, clis } = deps;
  const { work, dataDir } = config;
  const stopping = new AbortController();
  const at = { timeoutMs: lookMs };
  const sandbox = createLook<SandboxSeen>({
    ...at,
    name: 'sandbox',
    first: { kind: 'none', missing: work.sandbox === 'off' ? null : 'not looked for yet' },
    ask: (signal) => seeSandbox(work, signal),
  });
  const tools = createLook<readonly string[]>({
    ...at,
    name: 'tools',
    first: [],
    ask: async () => findTools(work),
  });
  const disk = createLook<Disk | null>({
    ...at,
    name: 'disk',
    first: null,
    ask: () => diskAt(dataDir),
  });
  const gpus = createLook<readonly Gpu[]>({
    ...at,
    name: 'graphics cards',
    first: [],
    ask: (signal) => findGpus({ signal }),
  });
  const quick: readonly Look<unknown>[] = [sandbox, tools, disk, gpus];
  const slow: readonly Look<unknown>[] = [
    createLook({ ...at, name: 'models', first: undefined, ask: models.look }),
    createLook({ name: 'coding tools', first: undefined, timeoutMs: clisMs, ask: clis.look }),
  ];
  const looks = [...quick, ...slow];

  const listeners: (() => void)[] = [];
  let told = '';
  /** Said once, and not with every look. */
  let warned = new Map<string, string>();
  let lookedAtMs = clock.monotonicMs();

  function slots(): Slots {
    const { cores, memoryBytes } = describeMachine(gpus.current());
    const diskFreeBytes = disk.current()?.freeBytes ?? null;
    const capacity = { cores, memoryBytes, diskFreeBytes, gpus: gpus.current().length };
    return slotsOf(work, capacity, { hasClis: Object.keys(clis.cli).length > 0 });
  }

  function isAble(): boolean {
    return sandbox.current().missing === null && slots().count > 0;
  }

  function offer(): Offer {
    const { kind, missing } = sandbox.current();
    return {
      slots: missing === null ? slots().count : 0,
      tools: tools.current(),
      sandbox: kind,
      machine: describeMachine(gpus.current()),
      unable: work.slots === 0 ? null : missing,
    };
  }

  /** What others are told of it; which models and tools there are stands in their executors. */
  function print(): string {
    const offered = { ...offer(), models: models.ollama?.models?.(), ready: clis.ready() };
    return JSON.stringify(offered);
  }

  async function lookAtAll(): Promise<void> {
    await Promise.all(looks.map((look) => look.again(stopping.signal)));
    if (stopping.signal.aborted) return;
    lookedAtMs = clock.monotonicMs();
    for (const { what, reason } of failures()) {
      if (warned.get(what) === reason) continue;
      logger.warn('a look failed; what was known stands', { what, reason });
    }
    warned = new Map(failures().map(({ what, reason }) => [what, reason]));
    tellChange();
  }

  function failures() {
    return looks.flatMap(({ name: what, failure }) => {
      const reason = failure();
      return reason === null ? [] : [{ what, reason }];
    });
  }

  function tellChange(): void {
    const now = print();
    if (now === told) return;
    const { missing } = sandbox.current();
    if (missing !== null) logger.warn('nothing is executed here', { reason: missing });
    const { count, because } = slots();
    logger.info('what is offered changed', { slots: count, because });
    told = now;
    for (const listener of listeners) listener();
  }

  let current: Promise<void> | undefined;
  function refresh(): Promise<void> {
    current ??= lookAtAll().finally(() => (current = undefined));
    return current;
  }

  let cancel = () => {};
  function lookLater(): void {
    const delayMs = work.refreshMs * (0.8 + 0.4 * random.unit());
    cancel = clock.after(delayMs, () => {
      void refresh().finally(() => {
        if (!stopping.signal.aborted) lookLater();
      });
    });
  }

  const { promise: patience, resolve } = Promise.withResolvers<void>();
  const cancelPatience = clock.after(firstMs, resolve);
  await Promise.race([refresh(), patience]);
  cancelPatience();
  tellChange();
  lookLater();

  return {
    offer,
    slots,
    isAble,
    refresh,
    sandboxMissing: () => sandbox.current().missing,
    state: () => ({
      lookedAtMs,
      failures: failures(),
    }),
    onChange: (listener) => void listeners.push(listener),
    async stop() {
      stopping.abort();
      cancel();
      await current;
    },
  };
}

/** Really starts something in it. That there is none is something seen, and no failed look. */
async function seeSandbox(work: Config['work'], signal: AbortSignal): Promise<SandboxSeen> {
  if (work.sandbox === 'off') return { kind: 'none', missing: null };
  const probe = await probeSandbox({ signal });
  signal.throwIfAborted();
  return probe.usable
    ? { kind: 'bubblewrap', missing: null }
    : { kind: 'none', missing: probe.reason };
}
