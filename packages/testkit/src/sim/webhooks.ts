/**
 * Webhooks of the virtual forge: what people do is told to some peers a moment later, and makes them look at once.
 * Those that hear of the first of two changes read it within the second that both have as their time.
 */
import type { Coordinator } from '@bzzz/coordination';
import type { RepoName } from '@bzzz/protocol';
import type { History } from './history.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import type { Sights } from './sights.ts';
import type { Timeline } from './timeline.ts';

export interface WebhookDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly history: History;
  readonly sights: Sights;
  readonly peers: () => readonly {
    readonly process: Process | null;
    readonly coordinator: Coordinator | null;
  }[];
}

/** In half of all runs nobody has set any up. */
export function tellByWebhooks(deps: WebhookDeps, repo: RepoName): void {
  const { timeline, random, history, sights } = deps;
  const share = random.chance(0.5) ? random.unit() : 0;
  history.onEvent((event) => {
    if (event.kind !== 'people') return;
    for (const { process, coordinator } of deps.peers()) {
      if (process === null || coordinator === null || !random.chance(share)) continue;
      timeline.after(random.between(5, 700), () => {
        sights.count('webhook');
        process.enter(() => coordinator.lookNow(repo));
      });
    }
  });
}
