/** A peer that is asked for help: whom it answers, how long it goes on, and what it never does. */
import {
  BzzzError,
  type HelpRequest,
  HelpId,
  type HelpResponse,
  issueHash,
  helpProtocol,
  limits,
  type Plea,
  pleaSigningBytes,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { type HelperOptions, startHelper } from '../../src/help/helper.ts';
import type { ExecutorReport, ExecutorRequest, Mask, PromptJob } from '../../src/index.ts';
import { createMembership } from '../../src/membership/membership.ts';
import { peerOf } from '../support/identity.ts';
import { issueOf } from '../support/memory-forge.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { createMemoryWork } from '../support/memory-work.ts';
import { createStand, lagMs, number, task } from '../support/stand.ts';

type Ask = Extract<HelpRequest, { kind: 'ask' }>;

const id = HelpId.parse('1'.repeat(32));
const leaseMs = 20_000;

/** Peer 1 holds the task and is stuck; peer 2 is asked. */
async function pairOf(
  change: Partial<HelperOptions> = {},
  issue = issueOf(),
  more: { readonly mask?: Mask } = {},
) {
  const asker = createStand(1);
  asker.forge.task(number).issue = issue;
  const { record } = await asker.win({ bodySha256: issueHash(issue) });
  const stand = createStand(2, asker);
  const work = createMemoryWork(stand.clock);
  const hub = createMemoryHub();
  const [asking, mesh] = [hub.join(asker.peer), hub.join(stand.peer)];
  hub.link(asker.peer, stand.peer);
  const membership = createMembership(stand.peer);
  const options: HelperOptions = {
    unable: () => null,
    lagMs,
    backoffMs: 1_000,
    leaseMs,
    candidates: () => [],
    ...change,
  };
  const helper = startHelper({ ...stand, ...work, ...more, mesh, membership }, options);
  async function askOf(plea: Partial<Plea> = {}, more: Partial<Ask> = {}): Promise<Ask> {
    const words = { question: 'how?', patch: '' };
    const asked: Plea = { id, task, epoch: record.epoch, peer: asker.peer, ...words, ...plea };
    const signature = await asker.signer.sign(pleaSigningBytes(asked));
    const way = { hop: 1, budget: 1, path: [asker.peer] };
    return { kind: 'ask', plea: asked, signature, ...way, ...more };
  }
  const send = (request: HelpRequest) => asking.request(helpProtocol, stand.peer, request);
  const stay = (heard: number) => send({ kind: 'stay', id, heard, leaseMs });
  /** Asks, and keeps the branch alive until it ends. */
  async function settled(ask: Ask): Promise<HelpResponse> {
    let response = await send(ask);
    while (response.kind === 'working') {
      await stand.clock.advance(500);
      response = await stay(response.number);
    }
    return response;
  }
  return { asker, stand, hub, work, helper, askOf, send, stay, settled };
}

const reasonsOf = (response: HelpResponse) =>
  response.kind === 'ended' ? response.tried.map(({ reason }) => reason) : [];

describe('a plea for help', () => {
  it('is worked on with the work of whoever is stuck, and answered with what was changed', async () => {
    const { stand, work, askOf, settled } = await pairOf();
    const response = await settled(await askOf({ patch: 'unfinished' }));
    expect(response).toMatchObject({ kind: 'ended', help: { peer: stand.peer, patch: 'patch' } });
    expect(work.events).toEqual([
      'create',
      'apply unfinished',
      'collect',
      'run',
      'collect',
      'dispose',
    ]);
    const kinds = stand.journal.kinds().filter((kind) => kind.startsWith('help.'));
    expect(kinds).toEqual(['help.taken', 'help.begun', 'help.worked']);
  });

  it.each([
    ['without his work, as if he had not begun', '', [['packages.example.org']]],
    ['with his work, without the hosts of the policy', 'unfinished', [[]]],
  ])('is worked on %s', async (_how, patch, expected) => {
    const { asker, work, askOf, settled } = await pairOf();
    asker.forge.policy =
      asker.forge.policy?.replace('run:', 'network: [packages.example.org], run:') ?? null;
    const reached: unknown[] = [];
    const recipe = work.executors.recipe ?? expect.fail('there is none');
    work.executors.recipe = {
      run: (request, options) => {
        reached.push(request.job.network);
        return recipe.run(request, options);
      },
    };
    await settled(await askOf({ patch }));
    expect(reached).toEqual(expected);
  });

  it.each([
    ['the whole work is wanted', '', ['architect', 'coder']],
    ['there is a question', 'how?', ['coder']],
  ])('is worked on by the roles of the policy where %s', async (_when, question, expected) => {
    const issue = issueOf({ body: 'Please mend the widget.' });
    const { asker, work, askOf, settled } = await pairOf({}, issue);
    asker.forge.policy = JSON.stringify({
      version: 1,
      plain: { models: ['coder'], accept: ['check'], steps: ['architect', 'coder'] },
      roles: { architect: { models: ['architect'] } },
    });
    const worked: unknown[] = [];
    Object.assign(work.executors, {
      ollama: {
        run: async ({ job }: ExecutorRequest<PromptJob>) => {
          worked.push(...job.models);
          return { succeeded: true, reason: '', commands: [], answer: 'So.' };
        },
      },
    });
    await settled(await askOf({ question }));
    expect(worked).toEqual(expected);
  });

  it('is not worked on before whoever asks is known to have heard of us', async () => {
    const { stand, work, askOf, send } = await pairOf();
    expect(await send(await askOf())).toEqual({ kind: 'working', number: 0 });
    await stand.clock.advance(60_000);
    expect(work.events).toEqual([]);
    expect(await send({ kind: 'drop', id })).toMatchObject({ kind: 'ended' });
  });

  it('is not worked on twice, though its answer was lost and it is asked again', async () => {
    const { work, askOf, settled, send } = await pairOf();
    const ask = await askOf();
    const first = await settled(ask);
    expect(await send(ask)).toEqual(first);
    expect(work.events.filter((event) => event === 'run')).toHaveLength(1);
  });

  it('is not worked on again after a restart', async () => {
    const { helper, askOf, send } = await pairOf();
    helper.remember({ asked: [id], helped: [task] });
    expect(reasonsOf(await send(await askOf()))).toEqual(['it was asked before']);
    expect(helper.hasHelped(task)).toBe(true);
  });

  it('does not call ended what an earlier run was asked: others may be at it for that run', async () => {
    const { helper, send, stay } = await pairOf();
    helper.remember({ asked: [id], helped: [] });
    expect(await stay(3)).toEqual({ kind: 'unknown' });
    expect(await send({ kind: 'drop', id })).toEqual({ kind: 'unknown' });
  });

  const forgeries: [string, Partial<Ask>, string][] = [
    ['a forged signature', { signature: new Uint8Array(64) }, 'it is not signed by whoever asks'],
    ['a path of others', { path: [peerOf(7)] }, 'its path is not the one that it came by'],
    ['more hops than its path', { hop: 2 }, 'its path is not the one that it came by'],
  ];
  it.each(forgeries)('is refused with %s', async (_what, more, reason) => {
    const { work, askOf, send } = await pairOf();
    expect(reasonsOf(await send(await askOf({}, more)))).toEqual([reason]);
    expect(work.events).toEqual([]);
  });

  it('is refused when it comes back to who it went through', async () => {
    const { asker, stand, askOf, send } = await pairOf();
    const path = [asker.peer, stand.peer, asker.peer];
    expect(reasonsOf(await send(await askOf({}, { hop: 3, path })))).toEqual([
      'it goes in circles',
    ]);
  });

  it('comes to nothing when whoever asks does not hold the task', async () => {
    const { work, askOf, settled } = await pairOf();
    const { epoch } = await askOf().then(({ plea }) => plea);
    const response = await settled(await askOf({ epoch: (epoch + 1) as typeof epoch }));
    expect(reasonsOf(response).join()).toContain('does not hold the task');
    expect(work.events).toEqual([]);
  });

  it('comes to nothing for an issue that nobody trusted wrote (invariant 11)', async () => {
    const { asker, work, askOf, settled } = await pairOf();
    asker.forge.task(number).issue = issueOf({ association: 'NONE' });
    expect(reasonsOf(await settled(await askOf())).join()).toContain('NONE');
    expect(work.events).toEqual([]);
  });

  it('does not bring files in that could steer our own tools', async () => {
    const { work, askOf, settled } = await pairOf();
    work.script.changes = 'CLAUDE.md';
    const response = await settled(await askOf({ patch: 'unfinished' }));
    expect(reasonsOf(response).join()).toContain('touches the protected path CLAUDE.md');
    expect(work.events).not.toContain('run');
  });

  it('ends with its lease, and counts that from an answer that was heard', async () => {
    const { stand, work, askOf, send, stay } = await pairOf();
    work.script.takesMs = 600_000;
    await send(await askOf());
    await stay(0);
    await stand.clock.advance(10_000);
    // Heard long ago: it keeps nothing alive beyond what the first one did.
    await stay(0);
    await stand.clock.advance(leaseMs - 10_000 + lagMs);
    expect(stand.journal.of('help.worked')).toMatchObject([{ outcome: 'cancelled' }]);
    expect(work.events.at(-1)).toBe('dispose');
  });

  it('ends at once when it is dropped', async () => {
    const { stand, work, askOf, send, stay } = await pairOf();
    work.script.takesMs = 600_000;
    await send(await askOf());
    await stay(0);
    await stand.clock.advance(1_000);
    await send({ kind: 'drop', id });
    await stand.clock.advance(1);
    expect(await send({ kind: 'drop', id })).toMatchObject({ kind: 'ended' });
    expect(work.events.at(-1)).toBe('dispose');
  });

  it('is not called ended where handing it on failed: whoever it reached may be at it', async () => {
    const third = peerOf(3);
    const { stand, hub, askOf, send, stay } = await pairOf({
      unable: () => 'cannot',
      candidates: () => [third],
    });
    let calls = 0;
    hub.join(third).handle(helpProtocol, async () => {
      calls += 1;
      if (calls === 4) throw new Error('a defect on the way');
      return { kind: 'working' as const, number: calls - 1 };
    });
    hub.link(stand.peer, third);
    await send(await askOf({}, { budget: 4 }));
    await stay(0);
    await stand.clock.advance(5_000);
    expect(calls).toBe(4);
    expect(await stay(0)).toEqual({ kind: 'unknown' });
    expect(stand.journal.of('trouble')).toMatchObject([{ reason: 'a defect on the way' }]);
  });

  it('is not taken any more once we stop', async () => {
    const { stand, helper, askOf, send } = await pairOf();
    const asked = send(await askOf());
    const [stopped] = await Promise.all([
      stand.clock.drive(helper.stop()),
      expect(asked).rejects.toThrow('stopping'),
    ]);
    expect(stopped).toBeUndefined();
    expect(stand.journal.kinds()).not.toContain('help.taken');
    expect(stand.clock.waiting()).toBe(0);
  });

  it('ends when we stop', async () => {
    const { stand, work, helper, askOf, send, stay } = await pairOf();
    work.script.takesMs = 600_000;
    await send(await askOf());
    await stay(0);
    await stand.clock.advance(1_000);
    await stand.clock.drive(helper.stop());
    expect(work.events.at(-1)).toBe('dispose');
  });
});

describe('what was said while a helper worked', () => {
  const secret = 'hunter2';
  const mask: Mask = async (text) => text.replaceAll(secret, '*******');
  const long = `${'x'.repeat(limits.reasonCharsMax - 24)} ${secret}`;
  const reports: [string, Partial<ExecutorReport> | BzzzError][] = [
    ['failed', { succeeded: false, reason: `it printed ${secret}` }],
    ['failed with a secret where the journal cuts', { succeeded: false, reason: long }],
    ['answered', { answer: `say ${secret}` }],
    ['died', new BzzzError('worker_lost', `it printed ${secret}`)],
    ['met a defect', new BzzzError('defect', secret)],
  ];

  it.each(reports)('goes out without its secrets where it %s', async (_how, report) => {
    const { stand, work, askOf, settled } = await pairOf({}, issueOf(), { mask });
    work.executors.recipe = {
      async run() {
        if (report instanceof BzzzError) throw report;
        return { succeeded: true, reason: '', commands: [], ...report };
      },
    };
    const said = [await settled(await askOf()), stand.journal.bodies()].map((one) =>
      JSON.stringify(one),
    );
    for (const words of said) {
      expect(words).toContain('***');
      expect(words).not.toContain('hunt');
    }
  });

  it('goes out without its secrets where nothing could be set up', async () => {
    const { stand, work, askOf, settled } = await pairOf({}, issueOf(), { mask });
    work.script.unprepared = new BzzzError('setup_failed', `it printed ${secret}`);
    expect(reasonsOf(await settled(await askOf()))).toEqual(['it printed *******']);
    expect(JSON.stringify(stand.journal.bodies())).not.toContain(secret);
  });
});
