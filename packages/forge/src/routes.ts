import type { Accounts } from './accounts.ts';
import { installationRoutes } from './apps/apps.ts';
import { branchRoutes } from './gitdata/branches.ts';
import { checkRunRoutes } from './gitdata/check-runs.ts';
import { commitRoutes } from './gitdata/commits.ts';
import { contentRoutes } from './gitdata/contents.ts';
import { objectRoutes } from './gitdata/objects.ts';
import { refRoutes } from './gitdata/refs.ts';
import { statusRoutes } from './gitdata/statuses.ts';
import { pageRoutes } from './http/pages.ts';
import type { Route } from './http/router.ts';
import { assigneeRoutes } from './tracker/assignees.ts';
import { collaboratorRoutes } from './tracker/collaborators.ts';
import { commentRoutes } from './tracker/comments.ts';
import { eventRoutes } from './tracker/events.ts';
import { issueRoutes } from './tracker/issues.ts';
import { labelRoutes } from './tracker/labels.ts';
import { mergeRoutes } from './tracker/merge.ts';
import { lineCommentRoutes } from './tracker/line-comments.ts';
import { pullRoutes } from './tracker/pulls.ts';
import { repoRoutes } from './tracker/repos.ts';
import { reviewRoutes } from './tracker/reviews.ts';
import type { World } from './world.ts';

/** Everything that the forge serves itself; the first pattern that fits wins. */
export function forgeRoutes(world: World, accounts: Accounts, flush: () => Promise<void>): Route[] {
  return [
    ...installationRoutes(world, accounts),
    // Before the issues themselves: `issues/comments` is not an issue's number.
    ...commentRoutes(world),
    ...eventRoutes(world),
    ...labelRoutes(world),
    ...assigneeRoutes(world),
    ...issueRoutes(world),
    ...mergeRoutes(world, flush),
    // Before the pull requests themselves: `pulls/comments` is not the number of one.
    ...lineCommentRoutes(world),
    ...reviewRoutes(world),
    ...pullRoutes(world),
    ...refRoutes(world),
    ...branchRoutes(world),
    ...statusRoutes(world),
    ...checkRunRoutes(world),
    ...commitRoutes(world),
    ...objectRoutes(world),
    ...contentRoutes(world),
    ...collaboratorRoutes(world),
    ...repoRoutes(world),
    // Last: `/:owner/:repo/issues` also fits paths of the API.
    ...pageRoutes(world),
  ];
}
