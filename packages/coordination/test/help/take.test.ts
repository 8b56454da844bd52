/** What becomes of a helper's patch in the workspace of whoever is stuck. */
import { Oid } from '@bzzz/protocol';
import { afterEach, expect, it } from 'vitest';
import { createMemoryPeer, createMemoryWorld } from '../support/memory-peers.ts';
import { issueOf } from '../support/memory-forge.ts';
import { resultOid } from '../support/memory-work.ts';

type Peer = ReturnType<typeof createMemoryPeer>;

const peers: Peer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map(({ coordinator }) => coordinator.stop()));
});

const recipes = 'recipes: {format: {run: [fmt], accept: [check]}}';

/** The first is stuck after 20 s with work of its own on package.json, and the second helps. */
async function pair(policy = `version: 1\n${recipes}\n`) {
  const world = createMemoryWorld();
  const [first, second] = [createMemoryPeer(world, 1), createMemoryPeer(world, 2)];
  peers.push(first, second);
  world.forge.policy = policy;
  Object.assign(first.work.script, { stuck: true, takesMs: 20_000, changes: 'package.json' });
  world.hub.link(first.peer, second.peer);
  world.forge.file(issueOf());
  const start = async () => {
    await first.coordinator.start();
    await world.clock.advance(5_000);
    await second.coordinator.start();
  };
  return { ...world, first, start };
}

/** What the difference between two commits touches, whatever they touch in all. */
function between({ work }: Peer, path: string) {
  const asked: { readonly from: Oid; readonly to: Oid }[] = [];
  work.workspaces.inspect = async ({ base, result }) => {
    asked.push({ from: base.oid, to: result });
    const file = { path, status: 'modified', mode: '100644', bytes: 1, lines: 1 } as const;
    return { result, commits: [{ oid: result, files: [file], secrets: [] }] };
  };
  return asked;
}

it.each([
  ['stays where it touches no held file itself, whatever was there before', 'src/a.ts', false],
  ['is taken out again where it touches one', 'package.json', true],
] as const)('it %s', async (_, path, isUndone) => {
  const { clock, first, start } = await pair();
  const asked = between(first, path);
  await start();
  await clock.advance(60_000);
  expect(first.work.events).toContain('apply patch');
  expect(first.work.events.includes('undo patch')).toBe(isUndone);
  expect(asked[0]).toEqual({ from: resultOid, to: Oid.parse('d'.repeat(40)) });
  if (!isUndone) return;
  // What it touched is told to people, and not to the executor.
  const [ended] = first.journal.of('attempt.ended');
  const told =
    /^the recipe failed: what another peer changed could not be taken\nasked for help:\n- \S+: it sent a patch that was refused: it touches the protected path package.json/;
  expect(ended?.reason).toMatch(told);
});

it('no checkpoint publishes it while it is being looked at, nor what is there after', async () => {
  const { clock, forge, first, start } = await pair(`version: 1\ncheckpointMs: 7000\n${recipes}\n`);
  between(first, 'package.json');
  const { create } = first.work.workspaces;
  const applied = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  first.work.workspaces.create = async (job) => {
    const workspace = await create(job);
    return {
      ...workspace,
      async apply(patch, options) {
        await workspace.apply(patch, options);
        if (options?.reverse === true) return;
        applied.resolve();
        await goOn.promise;
      },
    };
  };
  const pushed: string[] = [];
  forge.onPush = (push) => void pushed.push(JSON.stringify(push));
  const works = () => pushed.filter((push) => push.includes('d'.repeat(40)));
  const own = () => pushed.filter((push) => push.includes(resultOid));
  await start();
  for (let step = 0; step < 60 && !first.work.events.includes('apply patch'); step += 1) {
    await clock.advance(1_000);
  }
  await applied.promise;
  expect(own()).not.toEqual([]);
  const looks = first.work.events.filter((one) => one === 'collect').length;
  await clock.advance(15_000);
  const looked = first.work.events.filter((one) => one === 'collect').length;
  const meanwhile = works();
  goOn.resolve();
  expect(looked).toBeGreaterThan(looks);
  expect(meanwhile).toEqual([]);
  await clock.advance(60_000);
  expect(works()).toEqual([]);
});
