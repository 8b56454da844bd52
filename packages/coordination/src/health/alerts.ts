/**
 * Alerts with hysteresis: what goes up and down around a threshold raises one alert, not many, and each ends by
 * itself. Pure: a sample and the time in, the new state and what is news out.
 */
import type { Measure, Rule, Sample } from './rules.ts';

export interface Alert {
  readonly measure: Measure;
  readonly sinceMs: number;
  /** When it was raised, and now. */
  readonly raisedValue: number;
  readonly value: number;
  readonly rule: Rule;
}

/** Per rule: the alert that stands, and since when the measure says the contrary of what stands. */
interface Standing {
  readonly alert: Alert | null;
  readonly contrarySinceMs: number | null;
}

export type AlertState = ReadonlyMap<Measure, Standing>;

export interface AlertNews {
  readonly kind: 'raised' | 'ended';
  readonly alert: Alert;
}

/** What stood when an earlier run ended, so that it ends or goes on, and is not raised a second time. */
export interface Stood {
  readonly measure: string;
  /** Since when, on the clock of this run: before it began. */
  readonly sinceMs: number;
  readonly value: number;
}

export function recalled(rules: readonly Rule[], stood: readonly Stood[]): AlertState {
  const state = new Map<Measure, Standing>();
  for (const { measure, sinceMs, value } of stood) {
    const rule = rules.find((one) => one.measure === measure);
    if (rule === undefined) continue;
    const alert = { measure: rule.measure, sinceMs, raisedValue: value, value, rule };
    state.set(rule.measure, { alert, contrarySinceMs: null });
  }
  return state;
}

export function judge(
  rules: readonly Rule[],
  before: AlertState,
  sample: Sample,
  nowMs: number,
): { readonly state: AlertState; readonly news: readonly AlertNews[] } {
  const state = new Map<Measure, Standing>();
  const news: AlertNews[] = [];
  for (const rule of rules) {
    const standing = before.get(rule.measure) ?? { alert: null, contrarySinceMs: null };
    const value = sample[rule.measure];
    const next = value === null ? standing : step(rule, standing, { value, nowMs });
    state.set(rule.measure, next);
    if (standing.alert === null && next.alert !== null) {
      news.push({ kind: 'raised', alert: next.alert });
    }
    if (standing.alert !== null && next.alert === null) {
      news.push({ kind: 'ended', alert: { ...standing.alert, value: value ?? 0 } });
    }
  }
  return { state, news };
}

function step(
  rule: Rule,
  { alert, contrarySinceMs }: Standing,
  { value, nowMs }: { readonly value: number; readonly nowMs: number },
): Standing {
  const isContrary = alert === null ? value >= rule.raiseAt : value < rule.endAt;
  const shown = alert && { ...alert, value };
  if (!isContrary) return { alert: shown, contrarySinceMs: null };
  const sinceMs = contrarySinceMs ?? nowMs;
  if (nowMs - sinceMs < rule.holdMs) return { alert: shown, contrarySinceMs: sinceMs };
  if (alert !== null) return { alert: null, contrarySinceMs: null };
  const raised = { measure: rule.measure, sinceMs, raisedValue: value, value, rule };
  return { alert: raised, contrarySinceMs: null };
}

export function standingAlerts(state: AlertState): Alert[] {
  return [...state.values()].flatMap(({ alert }) => alert ?? []);
}

/** `memory is at 91 %`, `its process waits 1,200 ms for its turn` */
export function alertText({ measure, value }: Pick<Alert, 'measure' | 'value'>): string {
  if (measure === 'lagMs') return `its process waits up to ${Math.round(value)} ms for its turn`;
  const names = { cpu: 'the CPU', memory: 'memory', disk: 'the disk' };
  return `${names[measure]} is at ${Math.floor(value * 100)} %`;
}
