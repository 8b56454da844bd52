/** Branches that are opened and followed: when they count for ended, whatever those asked do. */
import {
  BzzzError,
  HelpId,
  helpProtocol,
  type HelpRequest,
  type HelpResponse,
  type Lack,
  Oid,
  type PeerId,
  pleaSigningBytes,
  type ProofSubject,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { signProof } from '../../src/help/proof.ts';
import { spread, type SpreadJob } from '../../src/help/spread.ts';
import type { Mask, Signer } from '../../src/index.ts';
import { createIdentity, peerOf } from '../support/identity.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { createStand, task } from '../support/stand.ts';

const leaseMs = 20_000;
const [second, third] = [peerOf(2), peerOf(3)];
const nothing = { kind: 'ended' as const, tried: [] };

type Script = (request: HelpRequest, calls: number) => HelpResponse | Promise<HelpResponse>;

/** Peer 1 asks; the others answer as they are told. */
async function rootOf(
  scripts: ReadonlyMap<PeerId, Script>,
  { lacks, ...more }: { mask?: Mask; lacks?: Lack } = {},
) {
  const stand = createStand(1);
  const { record } = await stand.win();
  const hub = createMemoryHub();
  const mesh = hub.join(stand.peer);
  const heard: { readonly peer: PeerId; readonly kind: HelpRequest['kind'] }[] = [];
  for (const [peer, script] of scripts) {
    let calls = 0;
    hub.join(peer).handle(helpProtocol, async (_from, request) => {
      heard.push({ peer, kind: request.kind });
      calls += 1;
      return script(request, calls - 1);
    });
    hub.link(stand.peer, peer);
  }
  const id = HelpId.parse('1'.repeat(32));
  const words = { question: 'how?', patch: '' };
  const plea = { id, task, epoch: record.epoch, peer: stand.peer, ...words };
  const signature = await stand.signer.sign(pleaSigningBytes(plea));
  const stopping = new AbortController();
  const job: SpreadJob = {
    signed: { plea, signature },
    hop: 1,
    budget: 4,
    path: [stand.peer],
    candidates: () => [...scripts.keys()],
    leaseMs,
    untilMs: () => stand.clock.monotonicMs() + leaseMs,
    dropped: new AbortController().signal,
    lacks,
  };
  const deps = { ...stand, ...more, mesh, membership: { isDead: () => false } };
  return { stand, heard, stopping, ask: () => spread(deps, job, stopping.signal) };
}

it('a branch that its helper knows nothing of any more lasts as long as its lease', async () => {
  const restartsAt = 5;
  let lastMs = 0;
  const { stand, ask } = await rootOf(
    new Map([
      [
        second,
        (_request, calls) => {
          if (calls >= restartsAt) return { kind: 'unknown' };
          lastMs = stand.clock.monotonicMs();
          return { kind: 'working', number: calls };
        },
      ],
    ]),
  );
  const { tried } = await stand.clock.drive(ask());
  expect(tried).toEqual([{ peer: second, reason: 'it was not heard of any more' }]);
  expect(stand.clock.monotonicMs()).toBeGreaterThanOrEqual(lastMs + leaseMs);
});

it('who never knew a branch is given up', async () => {
  const { stand, ask } = await rootOf(new Map([[second, () => ({ kind: 'unknown' })]]));
  const { tried } = await stand.clock.drive(ask());
  expect(tried).toEqual([{ peer: second, reason: 'it could not be reached' }]);
  expect(stand.clock.monotonicMs()).toBeLessThan(leaseMs);
});

it('where the journal takes no more the other branches are dropped, and waited for', async () => {
  let isOut = false;
  const { stand, ask } = await rootOf(
    new Map<PeerId, Script>([
      [
        second,
        (_request, calls) => {
          if (calls < 3) return { kind: 'working', number: calls };
          stand.journal.fill();
          return nothing;
        },
      ],
      [
        third,
        ({ kind }, calls) => {
          isOut = kind === 'drop';
          return isOut ? nothing : { kind: 'working', number: calls };
        },
      ],
    ]),
  );
  await expect(stand.clock.drive(ask())).rejects.toThrow('no space left');
  expect(isOut).toBe(true);
});

it('who is to stop asks nobody any more', async () => {
  const { stand, heard, stopping, ask } = await rootOf(
    new Map<PeerId, Script>(
      [2, 3, 4, 5].map((index) => [
        peerOf(index),
        (_request, calls) => ({ kind: 'working', number: calls }),
      ]),
    ),
  );
  const asked = ask();
  await stand.clock.advance(3_000);
  stopping.abort(new BzzzError('stopped', 'the peer is stopping'));
  await stand.clock.drive(asked);
  expect(new Set(heard.map(({ peer }) => peer)).size).toBe(2);
  expect(stand.journal.of('help.sent')).toHaveLength(2);
});

it.each([
  ['made', second],
  ['handed back', third],
])('takes no help that a peer in quarantine %s', async (_how, by) => {
  const help = { peer: by, answer: 'so', patch: '' };
  const { stand, ask } = await rootOf(
    new Map([[second, () => ({ kind: 'ended', tried: [], help })]]),
  );
  Object.assign(stand.quarantine, { has: (peer: PeerId) => peer === second });
  expect(await stand.clock.drive(ask())).toEqual({
    tried: [{ peer: second, reason: 'it is in quarantine' }],
  });
});

it('what a peer says that masks nothing is kept and told on without its secrets', async () => {
  const mask: Mask = async (text) => text.replaceAll('hunter2', '*******');
  const fails = { peer: second, reason: 'it printed hunter2' };
  const help = { peer: third, answer: 'say hunter2', patch: '' };
  const scripts = new Map<PeerId, Script>([
    [second, () => ({ kind: 'ended', tried: [fails] })],
    [third, () => ({ kind: 'ended', tried: [], help })],
  ]);
  const { stand, ask } = await rootOf(scripts, { mask });
  const said = [await stand.clock.drive(ask()), stand.journal.bodies()].map((one) =>
    JSON.stringify(one),
  );
  for (const words of said) {
    expect(words).toContain('*******');
    expect(words).not.toContain('hunter2');
  }
});

describe('a request for a proof', () => {
  const acceptanceOn = Oid.parse('b'.repeat(40));

  /** The third says that the acceptance passed, signed by `signer`; the second answers something else. */
  async function provenBy(signer: Signer) {
    let subject: ProofSubject | undefined;
    const words = { kind: 'ended' as const, tried: [] };
    const other = { peer: second, answer: 'so', patch: '' };
    const scripts = new Map<PeerId, Script>([
      [second, () => ({ ...words, help: other })],
      [
        third,
        async (request, calls) => {
          if (request.kind === 'drop') return nothing;
          if (request.kind === 'ask') subject = { plea: request.plea, acceptanceOn };
          if (subject === undefined || calls < 3) return { kind: 'working', number: calls };
          const proof = await signProof(signer, subject, { judgeFiles: [] });
          return { ...words, help: { peer: third, answer: 'it passes', patch: '', proof } };
        },
      ],
    ]);
    const { stand, ask } = await rootOf(scripts, {
      lacks: { kind: 'tool', name: 'check', acceptanceOn },
    });
    return stand.clock.drive(ask());
  }

  it('is ended by no help with something else', async () => {
    const found = await provenBy(createIdentity(3));
    expect(found).toMatchObject({ help: { peer: third, proof: { judgeFiles: [] } } });
    expect(found.tried).toEqual([{ peer: second, reason: 'it did not run the acceptance' }]);
  });

  it('is ended by nothing that the one did not sign who is said to have run it', async () => {
    const found = await provenBy(createIdentity(2));
    expect(found.help).toBeUndefined();
    expect(found.tried).toContainEqual({
      peer: third,
      reason: 'it did not sign that it ran the acceptance of this work',
    });
  });
});

describe('what is missing on a machine', () => {
  const lacks: Lack = { kind: 'tool', name: 'fmt' };
  const asked = (stand: Awaited<ReturnType<typeof rootOf>>['stand']) =>
    stand.journal.of('help.sent').map(({ peer }) => peer);
  const working: Script = (_request, calls) => ({ kind: 'working', number: calls });

  it('is asked of one peer after the other, until one has it', async () => {
    const help = { peer: third, answer: 'so', patch: '' };
    let others = 0;
    const { stand, ask } = await rootOf(
      new Map<PeerId, Script>([
        [
          second,
          (_request, calls) => {
            others = asked(stand).length;
            return calls < 3 ? { kind: 'working', number: calls } : nothing;
          },
        ],
        [third, () => ({ kind: 'ended', tried: [], help })],
        [peerOf(4), working],
      ]),
      { lacks },
    );
    expect(await stand.clock.drive(ask())).toMatchObject({ help });
    expect(others).toBe(1);
    expect(asked(stand)).toEqual([second, third]);
  });

  it('is asked of a second as well where the first takes long, as one that is busy', async () => {
    const { stand, stopping, ask } = await rootOf(
      new Map<PeerId, Script>([2, 3, 4].map((index) => [peerOf(index), working])),
      { lacks },
    );
    const over = ask();
    await stand.clock.advance(50_000);
    expect(asked(stand)).toEqual([second]);
    await stand.clock.advance(30_000);
    expect(asked(stand)).toEqual([second, third]);
    stopping.abort(new BzzzError('stopped', 'the peer is stopping'));
    await stand.clock.drive(over);
  });
});
