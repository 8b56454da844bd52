/** A forge that answers 5xx may have done what it was asked, or not. */
import { Account, commitOid, Issue, RepoName, utf8 } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { type Faults, noFaults } from '../src/sim/faults.ts';
import { createForgeState } from '../src/sim/forge-state.ts';
import { createForgeWeather } from '../src/sim/forge-weather.ts';
import { createVirtualForge } from '../src/sim/virtual-forge.ts';
import { createVirtualPlace, virtualPeerId } from './contracts/virtual-peer.ts';

const repo = RepoName.parse('octo/virtual');
const account = Account.parse('bzzz-bot');
const issue = Issue.parse({
  number: 1,
  title: 'chore',
  body: '',
  state: 'open',
  labels: [],
  assignees: [],
  author: 'mara',
  association: 'OWNER',
  updatedAtMs: 0,
});

function forgeWith(faults: Faults) {
  const place = createVirtualPlace();
  const { timeline, pump, sights } = place;
  const state = createForgeState([account], 'version: 1\n');
  state.file(issue);
  const weather = createForgeWeather(timeline.nowMs);
  const forge = createVirtualForge(
    { ...place, state, faults: () => faults, weather },
    { peer: virtualPeerId('a'), account, lagMs: 4_000 },
  );
  const now = () => state.at(issue.number, timeline.nowMs());
  return { forge: pump.driven(forge), now, sights };
}

const commit = utf8('a lock');
const lock = { expected: null, oid: commitOid(commit), commit };

it.each([
  ['before anything was done', { serverError: 1 }, { assignees: [], lock: null }],
  ['after it was done', { errorAfterEffect: 1 }, { assignees: [account], lock: lock.oid }],
])('an error of the server comes %s', async (_, fault, after) => {
  const { forge, now, sights } = forgeWith({ ...noFaults, ...fault });
  await expect(forge.assign(repo, issue.number)).rejects.toMatchObject({
    code: 'forge_unreachable',
  });
  const reply = await forge.push(repo, { number: issue.number, lock });
  expect(reply.kind).toBe('unknown');
  expect(now()?.issue.assignees).toEqual(after.assignees);
  expect(now()?.lock).toBe(after.lock);
  const [[seen, times] = []] = sights.totals();
  expect([seen, times]).toEqual([Object.keys(fault)[0], 2]);
});
