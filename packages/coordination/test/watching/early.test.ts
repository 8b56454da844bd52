/** Comments are read apart from their issue, and may lag behind it: what is read too early is not told. */
import { Account, type TaskHint } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { startWatch } from '../../src/watching/watch.ts';
import { issueOf, repo } from '../support/memory-forge.ts';
import { createStand, lagMs } from '../support/stand.ts';

const { number } = issueOf();

/** A watch over an issue that has a comment, of which the forge shows nothing yet. */
function watching() {
  const stand = createStand();
  const { forge } = stand;
  forge.readRemarks = async () => {
    const { remarks } = forge.task(number);
    return { remarks, comments: remarks.length };
  };
  forge.file(issueOf({ comments: 1, updatedAtMs: 5_000 }));
  const hints: TaskHint[] = [];
  const watch = startWatch(stand, {
    repo,
    self: stand.peer,
    pollMs: 15_000,
    lagMs,
    live: () => [stand.peer],
    meshAccounts: () => [],
    fenceAccounts: async () => [],
    known: () => true,
    isTold: () => false,
    onHint: (hint) => hints.push(hint),
  });
  return { ...stand, watch, kinds: () => hints.map(({ kind }) => kind) };
}

it('an issue is not told of before its comments must be there', async () => {
  const { clock, forge, watch, kinds } = watching();
  await clock.advance(lagMs - 1);
  // A poll in between, as a webhook asks for, is not later for that.
  watch.lookNow();
  await clock.advance(0);
  expect(kinds()).toEqual([]);
  const said = { by: Account.parse('mara'), association: 'OWNER', edited: false } as const;
  forge.task(number).remarks = [{ ...said, line: '/bzzz release', atMs: 5_000 }];
  await clock.advance(2);
  expect(kinds()).toEqual(['gone']);
  watch.stop();
});

it('an issue of which the forge never shows all comments is told of then, as far as it is known', async () => {
  const { clock, watch, kinds } = watching();
  await clock.advance(lagMs + 1);
  expect(kinds()).toEqual(['seen']);
  watch.stop();
});
