/** Whoever was lost is dialled again when somebody asks for it. */
import { afterEach, expect, it } from 'vitest';
import { allConnected, createFleet, freshName, until } from './support.ts';

const fleet = createFleet();

afterEach(() => fleet.stopAll());

it('dials all that are known and not connected, and says how many those are', async () => {
  const name = freshName();
  const first = await fleet.add({ name });
  await first.start();
  const listen = first.multiaddrs().map((one) => one.replace(/\/p2p\/.*/, ''));
  await first.stop();
  const second = await fleet.add({ name, bootstrap: listen });
  expect(second.redial()).toBe(0);
  await second.start();
  await until('its dial has failed', () => second.redial() === 1);
  const later = await fleet.add({ name, listen });
  await later.start();
  await until('they are connected', () => allConnected([second, later]));
  expect(second.redial()).toBe(0);
});
