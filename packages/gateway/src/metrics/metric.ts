/** One metric: what it is called and how it is read from what the peer tells anyway. */
import type { Figures } from '@bzzz/peer';
import type { HealthAnswer, PeerAnswer, StatusAnswer } from '@bzzz/protocol/api';

export interface Facts {
  readonly status: StatusAnswer;
  readonly peers: readonly PeerAnswer[];
  readonly health: HealthAnswer;
  readonly figures: Figures;
  /** Peers that are set aside. */
  readonly quarantined: number;
  /** Wall clock. */
  readonly nowMs: number;
}

type Counts = ReadonlyMap<string, number> | Readonly<Record<string, number>>;

/** A figure; or one for each value of its label, of several labels with blanks between. Null: not known, and not told. */
type Reading = number | null | Counts;

export interface Metric {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  /** In the order in which the keys of a reading have them. */
  readonly labels: readonly string[];
  readonly read: (facts: Facts) => Reading;
}

export function gauge(
  name: string,
  help: string,
  read: Metric['read'],
  ...labels: readonly string[]
): Metric {
  return { kind: 'gauge', name, help, read, labels };
}

export function counter(...[name, help, read, ...labels]: Parameters<typeof gauge>): Metric {
  return { kind: 'counter', name, help, read, labels };
}

/** Also those of which there are none: a series that comes and goes is hard to read. */
export function filled(values: readonly string[], counts: Counts): Record<string, number> {
  const known = counts instanceof Map ? Object.fromEntries(counts) : counts;
  return { ...Object.fromEntries(values.map((value) => [value, 0])), ...known };
}

export function countBy<T>(
  values: readonly string[],
  items: readonly T[],
  valueOf: (item: T) => string,
): Record<string, number> {
  return Object.fromEntries(
    values.map((value) => [value, items.filter((item) => valueOf(item) === value).length]),
  );
}

/** As Prometheus says yes and no. */
export function flag(is: boolean): number {
  return is ? 1 : 0;
}
