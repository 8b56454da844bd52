/**
 * How this machine is: samples are judged, alerts journalled, and what may help is tried, seldom and with a record
 * of each try. What is short is no reason to stop: a peer that is slow is still one that works.
 */
import { type EntryBody, limits, reasonOf } from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';
import { sleep } from '../support/sleep.ts';
import {
  type Alert,
  type AlertNews,
  type AlertState,
  alertText,
  judge,
  recalled,
  standingAlerts,
  type Stood,
} from './alerts.ts';
import { type Action, actions, rules, type Sample } from './rules.ts';

export type HealthEntry = Extract<EntryBody, { kind: 'health.alert' | 'health.healed' }>;

export interface HealthDeps {
  readonly clock: Clock;
  /** What an earlier run had raised and not ended; absent: nothing. */
  readonly stood?: readonly Stood[];
  /** One look at the machine. */
  readonly measure: () => Promise<Sample>;
  /** What each action does; resolves with what came of it, in words; null: there was nothing to do. */
  readonly healers: Readonly<Record<Action, () => Promise<string | null>>>;
  /** Whether others are known and none is connected. */
  readonly isCutOff: () => boolean;
  /** Why this peer cannot do its work at all, for people; null: it can. */
  readonly fault: () => string | null;
  readonly record: (entry: HealthEntry) => Promise<unknown>;
  readonly onNews: (news: AlertNews) => void;
  readonly onTrouble: (error: unknown) => void;
}

interface Healing {
  readonly atMs: number;
  /** `restart-worker` is done where the workers are, and only told here. */
  readonly action: Action | 'restart-worker';
  readonly outcome: 'done' | 'nothing' | 'failed';
  readonly reason: string;
}

export interface HealthView {
  readonly state: 'online' | 'limited' | 'error';
  /** The latest, newest last; empty before the first look. */
  readonly samples: readonly (Sample & { readonly atMs: number })[];
  /** Their `sinceMs` by the wall clock. */
  readonly alerts: readonly Alert[];
  readonly healings: readonly Healing[];
  readonly fault: string | null;
}

export interface Health {
  view(): HealthView;
  /** Tries all that may help, now. */
  heal(): Promise<readonly Healing[]>;
  /** Something was healed elsewhere: it stands among the others from now on, with its record. */
  note(healing: Omit<Healing, 'atMs'>): Promise<void>;
  stop(): void;
}

const sampleMs = 5_000;
/** Ten minutes. */
const samplesMax = 120;
const healingsMax = 50;
/** Between two tries of one action: what did not help just now will hardly help again. */
const healAgainMs = 600_000;

export function startHealth(deps: HealthDeps): Health {
  const { clock, healers, record } = deps;
  const stopping = new AbortController();
  const samples: (Sample & { atMs: number })[] = [];
  const healings: Healing[] = [];
  const triedMs = new Map<Action, number>();
  let state: AlertState = recalled(rules, deps.stood ?? []);

  async function look(): Promise<void> {
    const sample = await deps.measure();
    samples.push({ ...sample, atMs: clock.wallMs() });
    if (samples.length > samplesMax) samples.shift();
    const judged = judge(rules, state, sample, clock.monotonicMs());
    ({ state } = judged);
    for (const news of judged.news) await tell(news);
    if (deps.isCutOff() && isDue('reconnect')) await tryTo('reconnect');
    for (const { rule } of standingAlerts(state)) {
      if (rule.action !== null && isDue(rule.action)) await tryTo(rule.action);
    }
  }

  async function tell(news: AlertNews): Promise<void> {
    const { kind, alert } = news;
    deps.onNews(news);
    await record({
      kind: 'health.alert',
      alert: alert.measure,
      state: kind,
      value: alert.value,
      reason: alertText(alert),
    });
  }

  function isDue(action: Action): boolean {
    const last = triedMs.get(action);
    return last === undefined || clock.monotonicMs() - last >= healAgainMs;
  }

  async function tryTo(action: Action): Promise<Healing> {
    triedMs.set(action, clock.monotonicMs());
    return keep({ action, ...(await attempt(healers[action])) });
  }

  async function keep(done: Omit<Healing, 'atMs'>): Promise<Healing> {
    const healing = { atMs: clock.wallMs(), ...done };
    healings.push(healing);
    if (healings.length > healingsMax) healings.shift();
    await record({ kind: 'health.healed', ...done });
    return healing;
  }

  async function run(): Promise<void> {
    for (;;) {
      await look().catch((error: unknown) => {
        if (!stopping.signal.aborted) deps.onTrouble(error);
      });
      await sleep(clock, sampleMs, stopping.signal);
    }
  }

  run().catch((error: unknown) => {
    if (!stopping.signal.aborted) deps.onTrouble(error);
  });
  return {
    view() {
      // As people tell times; what is measured lasts by the other clock, which nobody sets.
      const epochMs = clock.wallMs() - clock.monotonicMs();
      const alerts = standingAlerts(state).map((alert) => ({
        ...alert,
        sinceMs: epochMs + alert.sinceMs,
      }));
      const fault = deps.fault();
      const short = alerts.length > 0 ? ('limited' as const) : ('online' as const);
      return {
        state: fault === null ? short : 'error',
        samples: [...samples],
        alerts,
        healings: [...healings],
        fault,
      };
    },
    async heal() {
      const tried: Healing[] = [];
      for (const action of actions) tried.push(await tryTo(action));
      return tried;
    },
    async note(healing) {
      await keep(healing);
    },
    stop: () => stopping.abort(),
  };
}

async function attempt(
  healer: () => Promise<string | null>,
): Promise<Pick<Healing, 'outcome' | 'reason'>> {
  try {
    const said = await healer();
    return said === null ? { outcome: 'nothing', reason: '' } : { outcome: 'done', reason: said };
  } catch (error) {
    return { outcome: 'failed', reason: reasonOf(error).slice(0, limits.reasonCharsMax) };
  }
}
