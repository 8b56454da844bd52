/** The whole way of a held task, and every way to be cut short on it. */
import { Account, BzzzError, Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { makeLockCommit } from '../../src/fence/commit.ts';
import { createHolding } from '../../src/fence/holding.ts';
import { driveTask } from '../../src/task/drive.ts';
import { createVisible, needsPersonLabel } from '../../src/task/visible.ts';
import type { Mask } from '../../src/output/mask.ts';
import type { Verdicts } from '../../src/verdict/verdicts.ts';
import { errorOf, issueOf } from '../support/memory-forge.ts';
import { alone, createMemoryWork, resultOid } from '../support/memory-work.ts';
import { calm, createStand, heldDraft, leaseMs, number, task } from '../support/stand.ts';

/** Nobody else is there to judge. */
const verdicts: Verdicts = {
  gather: async () => ({ verdicts: [], declined: [] }),
  hearLate: () => undefined,
  certify: () => Promise.reject(new Error('nobody gave a verdict')),
};

const options = { peerName: 'ant', backoffMs: 1_000, attemptsMax: 3 };

async function driveOf(change: { attempt?: number; failures?: number; mask?: Mask } = {}) {
  const stand = createStand();
  const work = createMemoryWork(stand.clock);
  const { attempt = 1, failures, mask } = change;
  const won = await stand.win();
  const claim = { ...won, record: { ...won.record, attempt, ...(failures && { failures }) } };
  const holding = createHolding(stand, claim);
  const visible = createVisible(stand, options);
  const steps: string[] = [];
  let recheck = () => {};
  const hooks = {
    onStep: (step: object) => steps.push(...Object.keys(step)),
    onRecheck: (given: () => void) => {
      recheck = given;
    },
  };
  const drive = (signal = calm) =>
    driveTask(
      { ...stand, ...work, visible, verdicts, asking: alone, ...(mask && { mask }) },
      { ...options, hooks },
      { holding, resultTip: null },
      signal,
    );
  const on = () => stand.forge.task(number);
  return { stand, work, claim, holding, steps, drive, on, recheck: () => recheck() };
}

describe('a task that goes well', () => {
  it('is shown, worked on, published with its lock, and shown again', async () => {
    const { stand, steps, drive, on } = await driveOf();
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'done', pullRequest: 1_007 });
    expect(steps).toEqual(['running', 'publishing', 'verifying']);
    expect(on()).toMatchObject({ result: resultOid, comment: expect.stringContaining('#1007') });
    expect(on().issue.assignees).toEqual(['bzzz-bot']);
    expect(await stand.tip()).toMatchObject({ record: { state: 'result', result: resultOid } });
  });

  it('journals every effect before it happens (invariant 7)', async () => {
    const { stand, drive } = await driveOf();
    const effects = ['assign', 'comment', 'pull-request', 'comment'];
    await stand.clock.drive(drive());
    const about = stand.journal.bodies().flatMap((body) => {
      if (body.kind === 'effect.intended') return [`> ${body.effect}`];
      return body.kind === 'effect.settled' ? [`< ${body.effect}`] : [];
    });
    expect(about).toEqual(effects.flatMap((effect) => [`> ${effect}`, `< ${effect}`]));
  });

  it('renews its lease while it works', async () => {
    const { stand, work, drive } = await driveOf();
    work.script.takesMs = leaseMs * 2;
    await stand.clock.drive(drive());
    const states = stand.journal.of('fence.intended').map(({ intent }) => intent.record.state);
    expect(states.filter((state) => state === 'held').length).toBeGreaterThanOrEqual(6);
    expect(states.at(-1)).toBe('result');
  });

  it('says again that it is at work when somebody has written over its words', async () => {
    const { stand, work, drive, on } = await driveOf();
    work.script.takesMs = leaseMs;
    const over = drive();
    await stand.clock.advance(1_000);
    on().comment = 'late words of a fenced owner';
    on().issue = { ...on().issue, assignees: [], updatedAtMs: on().issue.updatedAtMs + 1 };
    await stand.clock.advance(leaseMs / 2);
    expect(on().comment).toContain('is on it');
    expect(on().issue.assignees).toEqual(['bzzz-bot']);
    expect(await stand.clock.drive(over)).toMatchObject({ state: 'done' });
  });

  it('goes on through an outage, and publishes when it is over', async () => {
    const { stand, work, drive } = await driveOf();
    work.script.takesMs = leaseMs;
    stand.forge.fates = ['lose-request', 'lose-request', 'lose-reply'];
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'done' });
    const published = stand.journal
      .of('fence.intended')
      .filter(({ intent }) => intent.result !== undefined);
    expect(published).toHaveLength(1);
  });
});

describe('what a program printed as it failed', () => {
  const mask = async (text: string) => text.replaceAll('boom', '****');
  it.each([
    ['is left to a person', { fails: true }, 2],
    ['is let go', { fails: true }, undefined],
    ['was cut short', { error: new BzzzError('defect', 'boom') }, 2],
    ['could not begin', { unprepared: new BzzzError('setup_failed', 'boom') }, 2],
  ])(
    'is published and journalled without its secrets when the task %s',
    async (_, script, failures) => {
      const { stand, work, drive, on } = await driveOf({ mask, ...(failures && { failures }) });
      Object.assign(work.script, script);
      const end = await stand.clock.drive(drive());
      const said = [end, on().comment, await stand.tip(), stand.journal.bodies()].map((one) =>
        JSON.stringify(one),
      );
      for (const words of said) {
        expect(words).toContain('****');
        expect(words).not.toContain('boom');
      }
    },
  );
});

it('a machine whose sandbox is gone gives the task back, and that is no failure of the task', async () => {
  const { stand, work, drive } = await driveOf({ failures: 2 });
  work.script.error = new BzzzError('sandbox_missing', 'no bubblewrap');
  expect(await stand.clock.drive(drive())).toMatchObject({ state: 'released', again: 'soon' });
  expect(await stand.tip()).toMatchObject({ record: { state: 'released', failures: 2 } });
  expect(stand.trouble.recent()).toMatchObject([{ code: 'sandbox_missing' }]);
});

describe('people win', () => {
  it.each([
    ['assign themselves', { assignees: ['bzzz-bot', 'mara'] }, /assigned to mara/],
    ['close it', { state: 'closed' }, /closed/],
    ['take the label off', { labels: [] }, /label/],
    ['edit it', { body: 'recipe: format\n\nand more' }, /edited/],
  ])('in the middle of work, when they %s', async (_, change, reason) => {
    const { stand, work, drive, on, recheck } = await driveOf();
    work.script.endless = true;
    const over = drive();
    await stand.clock.advance(1_000);
    on().issue = issueOf(change);
    recheck();
    expect(await stand.clock.drive(over)).toMatchObject({
      state: 'released',
      reason: expect.stringMatching(reason),
      again: 'body' in change ? 'when-seen' : 'when-wanted',
    });
    expect(await stand.tip()).toMatchObject({ record: { state: 'released' } });
    expect(on().result).toBeNull();
    expect(on().issue.assignees).not.toContain('bzzz-bot');
    expect(work.events.at(-1)).toBe('dispose');
  });

  it('between the work and its publication', async () => {
    const { stand, work, drive, on } = await driveOf();
    const { accept } = work.workspaces;
    work.workspaces.accept = async (job, o) => {
      on().issue = issueOf({ assignees: ['mara'] });
      return accept(job, o);
    };
    expect(await stand.clock.drive(drive())).toMatchObject({
      state: 'released',
      again: 'when-wanted',
    });
    expect(stand.forge.pushes.every((push) => push.result === undefined)).toBe(true);
  });

  it('without a wait for the next renewal when nobody says that it changed', async () => {
    const { stand, work, drive, on } = await driveOf();
    work.script.endless = true;
    const over = drive();
    await stand.clock.advance(1_000);
    on().issue = issueOf({ state: 'closed' });
    await stand.clock.drive(over);
    expect(stand.clock.monotonicMs()).toBeLessThanOrEqual(leaseMs / 3 + 1_000);
  });
});

describe('a task that goes wrong', () => {
  it('is let go for another try, by whoever is free first', async () => {
    const { stand, work, drive } = await driveOf();
    work.script.fails = true;
    const end = await stand.clock.drive(drive());
    expect(end).toMatchObject({ state: 'released', again: 'soon' });
    expect(await stand.tip()).toMatchObject({ record: { state: 'released', failures: 1 } });
  });

  it('has other tries left however often it was claimed before, by whoever went away', async () => {
    const { stand, work, drive } = await driveOf({ attempt: 9 });
    work.script.fails = true;
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'released', again: 'soon' });
    expect(await stand.tip()).toMatchObject({ record: { state: 'released', failures: 1 } });
  });

  it('ends as failed after the last try, with a comment and a label for a person', async () => {
    const { stand, work, drive, on } = await driveOf({ failures: options.attemptsMax - 1 });
    work.script.fails = true;
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'failed' });
    expect(await stand.tip()).toMatchObject({ record: { state: 'failed' } });
    expect(on().comment).toContain('boom');
    expect(on().issue.labels).toContain(needsPersonLabel);
  });

  it('tells people more of it than the lock does, and that stays', async () => {
    const { stand, holding, drive, on } = await driveOf();
    await holding.fail('cut short', calm);
    const reason = `${'line\n'.repeat(300)}the end`;
    await createVisible(stand, options).failed(holding.tip().record, reason, calm);
    await stand.clock.drive(drive());
    expect(on().comment).toContain('the end');
  });

  it('fails when it gives no sign for longer than the policy allows', async () => {
    const { stand, work, drive, on } = await driveOf({ failures: options.attemptsMax - 1 });
    work.script.endless = true;
    expect(await stand.clock.drive(drive())).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('gave no sign'),
    });
    expect(on().issue.labels).toContain(needsPersonLabel);
  });

  it('is let go for another try when the machine is at fault', async () => {
    const { stand, work, drive } = await driveOf();
    work.script.error = errorOf('sandbox_missing');
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'released', again: 'soon' });
    expect(stand.trouble.recent()[0]).toMatchObject({ code: 'sandbox_missing', task });
  });

  it('is left to a person after the last attempt', async () => {
    const { stand, work, holding } = await driveOf();
    await holding.release('again', calm);
    const draft = { ...heldDraft(2), failures: options.attemptsMax - 1 };
    const tip = holding.tip().oid;
    const last = { task, expected: tip, ...(await makeLockCommit(stand, draft, tip)) };
    await stand.fence.propose(last, calm);
    work.script.error = errorOf('worker_lost');
    const visible = createVisible(stand, options);
    const hooks = { onStep: () => undefined, onRecheck: () => undefined };
    const shared = { resultTip: null };
    const job = { holding: createHolding(stand, last), ...shared };
    const over = driveTask(
      { ...stand, ...work, visible, verdicts, asking: alone },
      { ...options, hooks },
      job,
      calm,
    );
    expect(await stand.clock.drive(over)).toMatchObject({ state: 'failed' });
  });

  it('stops at once when somebody took over, and writes nothing more', async () => {
    const { stand, work, drive, on } = await driveOf();
    work.script.endless = true;
    const over = drive();
    await stand.clock.advance(1_000);
    const comment = on().comment;
    await createStand(2, stand).win();
    await expect(stand.clock.drive(over)).rejects.toMatchObject({ code: 'task_fenced' });
    expect(stand.clock.monotonicMs()).toBeLessThanOrEqual(leaseMs / 3 + 1_000);
    expect(on()).toMatchObject({ comment, result: null });
    expect(work.events.at(-1)).toBe('dispose');
  });

  it('ends with the reason of the signal when the peer stops', async () => {
    const { stand, work, drive } = await driveOf();
    work.script.endless = true;
    const stop = new AbortController();
    stand.clock.after(2_000, () => stop.abort(errorOf('stopped')));
    await expect(stand.clock.drive(drive(stop.signal))).rejects.toMatchObject({ code: 'stopped' });
    expect(stand.clock.waiting()).toBe(0);
  });

  it('does not fail for a comment that the forge will never take', async () => {
    const { stand, drive } = await driveOf();
    stand.forge.fail('putComment', errorOf('forge_refused'), errorOf('forge_refused'));
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'done' });
    expect(stand.trouble.recent().map(({ code }) => code)).toContain('forge_refused');
  });
});

describe('what an earlier holder left', () => {
  it('is adopted, not redone: a pull request without a lock', async () => {
    const { stand, work, drive, on } = await driveOf();
    const head = Oid.parse('f'.repeat(40));
    on().pullRequests.push({ number: 55, state: 'closed', draft: true, head, url: 'x' });
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'done', pullRequest: 55 });
    expect(work.events).toEqual([]);
    expect(await stand.tip()).toMatchObject({ record: { state: 'result', result: head } });
    expect(stand.forge.count('putPullRequest')).toBe(0);
  });

  it('is not believed: a result branch that no claim explains', async () => {
    const { stand, work, drive, on } = await driveOf();
    on().result = Oid.parse('f'.repeat(40));
    const end = await stand.clock.drive(drive());
    expect(end).toMatchObject({ state: 'released', again: 'when-reopened' });
    expect(work.events).toEqual([]);
    expect(on().pullRequests).toEqual([]);
  });

  it('is only shown where the lock says result or failed already', async () => {
    for (const state of ['result', 'failed'] as const) {
      const { stand, work, holding, drive, on } = await driveOf();
      if (state === 'failed') await holding.fail('exit 1', calm);
      else await holding.publish({ over: null, oid: resultOid, verdicts: 1 }, calm);
      const end = await stand.clock.drive(drive());
      expect(end.state).toBe(state === 'failed' ? 'failed' : 'done');
      expect(work.events).toEqual([]);
      expect(on().comment).not.toBeNull();
    }
  });
});

it('an issue that may not be worked on after all is let go before any work', async () => {
  const { stand, work, drive, on } = await driveOf();
  on().issue = issueOf({ association: 'NONE', author: Account.parse('stranger') });
  expect(await stand.clock.drive(drive())).toMatchObject({
    state: 'released',
    again: 'when-wanted',
  });
  expect(work.events).toEqual([]);
});

describe('a task that cannot come to a good end', () => {
  it("is a person's when its pull request can never be opened", async () => {
    const { stand, drive, on } = await driveOf();
    stand.forge.fail('putPullRequest', errorOf('forge_refused'));
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'failed' });
    expect(on().comment).toContain('no pull request can be opened');
    expect(on().issue.labels).toContain(needsPersonLabel);
  });

  it("is a person's when every peer that worked on it went away", async () => {
    const { stand, work, drive, on } = await driveOf({ attempt: 13 });
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'failed' });
    expect(work.events).toEqual([]);
    expect(on().comment).toContain('needs a person');
  });

  it('is given back as failed where a rule of the forge does not take the result at all', async () => {
    const { stand, drive } = await driveOf();
    const isResult = (lock: Uint8Array) => new TextDecoder().decode(lock).includes('Bzzz-Result');
    stand.forge.onPush = ({ lock }) => {
      stand.forge.fates = isResult(lock.commit) ? ['refuse'] : [];
    };
    expect(await stand.clock.drive(drive())).toMatchObject({
      state: 'released',
      reason: expect.stringContaining('a rule says no'),
    });
    expect(await stand.tip()).toMatchObject({ record: { state: 'released', failures: 1 } });
    const refused = stand.journal.of('fence.settled').filter((one) => one.outcome === 'refused');
    expect(refused).toHaveLength(8);
  });

  it('waits while the token is refused, and loses nothing', async () => {
    const { stand, drive } = await driveOf();
    const denied = () => errorOf('forge_unauthorized');
    stand.forge.fail('push', denied(), denied());
    expect(await stand.clock.drive(drive())).toMatchObject({ state: 'done' });
  });
});
