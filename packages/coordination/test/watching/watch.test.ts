import { Account, type TaskHint, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { pollPauseMs, watchRole } from '../../src/watching/roles.ts';
import { startWatch } from '../../src/watching/watch.ts';
import { createDraws, peerOf } from '../support/identity.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryForge, errorOf, issueOf, repo } from '../support/memory-forge.ts';
import { bodySha256, createStand, lagMs, task } from '../support/stand.ts';

const pollMs = 15_000;

/** Peers that all watch one repository at one forge. */
function watchers(count: number, policy: string | null = createMemoryForge().policy) {
  const clock = createManualClock();
  const forge = createMemoryForge();
  forge.policy = policy;
  const live = Array.from({ length: count }, (_, index) => peerOf(index + 1));
  const hints: TaskHint[] = [];
  const known = new Set<TaskId>();
  const fence: Account[] = [];
  const stands = live.map((_, index) => createStand(index + 1, { clock, forge }));
  const watches = stands.map((stand, index) =>
    startWatch(
      { ...stand, random: createDraws(index) },
      {
        repo,
        self: stand.peer,
        pollMs,
        lagMs,
        live: () => live,
        fenceAccounts: async () => fence,
        meshAccounts: () => [],
        known: (one) => known.has(one),
        isTold: (_, updatedAtMs) =>
          hints.some((one) => one.kind === 'seen' && one.updatedAtMs >= updatedAtMs),
        onHint: (hint) => hints.push(hint),
      },
    ),
  );
  return { clock, forge, live, hints, known, fence, stands, watches };
}

const other = TaskId.parse('acme/widgets#8');

/** A watch over two issues, the first of which makes it ask for the fence, which may fail. */
function judging() {
  const stand = createStand();
  const { clock, forge } = stand;
  forge.file(issueOf({ assignees: ['bzzz-bot'] }));
  forge.file(issueOf({ number: 8 }));
  const hints: TaskHint[] = [];
  const fails: { error: Error | null } = { error: null };
  const watch = startWatch(stand, {
    repo,
    self: stand.peer,
    pollMs,
    lagMs,
    live: () => [stand.peer],
    meshAccounts: () => [],
    async fenceAccounts() {
      if (fails.error !== null) throw fails.error;
      return [Account.parse('bzzz-bot')];
    },
    known: () => false,
    isTold: () => false,
    onHint: (hint) => hints.push(hint),
  });
  return { stand, clock, hints, fails, watch };
}

describe('the roles of watching', () => {
  it('are one watcher and one standby, whoever looks', () => {
    const live = Array.from({ length: 50 }, (_, index) => peerOf(index));
    const roles = live.map((self) => watchRole(repo, self, live));
    expect(roles.filter((role) => role === 'watcher')).toHaveLength(1);
    expect(roles.filter((role) => role === 'standby')).toHaveLength(1);
    const watcher = live[roles.indexOf('watcher')];
    const standby = live[roles.indexOf('standby')] ?? peerOf(0);
    const without = live.filter((peer) => peer !== watcher);
    expect(watchRole(repo, standby, without)).toBe('watcher');
    expect(watchRole(repo, peerOf(0), [peerOf(0)])).toBe('watcher');
  });

  it('poll the slower, the more there are', () => {
    expect(pollPauseMs('watcher', pollMs, 100)).toBe(pollMs);
    expect(pollPauseMs('standby', pollMs, 100)).toBe(4 * pollMs);
    expect(pollPauseMs('fallback', pollMs, 100)).toBe(400 * pollMs);
  });
});

describe('the polls of a mesh', () => {
  it('are bounded by time, not by the number of peers', async () => {
    const perHour = async (peers: number) => {
      const { clock, forge, watches } = watchers(peers);
      await clock.advance(pollMs * 4);
      const before = forge.count('pollIssues');
      await clock.advance(3_600_000);
      for (const watch of watches) watch.stop();
      return forge.count('pollIssues') - before;
    };
    const [alone, many] = [await perHour(1), await perHour(100)];
    expect(alone).toBeGreaterThan(200);
    // Standby and fallbacks add half again, however many there are.
    expect(many).toBeLessThan(alone * 1.7);
    expect(many).toBeGreaterThan(alone);
  });

  it('end when the watch is stopped, in mid-pause too', async () => {
    const { clock, watches } = watchers(1);
    await clock.advance(1_000);
    for (const watch of watches) watch.stop();
    await clock.advance(0);
    expect(clock.waiting()).toBe(0);
  });

  it('come at once when somebody asks for it', async () => {
    const { clock, forge, watches } = watchers(1);
    await clock.advance(0);
    watches[0]?.lookNow();
    await clock.advance(0);
    expect(forge.count('pollIssues')).toBe(2);
    expect(watches[0]?.view()).toMatchObject({ role: 'watcher', polls: 2, answeredAtMs: 0 });
  });
});

describe('what a watcher tells', () => {
  it('is an eligible issue, once', async () => {
    const { clock, forge, hints } = watchers(1);
    forge.file(issueOf());
    await clock.advance(10 * pollMs);
    const needs = { executors: ['recipe'], tools: [], models: [] };
    expect(hints).toMatchObject([{ kind: 'seen', task, recipe: 'format', needs }]);
  });

  it('is why an issue that asks for bzzz is left alone', async () => {
    const { clock, forge, hints } = watchers(1);
    forge.file(issueOf({ association: 'NONE' }));
    forge.file(issueOf({ number: 8, body: 'please' }));
    await clock.advance(0);
    expect(hints).toMatchObject([
      { kind: 'gone', task, reason: expect.stringContaining('trusts') },
      { kind: 'gone', reason: 'the issue names no recipe' },
    ]);
  });

  it('is nothing about issues that bzzz has no part in, unless it had', async () => {
    const { clock, forge, hints, known } = watchers(1);
    forge.file(issueOf({ labels: [] }));
    forge.file(issueOf({ number: 8, state: 'closed' }));
    known.add(TaskId.parse('acme/widgets#8'));
    await clock.advance(0);
    expect(hints).toMatchObject([{ kind: 'gone', task: 'acme/widgets#8' }]);
  });

  it("is that an assignment is bzzz's own, when the fence says so", async () => {
    const { clock, forge, hints, fence } = watchers(1);
    forge.file(issueOf({ assignees: ['bzzz-bot'] }));
    fence.push(Account.parse('bzzz-bot'));
    await clock.advance(0);
    expect(hints).toMatchObject([{ kind: 'seen' }]);
  });

  it('is bounded, whatever stands in the issue', async () => {
    const { clock, forge, hints } = watchers(1);
    forge.file(issueOf({ title: `${'x'.repeat(255)}😀${'y'.repeat(5_000)}` }));
    await clock.advance(0);
    expect(hints[0]?.kind).toBe('seen');
    if (hints[0]?.kind === 'seen') expect(hints[0].title.isWellFormed()).toBe(true);
  });
});

describe('a watcher in trouble', () => {
  it('keeps its cursor, so that nothing is lost', async () => {
    const { clock, forge, hints, watches, stands } = watchers(1);
    await clock.advance(0);
    forge.file(issueOf({ updatedAtMs: 5_000 }));
    forge.fail('pollIssues', errorOf('forge_unreachable'), errorOf('forge_unreachable'));
    await clock.advance(pollMs * 1.2);
    expect(watches[0]?.view().trouble?.code).toBe('forge_unreachable');
    expect(stands[0]?.trouble.recent()[0]?.code).toBe('forge_unreachable');
    await clock.advance(pollMs * 5);
    expect(hints).toMatchObject([{ kind: 'seen', task }]);
    expect(watches[0]?.view().trouble).toBeNull();
  });

  it('tells since when it cannot read, and when it tries again', async () => {
    const { clock, forge, watches } = watchers(1);
    await clock.advance(0);
    forge.fail('pollIssues', ...Array.from({ length: 4 }, () => errorOf('forge_unreachable')));
    forge.fail('pollIssues', errorOf('forge_rate_limited', 600_000));
    const troubleAt = async (code: string) => {
      while (watches[0]?.view().trouble?.code !== code) await clock.advance(1_000);
      return watches[0]?.view().trouble;
    };
    const first = await troubleAt('forge_unreachable');
    const sinceMs = first?.sinceMs ?? Number.NaN;
    expect(clock.monotonicMs() - sinceMs).toBeLessThan(1_000);
    // The next tries fail as well; it lasts since the first.
    await clock.advance((first?.retryAtMs ?? 0) - clock.monotonicMs());
    const again = watches[0]?.view().trouble;
    expect(again).toMatchObject({ code: 'forge_unreachable', sinceMs });
    expect(again?.retryAtMs).toBeGreaterThan(clock.monotonicMs());
    const limited = await troubleAt('forge_rate_limited');
    expect(limited?.sinceMs).toBeGreaterThan(sinceMs);
    const waitMs = (limited?.retryAtMs ?? 0) - (limited?.sinceMs ?? 0);
    expect(waitMs).toBeGreaterThanOrEqual(0.9 * 600_000);
    await clock.advance(waitMs);
    expect(watches[0]?.view().trouble).toBeNull();
  });

  it.each([errorOf('forge_unreachable'), errorOf('forge_unauthorized')])(
    'looks again at an issue that it could not judge: $code',
    async (error) => {
      const { clock, hints, watch, fails } = judging();
      fails.error = error;
      await clock.advance(0);
      expect(watch.view().trouble?.code).toBe(error.code);
      // Behind the one that could not be judged, in the same poll.
      expect(hints).toEqual([]);
      fails.error = null;
      await clock.advance(pollMs * 3);
      watch.stop();
      expect(hints).toMatchObject([
        { kind: 'seen', task },
        { kind: 'seen', task: other },
      ]);
    },
  );

  it.each([
    ['an error that no later try mends', errorOf('git_unusable'), 'git_unusable'],
    ['a defect', new TypeError('not a function'), 'defect'],
  ])('goes on past an issue with %s, and comes back to it', async (_, error, code) => {
    const { clock, hints, watch, fails, stand } = judging();
    fails.error = error;
    await clock.advance(0);
    expect(hints).toMatchObject([{ kind: 'seen', task: other }]);
    expect(stand.trouble.recent()).toMatchObject([{ code, task }]);
    expect(watch.view()).toMatchObject({ trouble: null, answeredAtMs: 0 });
    fails.error = null;
    // Unchanged, so no poll shows it again.
    await clock.advance(pollMs * 13);
    watch.stop();
    expect(hints).toMatchObject([
      { kind: 'seen', task: other },
      { kind: 'seen', task },
    ]);
  });

  it('waits as long as the forge asks for', async () => {
    const { clock, forge } = watchers(1);
    forge.fail('pollIssues', errorOf('forge_rate_limited', 600_000));
    await clock.advance(500_000);
    expect(forge.count('pollIssues')).toBe(1);
    await clock.advance(200_000);
    expect(forge.count('pollIssues')).toBeGreaterThan(1);
  });

  it('says so when the policy cannot be read as one, and takes nothing from it', async () => {
    const { clock, forge, hints, watches } = watchers(1, 'version: 1\nrecipies: {}\n');
    forge.file(issueOf());
    await clock.advance(0);
    expect(watches[0]?.view().trouble?.code).toBe('policy_invalid');
    expect(hints).toEqual([]);
  });
});

it('an issue is judged again when its lock explains it only now', async () => {
  const { clock, forge, hints, fence, watches } = watchers(1);
  const issue = issueOf({ assignees: ['bzzz-bot'] });
  forge.file(issue);
  await watches[0]?.judge(issue);
  expect(hints).toEqual([]);
  await clock.advance(20 * pollMs);
  fence.push(Account.parse('bzzz-bot'));
  await watches[0]?.judge(issue);
  expect(hints).toMatchObject([{ kind: 'gone' }, { kind: 'seen', task }]);
});

it('a changed policy judges every issue again', async () => {
  const { clock, forge, hints } = watchers(1, null);
  forge.file(issueOf());
  await clock.advance(0);
  expect(hints).toMatchObject([{ kind: 'gone' }]);
  forge.policy = 'version: 1\nrecipes: {format: {run: [fmt], accept: [check]}}\n';
  await clock.advance(12 * pollMs);
  expect(hints).toMatchObject([{ kind: 'gone' }, { kind: 'seen', task }]);
});

it('a peer that knows only the policy before contradicts nobody who knows the newer one', async () => {
  const { clock, forge, hints, watches } = watchers(2);
  await clock.advance(pollMs);
  // Whoever polls next has not looked at the policy again by then.
  forge.policy = 'version: 1\nrecipes: {new: {run: [fmt], accept: [check]}}\n';
  const issue = issueOf({ body: 'recipe: new', updatedAtMs: clock.wallMs() });
  forge.file(issue);
  const { title, updatedAtMs } = issue;
  const needs = { executors: ['recipe'], tools: [], models: [] };
  hints.push({ kind: 'seen', task, recipe: 'new', title, bodySha256, needs, updatedAtMs });
  const reads = forge.count('readBase');
  await clock.advance(2 * pollMs);
  expect(hints.filter(({ kind }) => kind === 'gone')).toEqual([]);
  expect(forge.count('readBase')).toBeGreaterThan(reads);
  // Each looked once more, not at every poll.
  await clock.advance(5 * pollMs);
  expect(forge.count('readBase')).toBeLessThanOrEqual(reads + 4);
  for (const watch of watches) watch.stop();
});

describe('an issue of a stranger', () => {
  const strange = { association: 'NONE', author: 'mallory', updatedAtMs: 60_000 };
  const put = { label: 'bzzz', by: Account.parse('mara'), atMs: 50_000 };

  it('is told of as soon as the forge shows that it is approved, though nothing changes then', async () => {
    const { clock, forge, hints, watches } = watchers(1);
    forge.file(issueOf(strange));
    const at = forge.task(issueOf().number);
    at.history = { labelled: [put], updatedAtMs: 59_000 };
    await clock.advance(1_000);
    expect(forge.count('readHistory')).toBe(1);
    expect(hints).toEqual([]);
    at.history = { labelled: [put] };
    await clock.advance(lagMs);
    expect(hints).toMatchObject([{ kind: 'seen', task }]);
    await clock.advance(100 * pollMs);
    expect(forge.count('readHistory')).toBe(2);
    for (const watch of watches) watch.stop();
  });

  it('that the forge never shows to be approved is asked about now and then', async () => {
    const { clock, forge, hints, watches } = watchers(1);
    forge.file(issueOf(strange));
    forge.task(issueOf().number).history = { updatedAtMs: 59_000 };
    await clock.advance(100 * pollMs);
    expect(hints.at(-1)).toMatchObject({ kind: 'gone', reason: expect.stringMatching(/yet/) });
    expect(forge.count('readHistory')).toBeGreaterThan(3);
    expect(forge.count('readHistory')).toBeLessThan(15);
    for (const watch of watches) watch.stop();
  });

  it('costs no request while it stays as it was', async () => {
    const { clock, forge, hints, watches } = watchers(1);
    forge.file(issueOf(strange));
    await clock.advance(100 * pollMs);
    expect(hints).toMatchObject([{ kind: 'gone', reason: expect.stringMatching(/put bzzz on/) }]);
    expect(forge.count('readHistory')).toBe(1);
    for (const watch of watches) watch.stop();
  });
});

describe('comments', () => {
  it('are read by the watcher, and by others only of what it left alone', async () => {
    const { clock, forge, watches } = watchers(20);
    forge.file(issueOf({ comments: 3 }));
    await clock.advance(2_000 * pollMs);
    const polls = watches.map((watch) => watch.view().polls);
    expect(Math.min(...polls)).toBeGreaterThan(2);
    expect(forge.count('readRemarks')).toBeLessThanOrEqual(20);
    const before = forge.count('readRemarks');
    const at = forge.task(issueOf().number);
    at.issue = issueOf({ comments: 3, updatedAtMs: 2_000 });
    await clock.advance(2_000 * pollMs);
    // Some may poll before the watcher does.
    expect(forge.count('readRemarks')).toBeLessThan(before + 5);
    for (const watch of watches) watch.stop();
  });
});
