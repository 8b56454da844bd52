/**
 * Looks at every repository of this peer: for issues as they change, for what is said of results, and for
 * branches to tidy up.
 */
import {
  type Issue,
  type PeerId,
  type RepoName,
  type TaskId,
  taskParts,
  type Timing,
} from '@bzzz/protocol';
import { startTidy, type TidyDeps, type TidyOptions } from '../tidying/tidy.ts';
import {
  type Reviews,
  type ReviewsDeps,
  type ReviewsOptions,
  startReviews,
} from '../watching/reviews.ts';
import {
  startWatch,
  type Watch,
  type WatchDeps,
  type WatchOptions,
  type WatchView,
} from '../watching/watch.ts';

export interface LookoutOptions
  extends Omit<WatchOptions, 'repo' | 'pollMs' | 'lagMs' | 'live'>,
    Omit<TidyOptions, 'repo' | 'tidyMs' | 'keepMs' | 'isWatcher' | 'isMerged' | 'onExplained'>,
    Pick<ReviewsOptions, 'tasks'> {
  readonly reworks: Pick<ReviewsOptions, 'onHint' | 'onQuiet' | 'onDone'>;
  readonly self: PeerId;
  readonly repositories: readonly RepoName[];
  /** The living peers that serve a repository, ourselves among them. */
  readonly serving: (repo: RepoName) => readonly PeerId[];
  readonly timing: Timing;
}

export interface Lookout {
  lookNow(repo: RepoName): void;
  /** Peers disagree on how an issue stands: whoever watches its repository reads it once more, and tells all. */
  doubt(task: TaskId): void;
  views(): readonly WatchView[];
  stop(): void;
}

export function startLookout(
  deps: WatchDeps & TidyDeps & ReviewsDeps,
  options: LookoutOptions,
): Lookout {
  const { repositories, timing } = options;
  const watches: Watch[] = [];
  const tidies: (() => void)[] = [];
  const reviews = new Map<RepoName, Reviews>();
  for (const repo of repositories) {
    const live = () => options.serving(repo);
    const watch = startWatch(deps, { ...options, ...timing, repo, live });
    const isWatcher = () => watch.view().role === 'watcher';
    watches.push(watch);
    const onExplained = (issue: Issue) => watch.judge(issue);
    const about = { ...options, ...timing, repo, isWatcher };
    const review = startReviews(deps, { ...about, ...options.reworks, live });
    reviews.set(repo, review);
    const { isMerged } = review;
    tidies.push(startTidy(deps, { ...about, isMerged, onExplained }));
  }
  return {
    lookNow(repo) {
      reviews.get(repo)?.lookNow();
      for (const watch of watches) if (watch.view().repo === repo) watch.lookNow();
    },
    doubt(task) {
      const { repo, number } = taskParts(task);
      const isOurs = watches.some(({ view }) => view().repo === repo && view().role === 'watcher');
      if (isOurs) deps.blockersOf(repo).doubt(number);
    },
    views: () => watches.map((watch) => watch.view()),
    stop() {
      for (const watch of watches) watch.stop();
      for (const stop of tidies) stop();
      for (const review of reviews.values()) review.stop();
    },
  };
}
