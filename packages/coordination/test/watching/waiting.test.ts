/** Issues that wait for others, as a watch sees them. */
import { Account, type TaskHint } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { startWatch } from '../../src/watching/watch.ts';
import { errorOf, issueOf, type MemoryForge, repo } from '../support/memory-forge.ts';
import { createStand, lagMs } from '../support/stand.ts';

const pollMs = 15_000;
const person = Account.parse('mara');

/** The forge has an issue that is too large: polls leave it out, and reading it fails. */
function tooLarge(forge: MemoryForge): Set<number> {
  const numbers = new Set<number>();
  const { pollIssues, readIssue } = forge;
  forge.pollIssues = async (...given) => {
    const { changed, cursor } = await pollIssues(...given);
    return { changed: changed.filter((issue) => !numbers.has(issue.number)), cursor };
  };
  forge.readIssue = async (...given) => {
    const issue = await readIssue(...given);
    if (numbers.has(issue.number)) throw errorOf('forge_issue_too_large');
    return issue;
  };
  return numbers;
}

/** Issue 7 and the others, as the texts say; then a watch over them. */
function watchOver(bodies: Record<number, string>, closed: readonly number[] = []) {
  const stand = createStand();
  const { forge, clock } = stand;
  const hints: TaskHint[] = [];
  let changes = 1_000;
  for (const [key, body] of Object.entries(bodies)) {
    const number = Number(key);
    const state = closed.includes(number) ? 'closed' : 'open';
    forge.file(issueOf({ number, body, state }));
  }
  const change = (number: number, to: Parameters<typeof issueOf>[0], silently = false) => {
    const at = forge.task(issueOf({ number }).number);
    if (!silently) changes += 1_000;
    at.issue = issueOf({
      ...at.issue,
      updatedAtMs: silently ? at.issue.updatedAtMs : changes,
      ...to,
    });
  };
  const start = () =>
    startWatch(stand, {
      repo,
      self: stand.peer,
      pollMs,
      lagMs,
      live: () => [stand.peer],
      fenceAccounts: async () => [],
      meshAccounts: () => [],
      known: () => false,
      isTold: () => false,
      onHint: (hint) => hints.push(hint),
    });
  const last = (number: number) => hints.findLast(({ task }) => task === `acme/widgets#${number}`);
  return { stand, clock, forge, hints, change, start, last };
}

describe('an issue that depends on another', () => {
  it('is left alone while that is open, and taken up when it is closed, with no extra request', async () => {
    const { clock, forge, change, start, last } = watchOver({
      7: 'recipe: format\ndepends on #8',
      8: 'for a person',
    });
    const watch = start();
    await clock.advance(20 * pollMs);
    expect(last(7)).toMatchObject({
      kind: 'gone',
      reason: 'waits for #8 (open)',
      waitsFor: [8],
      updatedAtMs: 1_000,
    });
    change(8, { state: 'closed' });
    await clock.advance(2 * pollMs);
    // As new as the change that it follows from: word of the waiting that comes late is older.
    expect(last(7)).toMatchObject({ kind: 'seen', updatedAtMs: 2_000 });
    expect(forge.count('readIssue')).toBe(0);
    change(8, { state: 'open' });
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'seen' });
    change(7, {});
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'gone', reason: 'waits for #8 (open)' });
    watch.stop();
  });

  it('waits for the last of several', async () => {
    const { clock, change, start, last } = watchOver({
      7: 'recipe: format\nblocked by #8, #9',
      8: '',
      9: '',
    });
    const watch = start();
    await clock.advance(0);
    expect(last(7)).toMatchObject({ reason: 'waits for #8 (open), #9 (open)', waitsFor: [8, 9] });
    change(8, { state: 'closed' });
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'gone', reason: 'waits for #9 (open)', waitsFor: [9] });
    change(9, { state: 'closed' });
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'seen' });
    watch.stop();
  });

  it('has the others read once, where no poll showed them', async () => {
    const { clock, forge, start, last } = watchOver({
      7: 'recipe: format\ndepends on #8, #404',
    });
    const watch = start();
    // Closed before the first poll, which lists what is open.
    const poll = forge.pollIssues;
    forge.pollIssues = async (...given) => {
      const { changed, cursor } = await poll(...given);
      return { changed: changed.filter(({ state }) => state === 'open'), cursor };
    };
    forge.file(issueOf({ number: 8, state: 'closed' }));
    await clock.advance(20 * pollMs);
    expect(last(7)).toMatchObject({ reason: 'waits for #404 (no issue of this repository)' });
    expect(forge.count('readIssue')).toBe(2);
    watch.stop();
  });

  it('is looked at again when the other could not be read', async () => {
    const { clock, forge, start, last } = watchOver({ 7: 'recipe: format\ndepends on #404' });
    forge.fail('readIssue', errorOf('forge_unreachable'));
    const watch = start();
    await clock.advance(0);
    expect(last(7)).toBeUndefined();
    await clock.advance(3 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'gone' });
    watch.stop();
  });

  it('that is too large to read stops no other, and is taken up when that is mended', async () => {
    const { stand, clock, forge, change, start, last } = watchOver({
      7: 'recipe: format\ndepends on #8',
      8: 'very long',
      9: 'recipe: format',
    });
    const large = tooLarge(forge).add(8);
    const watch = start();
    await clock.advance(2 * pollMs);
    expect(last(9)).toMatchObject({ kind: 'seen' });
    expect(last(7)).toMatchObject({ kind: 'gone', reason: 'waits for #8 (cannot be read)' });
    const told = { code: 'forge_issue_too_large', task: 'acme/widgets#8' };
    expect(stand.trouble.recent()).toMatchObject([told]);
    change(9, { title: 'still here' });
    await clock.advance(2 * pollMs);
    expect(forge.count('readIssue')).toBe(1);
    large.delete(8);
    change(8, { state: 'closed' });
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'seen' });
    watch.stop();
  });

  it('in a circle is told as such, whoever closed the circle', async () => {
    const { clock, change, start, last } = watchOver({
      7: 'recipe: format\ndepends on #8',
      8: 'recipe: format\ndepends on #9',
      9: 'for a person',
      10: 'recipe: format\ndepends on #10',
    });
    const watch = start();
    await clock.advance(0);
    expect(last(10)).toMatchObject({ reason: 'waits for itself, in a circle: #10 -> #10' });
    expect(last(7)).toMatchObject({ reason: 'waits for #8 (open)' });
    change(9, { body: 'see below\n\n- blocked by #7' });
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({
      reason: 'waits for itself, in a circle: #7 -> #8 -> #9 -> #7',
    });
    change(9, { state: 'closed' });
    await clock.advance(2 * pollMs);
    expect(last(8)).toMatchObject({ kind: 'seen' });
    expect(last(7)).toMatchObject({ reason: 'waits for #8 (open)' });
    watch.stop();
  });

  it('and is of another kind too, is refused for that', async () => {
    const { clock, change, start, last } = watchOver({
      7: 'recipe: format\ndepends on #8',
      8: '',
    });
    const watch = start();
    await clock.advance(0);
    change(7, { assignees: [person] });
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'gone', reason: 'assigned to mara' });
    const told = last(7);
    change(8, { state: 'closed' });
    await clock.advance(2 * pollMs);
    expect(last(7)).toBe(told);
    watch.stop();
  });
});

describe('an issue that the forge shows as blocked', () => {
  it('is read again when something is closed, and now and then, but not at an idle poll', async () => {
    const { clock, forge, change, start, last } = watchOver({ 7: 'recipe: format', 8: '' });
    change(7, { blockedByOpen: 1 }, true);
    const watch = start();
    await clock.advance(5 * pollMs);
    expect(last(7)).toMatchObject({
      kind: 'gone',
      reason: 'waits for 1 open issue that the forge shows as blocking it',
      waitsFor: [],
    });
    expect(forge.count('readIssue')).toBe(0);
    // The forge does not call it a change of this issue.
    change(7, { blockedByOpen: 0 }, true);
    change(8, { state: 'closed' });
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'seen' });
    expect(forge.count('readIssue')).toBe(1);
    watch.stop();
  });

  it('and has become too large to read stops no other', async () => {
    const { stand, clock, forge, change, start, last } = watchOver({ 7: 'recipe: format', 8: '' });
    change(7, { blockedByOpen: 1 }, true);
    const large = tooLarge(forge);
    const watch = start();
    await clock.advance(0);
    large.add(7);
    change(8, { state: 'closed' });
    forge.file(issueOf({ number: 9, updatedAtMs: 3_000 }));
    await clock.advance(2 * pollMs);
    expect(last(9)).toMatchObject({ kind: 'seen' });
    const told = { code: 'forge_issue_too_large', task: 'acme/widgets#7' };
    expect(stand.trouble.recent()).toMatchObject([told]);
    large.delete(7);
    change(7, { blockedByOpen: 0, updatedAtMs: 4_000 });
    await clock.advance(2 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'seen' });
    watch.stop();
  });

  it('by an issue of another repository is found free in the end', async () => {
    const { clock, forge, change, start, last } = watchOver({ 7: 'recipe: format' });
    change(7, { blockedByOpen: 2 }, true);
    const watch = start();
    await clock.advance(5 * pollMs);
    change(7, { blockedByOpen: 0 }, true);
    await clock.advance(20 * pollMs);
    expect(last(7)).toMatchObject({ kind: 'seen' });
    expect(forge.count('readIssue')).toBeLessThan(3);
    watch.stop();
  });
});
