/** One peer's deciding parts over ports in memory. */
import {
  Account,
  type BzzzError,
  type Capabilities,
  Epoch,
  type FenceIntent,
  IssueNumber,
  issueHash,
  type PeerId,
  Sha256Hex,
  TaskId,
} from '@bzzz/protocol';
import { sampleCapabilities } from '@bzzz/testkit/contracts/samples';
import { createChronicle } from '../../src/chronicle/chronicle.ts';
import { type ClaimOptions, claimIntent } from '../../src/fence/claim.ts';
import type { RecordDraft } from '../../src/fence/commit.ts';
import { createFence } from '../../src/fence/fence.ts';
import { readTip, type Tip } from '../../src/fence/tip.ts';
import { createConsent } from '../../src/task/consent.ts';
import { createBlockersOf } from '../../src/task/blockers.ts';
import { createQuarantine } from '../../src/quarantine/quarantine.ts';
import { createTrouble } from '../../src/support/trouble.ts';
import { createDraws, createIdentity } from './identity.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createMemoryForge, issueOf, type MemoryForge, repo } from './memory-forge.ts';
import { createMemoryJournal } from './memory-journal.ts';

export const task = TaskId.parse('acme/widgets#7');
export const number = IssueNumber.parse(7);
export const account = Account.parse('bzzz-bot');
export const bodySha256 = Sha256Hex.parse(issueHash(issueOf()));
export const lagMs = 8_000;
export const leaseMs = 60_000;
/** A signal that never fires. */
export const calm = new AbortController().signal;
/** Of work that has one step. */
export const noSteps = {
  between: () => Promise.reject(new Error('there is one step')),
  change: () => Promise.reject(new Error('there is no critic')),
  onStep: () => Promise.reject(new Error('there are no steps')),
};

export type Stand = ReturnType<typeof createStand>;

/** `index` names the peer. Stands that share a forge and a clock are peers of one mesh. */
export function createStand(
  index = 1,
  shared: { readonly forge?: MemoryForge; readonly clock?: ManualClock } = {},
) {
  const clock = shared.clock ?? createManualClock();
  const forge = shared.forge ?? forgeWithIssue();
  const journal = createMemoryJournal();
  const signer = createIdentity(index);
  const random = createDraws(index);
  const chronicle = createChronicle({ self: signer.peer, clock, journal });
  const fatal: BzzzError[] = [];
  const trouble = createTrouble({ clock, chronicle, onFatal: (error) => fatal.push(error) });
  const blockersOf = createBlockersOf({ forge, trouble });
  const consent = createConsent({ forge, trouble, meshAccounts: () => [account] });
  const quarantine = createQuarantine({ clock, chronicle, membership: { isMet: () => true } });
  const ports = {
    quarantine,
    clock,
    forge,
    journal,
    signer,
    random,
    chronicle,
    trouble,
    blockersOf,
    consent,
  };
  const fence = createFence(ports, { lagMs });
  return {
    ...ports,
    fence,
    fatal,
    peer: signer.peer,
    /** A claim over what stands on the forge now. */
    async claim(change: Partial<ClaimOptions> = {}): Promise<FenceIntent> {
      const { tip } = await readTip(signer, repo, forge.fence(number));
      const options = {
        task,
        account,
        tip,
        epochKnown: 0,
        bodySha256,
        leaseMs,
        afresh: false,
        accountsBefore: [],
        result: null,
        ...change,
      };
      return claimIntent(ports, options);
    },
    /** Claims and wins. */
    async win(change: Partial<ClaimOptions> = {}): Promise<FenceIntent> {
      const intent = await this.claim(change);
      const verdict = await clock.drive(fence.propose(intent, calm));
      if (verdict.kind !== 'won') throw new Error(`not won: ${verdict.kind}`);
      return intent;
    },
    async tip(): Promise<Tip> {
      return (await readTip(signer, repo, forge.fence(number))).tip;
    },
  };
}

function forgeWithIssue(): MemoryForge {
  const forge = createMemoryForge();
  forge.file(issueOf());
  return forge;
}

/** A record to be committed, as the fields of a claim of this epoch. */
export function heldDraft(epoch: number): Extract<RecordDraft, { state: 'held' }> {
  const at = Epoch.parse(epoch);
  return { state: 'held', task, account, former: [], epoch: at, attempt: 1, leaseMs, bodySha256 };
}

/** A peer that can do the work of `issueOf()`. */
export function capabilitiesOf(peer: PeerId, change: object = {}): Capabilities {
  const able = { repositories: [repo], executors: ['recipe'], success: 1 };
  return sampleCapabilities({ peer, name: 'some-peer', account, ...able, ...change });
}
