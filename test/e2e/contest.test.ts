/** Twenty contenders, one issue, one shared account, and a forge that loses answers to pushes. */
import { RepoName } from '@bzzz/protocol';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Contender, startContender } from './harness/contender.ts';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import { storyOf } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';
import { bodyOf, gatedWorld, maintainer } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const contendersCount = 20;

it('twenty contenders with one account have one publisher', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(stage, await gatedWorld(stage, []));
  const contenders = await Promise.all(
    Array.from({ length: contendersCount }, (_, index) =>
      startContender(stage, forge, `contender-${index}`),
    ),
  );
  await stage.until('everybody has looked at the forge', () =>
    contenders.every(({ coordinator }) =>
      coordinator.view().watching.every(({ answeredAgoMs }) => answeredAgoMs !== null),
    ),
  );
  // The first push takes effect and its pusher does not hear of it; then one in five.
  const on = 'git-receive-pack';
  await forge.addFault({ on, kind: 'dropReply', count: 1 });
  await forge.addFault({ on, kind: 'dropReply', probability: 0.2 });

  const filed = { title: 'Write oak', body: bodyOf('quick', 'oak'), labels: ['bzzz'] };
  await forge.call(maintainer, 'POST', 'issues', filed);
  for (const { coordinator } of contenders) {
    for (const { repo } of coordinator.view().watching) coordinator.lookNow(RepoName.parse(repo));
  }
  const winner = await stage.until('one has done it', () =>
    contenders.find((one) => endsOf(one).includes('done')),
  );
  await stage.until('every other one knows that it lost', () =>
    contenders.every((one) => one === winner || claimsOf(one).includes('lost')),
  );
  const [first, ...further] = await forge.faults();
  expect(first?.struck).toBe(1);
  expect(further).toHaveLength(1);
  await forge.clearFaults();

  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'result 1']);
  expect(new Set(chain.map(({ record }) => record.peer))).toEqual(new Set([winner.peer]));
  for (const one of contenders) {
    const won = claimsOf(one).filter((outcome) => outcome === 'won');
    expect(won).toHaveLength(one === winner ? 2 : 0);
    // A loser writes nothing to the forge.
    const effects = one.journal().filter(({ kind }) => kind === 'effect.intended');
    expect(effects.length > 0).toBe(one === winner);
  }
  // Everybody raced: each pushed a claim of its own.
  const oids = contenders.flatMap((one) =>
    one.journal().flatMap((body) => (body.kind === 'fence.intended' ? [body.intent.oid] : [])),
  );
  expect(new Set(oids).size).toBe(contendersCount + 1);
});

/** How the contender's pushes of lock commits came out. */
function claimsOf(one: Contender): string[] {
  return one.journal().flatMap((body) => (body.kind === 'fence.settled' ? [body.outcome] : []));
}

function endsOf(one: Contender): string[] {
  return one.journal().flatMap((body) => (body.kind === 'task.ended' ? [body.state] : []));
}
