/** A day in virtual time, on the coordinators of production: what it leaves, and what grew. */
import { type DayLook, playDay } from '@bzzz/testkit';
import { journalGrowth } from './journal-growth.ts';
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
/** In the last hour nobody files anything, and all comes to its end: what grows with the work rests. */
const RESTING_HOURS = 1;

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
  const working = looks.filter(({ atMs }) => atMs <= (hours - RESTING_HOURS) * 3_600_000);
  const trend = (name: 'waiting' | 'open', slack: number) => ({
    name,
    found: trendOf(
      working.map((look) => ({ atMs: look.atMs, value: look[name] })),
      slack,
    ),
  });
  const trends = [
    trend('waiting', waitingSlackOfPeer * peers),
    trend('open', openSlackOfPeer * peers),
  ];
  const nothing = { entries: 0, done: 0 };
  const half = working[Math.floor(working.length / 2)];
  const end = working.at(-1);
  if (half === undefined || end === undefined) throw new Error('it was not looked at');
  const journal = journalGrowth({ begin: nothing, half, end });
  const lines = [
    `seed ${seed}: ${filed} issues in ${hours} virtual hours, ${left.length} left, trace ${hash}`,
    ...trends.map(({ name, found }) => trendText(name, found)),
    journal.line,
    `heap with all journals and the forge: ${heapMib.map(Math.round).join(' ')} MiB`,
  ];
  const problems = [
    ...(left.length === 0 ? [] : [`not ended: ${left.map((number) => `#${number}`).join(' ')}`]),
    ...trends.flatMap(({ name, found }) => (found.isSteady ? [] : trendText(name, found))),
    ...(journal.isProblem ? [journal.line] : []),
  ];
  return { lines, problems };
}
