/** What a machine is short of, on the page of its peer: shown while it lasts, and gone by itself. */
import { expect, it } from 'vitest';
import { keepShot, violations } from './browser.ts';
import { leave, setPlace, visit } from './visit.ts';

const place = setPlace([{ recipe: 'quick', word: 'oak' }]);

/** So long is more than a process may be kept waiting. */
const stoppedMs = 1_300;

it('shows an alert of the machine once, and ends it when it is over', async () => {
  const { stage, peer } = place;
  const tab = await visit(place, { peer, path: '/cluster' });
  const { page } = tab;
  const alerts = page.getByRole('region', { name: 'Problems' });
  const shown = alerts.getByText(/process waits up to/);
  await alerts.waitFor();
  expect(await shown.count()).toBe(0);
  // The process hardly gets to run, until it says so itself.
  await stage.until('it is short of time', async () => {
    peer.pause();
    await new Promise((resolve) => setTimeout(resolve, stoppedMs));
    peer.resume();
    const { problems } = await peer.client.status();
    return problems.some(({ code }) => code === 'health_lagms');
  });
  await shown.first().waitFor();
  expect(await shown.count()).toBe(1);
  await keepShot(page, 'health-alert');
  expect(await violations(page)).toEqual([]);
  await shown.waitFor({ state: 'detached' });
  const told = (await peer.journal()).filter(
    (body) => body.kind === 'health.alert' && body['alert'] === 'lagMs',
  );
  expect(told).toMatchObject([{ state: 'raised' }, { state: 'ended' }]);
  await leave(tab);
});
