/** What becomes of a helper's patch in the workspace of whoever is stuck. */
import {
  helpProtocol,
  type HelpResponse,
  Oid,
  type PeerId,
  verifyProtocol,
  type VerifyResponse,
} from '@bzzz/protocol';
import { afterEach, expect, it } from 'vitest';
import type { Mask } from '../../src/index.ts';
import { createMemoryPeer, createMemoryWorld } from '../support/memory-peers.ts';
import { createIdentity, peerOf } from '../support/identity.ts';
import { issueOf } from '../support/memory-forge.ts';
import { resultOid } from '../support/memory-work.ts';
import { publicationOf, verdictOf } from '../support/publication.ts';
import { createStand, number } from '../support/stand.ts';

type Peer = ReturnType<typeof createMemoryPeer>;

const peers: Peer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map(({ coordinator }) => coordinator.stop()));
});

const recipes = 'recipes: {format: {run: [fmt], accept: [check]}}';

/** The first is stuck after 20 s with work of its own on package.json, and the second helps. */
async function pair(policy = `version: 1\n${recipes}\n`, options: { mask?: Mask } = {}) {
  const world = createMemoryWorld();
  const signer = createIdentity(2);
  const first = createMemoryPeer(world, 1, options);
  const second = createMemoryPeer(world, 2, { signer });
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
  return { ...world, first, second, signer, start };
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

it.each([
  ['with the work so far', [], 'apply patch'],
  ['without it where it holds a secret', [{ path: 'a', rule: 'key' }], 'run'],
] as const)(
  'a question goes out %s, and without secrets in its words',
  async (_, secrets, event) => {
    const mask: Mask = async (text) => text.replaceAll('how', '***');
    const { clock, first, second, start } = await pair(undefined, { mask });
    first.work.script.secrets = secrets;
    await start();
    await clock.advance(60_000);
    expect(first.journal.of('help.asked')).toMatchObject([{ question: '***?' }]);
    expect(second.work.events).toContain(event);
    expect(second.work.events.includes('apply patch')).toBe(secrets.length === 0);
  },
);

it('what is not installed here is done by who has it, asked by no model', async () => {
  const { clock, forge, first, second, start } = await pair();
  Object.assign(first.work.script, { stuck: false, missing: true, changes: 'src/a.ts' });
  await start();
  await clock.advance(60_000);
  expect(first.journal.of('help.asked')).toMatchObject([
    { question: '`fmt`, or what it starts, is not installed here' },
  ]);
  expect(second.work.events).toContain('run');
  expect(first.journal.of('attempt.ended')).toMatchObject([{ outcome: 'accepted' }]);
  expect(forge.task(number).pullRequests).toHaveLength(1);
});

it('what is missing where nobody else is has failed this time, and is tried again', async () => {
  const { clock, first } = await pair();
  Object.assign(first.work.script, { stuck: false, missing: true, changes: 'src/a.ts' });
  await first.coordinator.start();
  await clock.advance(40_000);
  expect(first.journal.of('help.ended')).toMatchObject([{ outcome: 'nobody' }]);
  const [ended] = first.journal.of('attempt.ended');
  expect(ended).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('is not') });
  expect(first.journal.of('task.ended')).toMatchObject([{ state: 'released' }]);
});

/** The acceptance is not installed where the work is done. */
async function unproven() {
  const world = await pair();
  const { work } = world.first;
  Object.assign(work.script, { stuck: false, changes: 'src/a.ts', accepts: false, exitCode: 127 });
  return world;
}

it('an acceptance that is not installed here is run by who has it, and he does not judge', async () => {
  const { clock, forge, first, second, start } = await unproven();
  const bodies: string[] = [];
  const { putPullRequest } = forge;
  forge.putPullRequest = (at, which, text, options) => {
    bodies.push(text.body);
    return putPullRequest(at, which, text, options);
  };
  await start();
  await clock.advance(60_000);
  expect(second.work.accepted).toMatchObject([{ commands: [['check']] }]);
  expect(second.work.events).not.toContain('run');
  expect(first.journal.of('help.ended')).toMatchObject([
    { outcome: 'helped', by: second.peer, reason: 'the acceptance passes here' },
  ]);
  expect(forge.task(number).pullRequests).toMatchObject([{ draft: true }]);
  expect(bodies.at(-1)).toContain(`It passed on peer \`${second.peer}\``);
  expect(first.journal.of('verdict.heard')).toEqual([]);
});

it.each([
  [
    'fails there, too',
    (world: Awaited<ReturnType<typeof pair>>) => {
      Object.assign(world.second.work.script, { accepts: false, exitCode: 1 });
    },
    /does not pass here: `check` ended with exit code 1/,
  ],
  [
    'is asked for on another base',
    ({ clock, forge }: Awaited<ReturnType<typeof pair>>) => {
      const { readBase } = forge;
      forge.readBase = async (...asked) => {
        const read = await readBase(...asked);
        const oid = clock.monotonicMs() < 15_000 ? read.base.oid : Oid.parse('9'.repeat(40));
        return { ...read, base: { ...read.base, oid } };
      };
    },
    /sees another base branch now/,
  ],
])(
  'an acceptance that is not installed here, and %s, proves nothing',
  async (_, change, reason) => {
    const world = await unproven();
    const { clock, forge, first, start } = world;
    change(world);
    await start();
    await clock.advance(60_000);
    const [ended] = first.journal.of('attempt.ended');
    expect(ended).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(reason) });
    expect(forge.task(number).pullRequests).toEqual([]);
  },
);

it('one of several that have what is missing here does all of it, and the others are left to judge', async () => {
  const world = await pair();
  const { clock, forge, first, second, hub } = world;
  Object.assign(first.work.script, { stuck: false, missing: true, changes: 'src/a.ts' });
  Object.assign(first.work.script, { accepts: false, exitCode: 127 });
  const more = [3, 4, 5].map((index) => createMemoryPeer(world, index));
  peers.push(...more);
  const all = [first, second, ...more];
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(index + 1)) hub.link(one.peer, other.peer);
  }
  await first.coordinator.start();
  await clock.advance(5_000);
  for (const { coordinator } of [second, ...more]) await coordinator.start();
  await clock.advance(60_000);
  const ended = first.journal.of('help.ended');
  expect(ended).toMatchObject([{ outcome: 'helped' }, { outcome: 'helped' }]);
  const helped = all.filter(({ journal }) => journal.of('help.worked').length > 0);
  expect(helped.map(({ peer }) => peer)).toEqual([ended[0]?.by]);
  expect(all.flatMap(({ journal }) => journal.of('verdict.given'))).toHaveLength(1);
  expect(forge.task(number).pullRequests).toMatchObject([{ draft: false }]);
});

/** The second says so of whatever it is asked, by a verdict that it signed. */
async function judgesAll({ second, signer }: Awaited<ReturnType<typeof pair>>) {
  const publication = await publicationOf(createStand(7));
  second.mesh.handle(verifyProtocol, async (_from, { lock, commit }): Promise<VerifyResponse> => {
    const verdict = await verdictOf(publication, signer, { lock, commit });
    return { kind: 'verdict', verdict };
  });
}

it('whoever ran the acceptance for us is no judge of it, though he says that he is', async () => {
  const world = await unproven();
  const { clock, forge, start } = world;
  await start();
  await judgesAll(world);
  await clock.advance(60_000);
  expect(forge.task(number).pullRequests).toMatchObject([{ draft: true }]);
});

it('what nobody but a helper has tried is a draft, though the policy asks for no verdict', async () => {
  const { clock, forge, start } = await unproven();
  forge.policy = `version: 1\nverdicts: 0\n${recipes}\n`;
  await start();
  await clock.advance(60_000);
  expect(forge.task(number).pullRequests).toMatchObject([{ draft: true }]);
});

it('nobody is said to have run the acceptance on the mere word of another', async () => {
  const { clock, forge, first, second, start } = await unproven();
  const stranger: PeerId = peerOf(9);
  const bodies: string[] = [];
  const { putPullRequest } = forge;
  forge.putPullRequest = (at, which, text, options) => {
    bodies.push(text.body);
    return putPullRequest(at, which, text, options);
  };
  await start();
  const proof = { judgeFiles: [], signature: new Uint8Array(64) };
  second.mesh.handle(helpProtocol, async (): Promise<HelpResponse> => {
    const help = { peer: stranger, answer: 'it passes', patch: '', proof };
    return { kind: 'ended', help, tried: [] };
  });
  await clock.advance(60_000);
  expect(bodies).toEqual([]);
  const [ended] = first.journal.of('attempt.ended');
  expect(ended).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/nobody helps/) });
});
