/** What models cost, added up over a day, and what happens when an operator's cap is reached. */
import type { EntryBody, PromptExecutor, Spent } from '@bzzz/protocol';
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
});

function spendingOf(caps: Parameters<typeof createSpending>[1]) {
  const self = peerOf(1);
  const clock = createManualClock();
  const membership = createMembership(self);
  membership.heard(capabilitiesOf(self), 0);
  membership.heard(capabilitiesOf(peerOf(2), { spent: { tokens: 700, costUsd: 3 } }), 0);
  return { clock, spending: createSpending({ clock, membership, self }, caps) };
}

describe('a cap', () => {
  it.each([
    [{ tokensPerDay: 300 }, /this peer has spent 300 of 300 tokens/],
    [{ usdPerDay: 1 }, /this peer has spent 1.25 of 1 USD/],
    [{ meshTokensPerDay: 1_000 }, /the mesh has spent 1000 of 1000 tokens/],
    [{ meshUsdPerDay: 4 }, /the mesh has spent 4.25 of 4 USD/],
  ])('%j is reached', (caps, said) => {
    const { spending } = spendingOf(caps);
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
