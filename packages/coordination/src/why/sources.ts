import type { Capabilities, TaskId } from '@bzzz/protocol';
import type { Contest } from '../contest/contest.ts';
import type { Forfeit } from '../fence/forfeit.ts';
import type { Membership } from '../membership/membership.ts';
import type { Pause } from '../pause/pause.ts';
import type { Offer } from '../peer/options.ts';
import type { ViewSources } from '../peer/view.ts';
import type { Workforce } from '../peer/workforce.ts';
import type { Clock } from '../ports/index.ts';
import type { Spending } from '../spend/spending.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Book, TaskEntry } from '../task/book.ts';
import type { WatchView } from '../watching/watch.ts';

/** What this peer knows when somebody asks why. */
type Unasked = 'attemptsRest' | 'isMember' | 'quarantined' | 'quarantinedMembers';

export interface WhySources extends Omit<ViewSources, Unasked> {
  readonly self: Capabilities;
  readonly stopping: boolean;
  /** Why this machine may not execute anything; null: it may. */
  readonly unable: string | null;
  /** Why executors are not offered now, by name, as far as that is known. */
  readonly unready: Readonly<Record<string, string>>;
  /** Who wants nothing new begun here; null: nobody. */
  readonly paused: 'self' | 'mesh' | null;
  /** Tasks in our slots, bids among them. */
  readonly active: readonly TaskId[];
  readonly activity: (task: TaskId) => 'none' | 'bidding' | 'driving';
  /** Monotonic time of our turn; null: none is fixed. */
  readonly turnAtMs: (task: TaskId) => number | null;
  readonly forfeited: (entry: TaskEntry) => boolean;
}

interface Knowing {
  readonly clock: Clock;
  readonly trouble: Trouble;
  readonly membership: Membership;
  readonly book: Book;
  readonly workforce: Workforce;
  readonly contest: Contest;
  readonly claims: Forfeit;
  readonly pause: Pick<Pause, 'current'>;
  readonly spending: Pick<Spending, 'capReached'>;
  readonly watches: () => readonly WatchView[];
  readonly offer: () => Offer;
}

/** The parts of a peer as they stand now. */
export function whySourcesOf(
  {
    clock,
    trouble,
    membership,
    book,
    workforce,
    contest,
    claims,
    pause,
    spending,
    watches,
    offer,
  }: Knowing,
  self: Capabilities,
  stopping: boolean,
): WhySources {
  const active = workforce.active();
  return {
    self,
    stopping,
    unable: offer().unable ?? null,
    unready: offer().unready ?? {},
    paused: pause.current(),
    spendCap: spending.capReached(),
    active,
    members: membership.all(),
    tasks: book.all(),
    watches: watches(),
    troubles: trouble.recent(),
    nowMs: clock.monotonicMs(),
    activity(task) {
      if (workforce.driving(task)) return 'driving';
      return active.includes(task) ? 'bidding' : 'none';
    },
    turnAtMs: contest.turnAtMs,
    forfeited: claims.forfeited,
  };
}
