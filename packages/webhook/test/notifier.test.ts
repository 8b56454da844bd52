/** What a receiver gets: each piece of news once, signed, in order, whoever is away meanwhile. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretFileOf } from './support.ts';
import {
  createLog,
  ended,
  folder,
  peer,
  secret,
  startReceiver,
  startTelling,
  until,
} from './telling.ts';

describe('news', () => {
  it('go on when the disk that kept what was told is there again', async () => {
    const receiver = await startReceiver();
    const log = createLog();
    const dir = await folder();
    const { notifier, troubles } = await startTelling(log, {
      url: receiver.url,
      file: join(dir, 'notified.json'),
    });
    await rm(dir, { recursive: true });
    log.add(ended(1));
    await until(() => troubles.length > 0);
    expect(notifier.state().trouble).toMatchObject({ code: 'notify_undelivered' });
    await mkdir(dir);
    log.add(ended(2));
    await until(() => receiver.heard.some(({ id }) => id.includes('#2') || id.includes('2')));
    await until(() => notifier.state().trouble === null);
  });

  it('are told in order, signed, with what one needs to go there', async () => {
    const receiver = await startReceiver();
    const log = createLog();
    await startTelling(log, { url: receiver.url });
    log.add(ended(1), ended(2, 'released'), ended(3, 'failed'), {
      kind: 'attempt.ended',
      task: 'owner/sample#4',
      epoch: 1,
      attempt: 2,
      outcome: 'failed',
      reason: 'no',
      commits: 0,
      elapsedMs: 1,
    });
    await until(() => receiver.heard.length === 3);
    expect(receiver.heard.every(({ isSigned }) => isSigned)).toBe(true);
    expect(receiver.heard.map(({ body }) => [body['kind'], body['needsPerson']])).toEqual([
      ['task.done', false],
      ['task.failed', true],
      ['attempt.failed', false],
    ]);
    expect(receiver.heard[0]?.body).toMatchObject({
      mesh: 'bees',
      peer: { id: peer, name: 'acacia' },
      repo: 'owner/sample',
      number: 1,
      issueUrl: 'https://git.example.org/owner/sample/issues/1',
      pullRequestUrl: 'https://git.example.org/owner/sample/pull/2',
    });
    expect(receiver.heard.map(({ id, body }) => id === body['id'])).toEqual([true, true, true]);
  });

  it('bear the same id whoever tells them, and another for each claim', async () => {
    const receiver = await startReceiver();
    const [one, other] = [createLog(), createLog('1'.repeat(64))];
    await startTelling(one, { url: receiver.url });
    await startTelling(other, { url: receiver.url, peer: { id: peer, name: 'walnut' } });
    one.add(ended(1));
    other.add(ended(2, 'failed'), ended(1));
    await until(() => receiver.heard.length === 3);
    one.add(ended(1, 'done', 2));
    await until(() => receiver.heard.length === 4);
    expect(new Set(receiver.heard.map(({ id }) => id)).size).toBe(3);
  });

  it('are those that are wanted', async () => {
    const receiver = await startReceiver();
    const log = createLog();
    await startTelling(log, { url: receiver.url, kinds: ['task.failed'] });
    log.add(ended(1), ended(2, 'failed'));
    await until(() => receiver.heard.length === 1);
    expect(receiver.heard[0]?.body).toMatchObject({ kind: 'task.failed' });
  });

  it('of before the first start are none', async () => {
    const receiver = await startReceiver();
    const log = createLog();
    log.add(ended(1));
    await startTelling(log, { url: receiver.url });
    log.add(ended(2));
    await until(() => receiver.heard.length === 1);
    expect(receiver.heard[0]?.body).toMatchObject({ number: 2 });
  });
});

describe('a receiver that is away', () => {
  it('gets all of it when it is back, also after a new start, and nothing twice', async () => {
    const receiver = await startReceiver();
    receiver.answer({ status: 503 });
    const log = createLog();
    const { notifier, troubles, file } = await startTelling(log, { url: receiver.url });
    log.add(ended(1), ended(2));
    await until(() => receiver.asked() > 2);
    expect(notifier.state()).toMatchObject({ delivered: 0, givenUp: 0 });
    expect(notifier.state().trouble).toMatchObject({ code: 'notify_undelivered' });
    // Told once, not at every try.
    expect(troubles).toHaveLength(1);
    await notifier.stop();

    receiver.answer({ status: 204 });
    const { notifier: next } = await startTelling(log, { url: receiver.url, file });
    await until(() => receiver.heard.length === 2);
    log.add(ended(3));
    await until(() => receiver.heard.length === 3);
    expect(receiver.heard.map(({ body }) => body['number'])).toEqual([1, 2, 3]);
    await until(() => next.state().delivered === 3);
    expect(next.state().trouble).toBeNull();
    await next.stop();
    await startTelling(log, { url: receiver.url, file });
    log.add(ended(4));
    await until(() => receiver.heard.length === 4);
    expect(receiver.heard.map(({ body }) => body['number'])).toEqual([1, 2, 3, 4]);
  });

  it('is waited for as long as it asks', async () => {
    const receiver = await startReceiver();
    receiver.answer({ status: 429, headers: { 'retry-after': '1' } });
    const log = createLog();
    await startTelling(log, { url: receiver.url });
    const beganMs = performance.now();
    log.add(ended(1));
    await until(() => receiver.asked() === 1);
    receiver.answer({ status: 200 });
    await until(() => receiver.heard.length === 1);
    expect(performance.now() - beganMs).toBeGreaterThan(950);
  });

  it('is given up some day, and what comes after is told', async () => {
    const receiver = await startReceiver();
    receiver.answer({ status: 500 });
    const log = createLog();
    const giveUpMs = 50;
    const { notifier, lost } = await startTelling(log, { url: receiver.url, giveUpMs });
    log.add(ended(1));
    await until(() => notifier.state().givenUp === 1);
    expect(lost.map(({ reason }) => reason)).toEqual([expect.stringContaining('given up')]);
    // It is seen until something is delivered again.
    expect(notifier.state()).toMatchObject({ trouble: null, lost: lost[0] });
    receiver.answer({ status: 200 });
    log.add(ended(2));
    await until(() => receiver.heard.length === 1);
    expect(receiver.heard[0]?.body).toMatchObject({ number: 2 });
    await until(() => notifier.state().lost === null);
  });

  it('is given up a day after it was first refused, however often the peer was started since', async () => {
    const receiver = await startReceiver();
    receiver.answer({ status: 503 });
    const log = createLog();
    const hourMs = 3_600_000;
    let file: string | undefined;
    for (const lateMs of [0, 10 * hourMs, 23 * hourMs]) {
      const tries = receiver.asked();
      const started: Awaited<ReturnType<typeof startTelling>> = await startTelling(log, {
        url: receiver.url,
        lateMs,
        ...(file === undefined ? {} : { file }),
      });
      ({ file } = started);
      if (lateMs === 0) log.add({ kind: 'peer.stopped' }, ended(1), ended(2));
      await until(() => receiver.asked() > tries + 1);
      expect(started.notifier.state().givenUp).toBe(0);
      await started.notifier.stop();
    }
    receiver.answer({ status: 503 });
    const late = {
      url: receiver.url,
      lateMs: 25 * hourMs,
      ...(file === undefined ? {} : { file }),
    };
    const { notifier, lost } = await startTelling(log, late);
    await until(() => notifier.state().givenUp === 1);
    expect(lost).toHaveLength(1);
    // The next one has its own day.
    const tries = receiver.asked();
    await until(() => receiver.asked() > tries + 2);
    expect(notifier.state().givenUp).toBe(1);
    receiver.answer({ status: 200 });
    await until(() => receiver.heard.length === 1);
    expect(receiver.heard[0]?.body).toMatchObject({ number: 2 });
  });

  it('is not refused for good yet when it was away before, and now wants to be turned on', async () => {
    const receiver = await startReceiver();
    receiver.answer({ status: 503 });
    const log = createLog();
    const first = await startTelling(log, { url: receiver.url });
    log.add(ended(1));
    await until(() => first.notifier.state().retried > 0);
    await first.notifier.stop();
    receiver.answer({ status: 404 });
    const minuteMs = 60_000;
    const again = async (lateMs: number) => {
      const { notifier } = await startTelling(log, { url: receiver.url, file: first.file, lateMs });
      await until(() => notifier.state().retried + notifier.state().givenUp > 2);
      await notifier.stop();
      return notifier.state().givenUp;
    };
    expect(await again(60 * minuteMs)).toBe(0);
    expect(await again(74 * minuteMs)).toBe(0);
    const { notifier } = await startTelling(log, {
      url: receiver.url,
      file: first.file,
      lateMs: 76 * minuteMs,
    });
    await until(() => notifier.state().givenUp === 1);
  });

  it.each([
    [400, true],
    [404, true],
    [422, true],
    [408, false],
    [429, false],
    [500, false],
  ])(
    'that answers %d does not want it: %s, and then holds up others for less',
    async (status, isRefusal) => {
      const receiver = await startReceiver();
      receiver.answer({ status });
      const log = createLog();
      const times = { refusedMs: 50, giveUpMs: 86_400_000 };
      const { notifier, lost } = await startTelling(log, { url: receiver.url, ...times });
      log.add(ended(1));
      if (isRefusal) {
        await until(() => notifier.state().givenUp === 1);
        expect(lost[0]?.reason).toContain(`answered ${status}`);
      } else {
        await until(() => notifier.state().retried > 8);
        expect(notifier.state().givenUp).toBe(0);
      }
    },
  );

  it('is not led elsewhere', async () => {
    const [receiver, elsewhere] = [await startReceiver(), await startReceiver()];
    receiver.answer({ status: 307, headers: { location: elsewhere.url } });
    const log = createLog();
    const { notifier } = await startTelling(log, { url: receiver.url });
    log.add(ended(1));
    await until(() => notifier.state().retried > 1);
    expect(elsewhere.asked()).toBe(0);
  });
});

describe('what is kept', () => {
  it('begins anew with a new journal, and is told when it is of no use', async () => {
    const receiver = await startReceiver();
    const file = join(await folder(), 'notified.json');
    const log = createLog();
    log.add(ended(1), ended(2));
    const { notifier } = await startTelling(log, { url: receiver.url, file });
    await notifier.stop();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ next: 2 });
    const anew = createLog('1'.repeat(64));
    anew.add(ended(3));
    const { notifier: next } = await startTelling(anew, { url: receiver.url, file });
    await until(() => receiver.heard.length === 1);
    await next.stop();
    await writeFile(file, '{"version": 2}');
    await expect(startTelling(anew, { url: receiver.url, file })).rejects.toThrow();
  });

  it('waits where the secret cannot be used', async () => {
    const receiver = await startReceiver();
    const log = createLog();
    const secretFile = await secretFileOf('');
    const { notifier } = await startTelling(log, { url: receiver.url, secretFile });
    log.add(ended(1));
    await until(() => notifier.state().trouble?.reason.includes('is empty'));
    expect(receiver.asked()).toBe(0);
    await writeFile(secretFile, secret);
    await until(() => receiver.heard.length === 1);
  });
});
