/** The page of a task while it is worked on, in a real browser, served by a peer that does not work on it. */
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { account, type PeerProcess } from '../e2e/harness/peer.ts';
import { findWaiting, openGate, printedToken } from '../e2e/harness/worlds.ts';
import { keepShot, violations } from './browser.ts';
import { leave, setPlace, visit } from './visit.ts';

const place = setPlace([{ recipe: 'telling', word: 'oak' }], ['ant', 'bee']);
let runner: PeerProcess;
let other: PeerProcess;

beforeAll(async () => {
  const { stage, peers } = place;
  runner = await stage.until('somebody works', async () => {
    for (const peer of peers) if ((await findWaiting(peer)) !== undefined) return peer;
    return undefined;
  });
  const [idle] = peers.filter((peer) => peer !== runner);
  if (idle === undefined) throw new Error('nobody is idle');
  other = idle;
});

const path = () => `/tasks/${place.forge.repo}/1`;

it('shows what the attempt prints on the other peer, until it is told to pause', async () => {
  const tab = await visit(place, { peer: other, path: path() });
  const log = tab.page.getByRole('log', { name: 'Output of the attempt' });
  await log.filter({ hasText: 'line 3' }).waitFor();
  await tab.page.getByText(`What ${runner.name} prints.`).waitFor();
  const text = async () => (await log.textContent()) ?? '';
  expect(await text()).toContain('token ****');
  expect(await text()).not.toContain(printedToken);
  expect(await log.getAttribute('aria-live')).toBe('polite');
  await keepShot(tab.page, 'task-output');
  expect(await violations(tab.page)).toEqual([]);

  const linesOf = (shown: string) => shown.match(/line \d+/g) ?? [];
  const before = linesOf(await text());
  await place.stage.until('it goes on', async () => linesOf(await text()).length > before.length);
  await tab.page.getByRole('button', { name: 'Pause output' }).click();
  await tab.page.getByText('Paused.').waitFor();
  expect(await log.getAttribute('aria-live')).toBe('off');
  const paused = await text();
  const printed = async () => (await runner.client.output('1')).output?.text ?? '';
  await place.stage.until('more is printed', async () => {
    return linesOf(await printed()).length > linesOf(paused).length + 3;
  });
  expect(await text()).toBe(paused);
  await tab.page.getByRole('button', { name: 'Go on' }).click();
  await place.stage.until('it goes on where it stood', async () => {
    const lines = linesOf(await text());
    return lines.length > linesOf(paused).length && new Set(lines).size === lines.length;
  });

  await openGate(place.stage, runner);
  await log.filter({ hasText: '$ grep -qx oak oak.txt' }).waitFor();
  await tab.page.getByText('it has ended; the task is').waitFor();
  // Nothing more comes, so that nothing can be held back.
  expect(await tab.page.getByRole('button', { name: 'Pause output' }).count()).toBe(0);
  await leave(tab);
});

it('verifies the certificate of the result, and says why not when it was changed', async () => {
  const { pullRequest } = await place.stage.until('the task is done', async () => {
    const { task } = await other.client.task('1');
    return task.state === 'done' && task;
  });
  const tab = await visit(place, { peer: other, path: path() });
  const panel = tab.page.getByRole('region', { name: 'Certificate' });
  const ask = () => panel.getByRole('button', { name: 'Verify' }).click();
  await ask();
  await panel.getByText('verified', { exact: true }).waitFor();
  await panel.getByText('1 of 1 needed members').waitFor();
  await panel.getByText(`published by ${runner.name} (a member), epoch 1`).waitFor();
  await panel.getByText(`${other.name} (a member), passed on`).waitFor();
  await keepShot(tab.page, 'task-verified');
  expect(await violations(tab.page)).toEqual([]);

  const Comments = z.array(z.object({ id: z.number(), body: z.string() }));
  const comments = Comments.parse(
    await place.forge.call(account, 'GET', `issues/${pullRequest}/comments`),
  );
  const signed = comments.find(({ body }) => body.includes('BEGIN BZZZ CERTIFICATE'));
  if (signed === undefined) throw new Error('there is no certificate');
  const lines = signed.body.split('\n');
  const at = lines.findIndex((line) => line.includes('BEGIN BZZZ CERTIFICATE')) + 4;
  const line = lines[at] ?? '';
  lines[at] = `${line.startsWith('A') ? 'B' : 'A'}${line.slice(1)}`;
  const body = lines.join('\n');
  await place.forge.call(account, 'PATCH', `issues/comments/${signed.id}`, { body });
  await ask();
  await panel.getByText('NOT verified').waitFor();
  // Whatever the change broke is said.
  await panel
    .getByText(/signed|decoded|canonical|publi|verdict|read/)
    .first()
    .waitFor();
  await leave(tab);
});
