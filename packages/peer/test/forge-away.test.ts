import { expect, it } from 'vitest';
import { createControlClient } from '../src/index.ts';
import { configFor, startedPeer, startForge, tempDir, until } from './support.ts';

it('a peer says first of all that the forge is away or asks to wait, and that it is over', async () => {
  const { forge, ...world } = await startForge();
  const dataDir = await tempDir();
  await startedPeer(configFor(dataDir, { forge: { forge, ...world } }));
  const client = createControlClient(dataDir);
  /** The first problem, once it is what the watch of the repository meets as well. */
  const first = (code: string, watched: string | undefined) =>
    until(async () => {
      const { problems, forge: facts } = await client.status();
      const trouble = facts.watching[0]?.trouble;
      return problems[0]?.code === code && trouble?.code === watched && { ...problems[0], trouble };
    });
  await first('alone', undefined);
  const restore = forge.faults.add({ on: '*', kind: 'outage' });
  const away = await first('forge_unreachable', 'forge_unreachable');
  expect(away.text).toContain('no claims and no takeovers meanwhile; work that runs goes on');
  expect(away.trouble?.forMs).toBeGreaterThanOrEqual(0);
  restore();
  await first('alone', undefined);
  forge.faults.add({ on: '* /repos/*rest', kind: 'status', status: 429 });
  const limited = await first('forge_rate_limited', 'forge_rate_limited');
  expect(limited.text).toMatch(/says wait: owner\/sample is read again in (\d\d s|1 min) /);
  expect(limited.trouble?.retryInMs).toBeGreaterThan(10_000);
  // Told as a problem once, though others told it too.
  const { problems } = await client.status();
  expect(problems.filter(({ code }) => code === 'forge_rate_limited')).toHaveLength(1);
});
