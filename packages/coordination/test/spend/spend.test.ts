/** What models cost, added up over a day, and what happens when an operator's cap is reached. */
import type { EntryBody, PeerId, PromptExecutor, Spent } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import type { Executor, PromptJob } from '../../src/index.ts';
import { createMembership } from '../../src/membership/membership.ts';
import { createLedger } from '../../src/spend/ledger.ts';
import { createSpending } from '../../src/spend/spending.ts';
import { peerOf } from '../support/identity.ts';
import { createManualClock, wallStartMs } from '../support/manual-clock.ts';
import { capabilitiesOf, task } from '../support/stand.ts';

const hourMs = 3_600_000;

function spentOf(
  tokens: number,
  costUsd: number | null = null,
  executor: PromptExecutor = 'ollama',
): Spent {
  return { executor, model: null, turns: 1, tokensRead: tokens, tokensWritten: null, costUsd };
}

function ended(wallMs: number, spent?: Spent) {
  const head = { kind: 'attempt.ended' as const, task, epoch: 1 as never, attempt: 1 };
  const body: EntryBody = {
    ...head,
    outcome: 'failed',
    reason: '',
    commits: 0,
    elapsedMs: 1,
    ...(spent && { spent }),
  };
  return { at: { wallMs, counter: 0 }, body };
}

describe('a ledger', () => {
  it('adds up what the last 24 hours cost, failed attempts included', () => {
    const ledger = createLedger();
    ledger.take(ended(0, spentOf(1_000, 1)));
    ledger.take(ended(20 * hourMs, spentOf(200, 0.5)));
    ledger.take(ended(21 * hourMs));
    expect(ledger.day(23 * hourMs)).toEqual({ tokens: 1_200, costUsd: 1.5 });
    expect(ledger.day(25 * hourMs)).toEqual({ tokens: 200, costUsd: 0.5 });
    expect(ledger.day(50 * hourMs)).toEqual({ tokens: 0, costUsd: 0 });
  });

  it('counts what a clock far ahead has dated for one day, and not until that date', () => {
    const ledger = createLedger();
    ledger.take(ended(9_000 * hourMs, spentOf(100)));
    expect(ledger.day(0)).toMatchObject({ tokens: 100 });
    expect(ledger.day(23 * hourMs)).toMatchObject({ tokens: 100 });
    expect(ledger.day(25 * hourMs)).toMatchObject({ tokens: 0 });
  });
});

function spendingOf(caps: Parameters<typeof createSpending>[1]) {
  const self = peerOf(1);
  const clock = createManualClock();
  const membership = createMembership(self);
  membership.heard(capabilitiesOf(self), 0);
  const setAside = new Set<PeerId>();
  const tell = (peer: PeerId, tokens: number, costUsd: number, revision = 1) => {
    const told = capabilitiesOf(peer, { spent: { tokens, costUsd }, revision });
    membership.heard(told, clock.monotonicMs());
  };
  const quarantine = { has: (peer: PeerId) => setAside.has(peer) };
  const deps = { clock, membership, quarantine, self };
  return { clock, membership, setAside, tell, spending: createSpending(deps, caps) };
}

describe('a cap', () => {
  it.each([
    [{ tokensPerDay: 300 }, /this peer has spent 300 of 300 tokens/],
    [{ usdPerDay: 1 }, /this peer has spent 1.25 of 1 USD/],
    [{ meshTokensPerDay: 1_000 }, /the mesh has spent 1000 of 1000 tokens/],
    [{ meshUsdPerDay: 4 }, /the mesh has spent 4.25 of 4 USD/],
  ])('%j is reached', (caps, said) => {
    const { spending, tell } = spendingOf(caps);
    for (const index of [2, 3]) tell(peerOf(index), 350, 1.5);
    expect(spending.capReached()).toBeNull();
    spending.take(ended(wallStartMs, spentOf(300, 1.25)));
    expect(spending.capReached()).toMatch(said);
  });

  it('takes the models off offer, not the recipes, until the day is over', async () => {
    const { clock, spending } = spendingOf({ tokensPerDay: 300 });
    const run = () => Promise.reject(new Error('nobody runs it'));
    const model: Executor<PromptJob> = { models: () => [], run };
    const capped = spending.capped({ recipe: { run }, ollama: model, cli: { claude: model } });
    expect(capped.ollama?.ready?.()).toBe(true);
    spending.take(ended(wallStartMs, spentOf(300)));
    expect([capped.ollama?.ready?.(), capped.cli?.claude?.ready?.()]).toEqual([false, false]);
    expect(capped.recipe?.ready?.() ?? true).toBe(true);
    await clock.advance(25 * hourMs);
    expect(capped.ollama?.ready?.()).toBe(true);
  });
});

describe('what others say that they have spent', () => {
  const mesh = { meshTokensPerDay: 1_000, meshUsdPerDay: 10 };
  const [elm, oak] = [peerOf(2), peerOf(3)];

  it('is forgotten a day after their last word, whatever other signs of life there are', async () => {
    const { clock, membership, spending, tell } = spendingOf(mesh);
    tell(elm, 500, 0);
    await clock.advance(hourMs);
    tell(oak, 500, 0);
    expect(spending.capReached()).toMatch(/the mesh has spent 1000 of 1000 tokens/);
    await clock.advance(22.5 * hourMs);
    membership.clear(elm, clock.monotonicMs());
    membership.bury(oak);
    expect(spending.capReached()).not.toBeNull();
    await clock.advance(hourMs);
    expect(spending.capReached()).toBeNull();
  });

  it('is their newest word', () => {
    const { spending, tell } = spendingOf(mesh);
    for (const peer of [elm, oak]) tell(peer, 500, 0);
    tell(oak, 10, 0, 2);
    expect(spending.capReached()).toBeNull();
  });

  it('stops nobody when one alone says it', () => {
    const { spending, tell } = spendingOf(mesh);
    tell(elm, Number.MAX_SAFE_INTEGER, 1e300);
    expect(spending.capReached()).toBeNull();
    spending.take(ended(wallStartMs, spentOf(499)));
    expect(spending.capReached()).toBeNull();
    spending.take(ended(wallStartMs, spentOf(1)));
    expect(spending.capReached()).toMatch(/the mesh has spent 1000 of 1000 tokens/);
  });

  it('counts for each at most what a peer may spend here', () => {
    const { spending, tell } = spendingOf({ ...mesh, tokensPerDay: 200, usdPerDay: 2 });
    for (const index of [2, 3, 4, 5]) tell(peerOf(index), 9_999, 99);
    expect(spending.capReached()).toBeNull();
    tell(peerOf(6), 9_999, 0);
    expect(spending.capReached()).toMatch(/the mesh has spent 1000 of 1000 tokens/);
  });

  it('counts nothing of who is in quarantine', () => {
    const { spending, setAside, tell } = spendingOf(mesh);
    for (const peer of [elm, oak]) tell(peer, 0, 5);
    expect(spending.capReached()).toMatch(/10.00 of 10 USD/);
    setAside.add(oak);
    expect(spending.capReached()).toBeNull();
  });
});
