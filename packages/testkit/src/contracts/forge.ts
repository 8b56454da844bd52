/**
 * What every `Forge` promises. The suite acts as a person beside it through `ForgePerson`, waits
 * for a state wherever reads may lag, and uses nothing of the machine: so it runs in the same form
 * against the embedded forge, the simulated one and github.com.
 */
import type { Forge } from '@bzzz/coordination';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockPush } from './forge-commits.ts';
import { describeForgeBranches, describeForgeGit, describeForgeObjects } from './forge-git.ts';
import { describeForgeHistory } from './forge-history.ts';
import { describeForgeIssues } from './forge-issues.ts';
import { codeOf, type ForgeStage, labels } from './forge-stage.ts';
import { describeForgeReview, describeForgeReviewed } from './forge-review.ts';
import type { ForgeSubject } from './forge-subject.ts';
import { describeForgeOutsider, describeForgeVisible } from './forge-visible.ts';

export type { ForgePerson, ForgeSubject } from './forge-subject.ts';

export interface ForgeContractOptions {
  /** How long reads may show what was before. Default 5000. */
  readonly lagMs?: number;
  /** One test, making and disposing of its subject included. Default: that of the runner. */
  readonly testTimeoutMs?: number;
  /** Whether the subject has an outsider. Default true. */
  readonly outsider?: boolean;
  /**
   * Whether there are git objects besides the commits of lock branches. A forge without a mirror
   * cannot miss a result in it. Default true.
   */
  readonly objects?: boolean;
  /** Whether people review pull requests there, and checks and bases are more than a word. Default true. */
  readonly reviews?: boolean;
}

export function describeForgeContract(
  name: string,
  makeSubject: () => Promise<ForgeSubject>,
  options: ForgeContractOptions = {},
): void {
  const lagMs = options.lagMs ?? 5_000;
  const timeout = options.testTimeoutMs;
  describe(`forge contract: ${name}`, timeout === undefined ? {} : { timeout }, () => {
    let subject: ForgeSubject;
    let forge: Forge;
    const stage: ForgeStage = {
      get subject() {
        return subject;
      },
      get forge() {
        return forge;
      },
      get repo() {
        return subject.repo;
      },
      get person() {
        return subject.person;
      },
      openIssue: (title = 'Something to do') =>
        subject.person.openIssue({ title, body: 'recipe: format', labels }),
      // A forge that lags for long is a remote one, which is not to be asked too often.
      timing: { timeout: lagMs, interval: Math.max(50, lagMs / 60) },
    };

    beforeEach(async () => {
      subject = await makeSubject();
      forge = await subject.client();
    }, timeout);
    afterEach(async () => {
      await subject.dispose();
    }, timeout);

    describeForgeIssues(stage);
    describeForgeHistory(stage);
    describeForgeGit(stage);
    describeForgeBranches(stage);
    if (options.objects ?? true) describeForgeObjects(stage);
    describeForgeVisible(stage);
    describeForgeReview(stage);
    if (options.reviews ?? true) describeForgeReviewed(stage);
    if (options.outsider ?? true) describeForgeOutsider(stage);
    describeCancelling(stage);
  });
}

function describeCancelling(stage: ForgeStage): void {
  it('stops at once when it is cancelled', async () => {
    const { forge, repo, person } = stage;
    const number = await stage.openIssue();
    const signal = AbortSignal.abort();
    const lock = lockPush({ repo, number });
    const calls = [
      forge.readIssue(repo, number, { signal }),
      forge.readHistory(repo, number, { signal }),
      forge.readRemarks(repo, number, { signal }),
      forge.readReview(repo, number, { signal }),
      forge.markDraft(repo, number, { signal }),
      forge.pollIssues(repo, null, { signal }),
      forge.readBase(repo, { signal }),
      forge.readFence(repo, number, { signal }),
      forge.push(repo, { number, lock }, { signal }),
      forge.assign(repo, number, { signal }),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'aborted'));
    expect((await person.branches()).has(`bzzz/lock/${number}`)).toBe(false);
  });
}
