/** A day in virtual time, on the coordinators of production: what it leaves, and what grew. */
import { type DayLook, playDay } from '@bzzz/testkit';
import type { SoakVerdict } from './verdict.ts';
import { trendOf, trendText } from './trend.ts';

export interface SimulatedSoakOptions {
  readonly seed: number;
  readonly hours: number;
  readonly peers: number;
  readonly tell?: (sentence: string) => void;
}

const EVERY_MS = 6 * 60_000;
/** What may come and go: a peer that works has more to wait for than one that rests. */
const waitingSlackOfPeer = 16;
const openSlackOfPeer = 4;
/** Entries of an issue may differ by so much between the halves. */
const journalRatioMax = 1.25;

export async function simulatedSoak({
  seed,
  hours,
  peers,
  tell = () => undefined,
}: SimulatedSoakOptions): Promise<SoakVerdict> {
  const looks: DayLook[] = [];
  const heapMib: number[] = [];
  const { filed, left, hash } = await playDay({
    seed,
    hours,
    peers,
    everyMs: EVERY_MS,
    onLook(look) {
      looks.push(look);
      heapMib.push(process.memoryUsage().heapUsed / 2 ** 20);
      if (looks.length % 12 === 0)
        tell(`${Math.round(look.atMs / 3_600_000)} h: ${look.done} done`);
    },
  });
  const trend = (name: 'waiting' | 'open', slack: number) => ({
    name,
    found: trendOf(
      looks.map((look) => ({ atMs: look.atMs, value: look[name] })),
      slack,
    ),
  });
  const trends = [
    trend('waiting', waitingSlackOfPeer * peers),
    trend('open', openSlackOfPeer * peers),
  ];
  const journal = journalOf(looks.filter(({ atMs }) => atMs <= (hours - 1) * 3_600_000));
  const lines = [
    `seed ${seed}: ${filed} issues in ${hours} virtual hours, ${left.length} left, trace ${hash}`,
    ...trends.map(({ name, found }) => trendText(name, found)),
    journal.line,
    `heap with all journals and the forge: ${heapMib.map(Math.round).join(' ')} MiB`,
  ];
  const problems = [
    ...(left.length === 0 ? [] : [`not ended: ${left.map((number) => `#${number}`).join(' ')}`]),
    ...trends.flatMap(({ name, found }) => (found.isSteady ? [] : trendText(name, found))),
    ...(journal.isBounded ? [] : [journal.line]),
  ];
  return { lines, problems };
}

/** With each issue all journals grow by about as much early as late; the last hour is without issues. */
function journalOf(looks: readonly DayLook[]): { line: string; isBounded: boolean } {
  const nothing = { entries: 0, done: 0 };
  const half = looks[Math.floor(looks.length / 2)] ?? nothing;
  const end = looks.at(-1) ?? nothing;
  const first = half.entries / Math.max(1, half.done);
  const second = (end.entries - half.entries) / Math.max(1, end.done - half.done);
  return {
    line: `journals: ${end.entries} entries; ${first.toFixed(1)} an issue, later ${second.toFixed(1)}`,
    isBounded: second <= journalRatioMax * first,
  };
}
