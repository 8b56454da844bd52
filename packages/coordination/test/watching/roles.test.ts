import { RepoName } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { watchersOf, watchRole } from '../../src/watching/roles.ts';
import { peerOf } from '../support/identity.ts';
import { capabilitiesOf, task } from '../support/stand.ts';

const repo = RepoName.parse(task.slice(0, task.indexOf('#')));

it('who watches is reckoned of all as each reckons it of itself', () => {
  const peers = [1, 2, 3, 4, 5].map(peerOf);
  const members = peers.map((peer, at) => {
    // One is suspected, and one serves another repository.
    const change = at === 4 ? { repositories: ['acme/other'] } : {};
    const liveness = at === 3 ? ('suspected' as const) : ('alive' as const);
    return { liveness, capabilities: capabilitiesOf(peer, change) };
  });
  const serving = peers.slice(0, 3);
  const watchers = watchersOf([repo], members);
  for (const peer of peers) {
    const role = serving.includes(peer) ? watchRole(repo, peer, serving) : 'fallback';
    expect(watchers.get(peer) ?? []).toEqual(role === 'fallback' ? [] : [{ repo, role }]);
  }
  expect(
    [...watchers.values()]
      .flat()
      .map((one) => one.role)
      .toSorted(),
  ).toEqual(['standby', 'watcher']);
  expect(watchersOf([repo], []).size).toBe(0);
});
