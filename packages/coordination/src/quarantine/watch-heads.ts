/**
 * Tells others how our journal stands, signed, and hears the same of them. Whatever contradicts what was
 * heard before, or what a replica holds, is proof: it is checked as a stranger's would be, sets the peer
 * aside, and is handed on, again and again, so that whoever was away learns of it too. Nobody is believed.
 *
 * Two heads are told: the newest, and the one after the first block of this run. A journal that was set back
 * or copied parts from its other self with the first block that is written then, so that head shows it to
 * whoever has the other self's block there, however far both have gone on since.
 */
import {
  bytesToHex,
  type ForkEvidence,
  type HeadsMessage,
  type ToldHead,
  type JournalKey,
  type PeerId,
  type SettledHistory,
  type SignedHead,
  headSigningBytes,
  topics,
  type TreeWitness,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Membership } from '../membership/membership.ts';
import type { Clock, Mesh, Signer, StoredEntry } from '../ports/index.ts';
import { createSerial } from '../support/serial.ts';
import type { Trouble } from '../support/trouble.ts';
import { createWaker } from '../support/waker.ts';
import { contradicts, isSigned, provenBy } from './contradiction.ts';
import { createHeardHeads } from './heard-heads.ts';
import type { Quarantine } from './quarantine.ts';

export interface WatchHeadsDeps {
  readonly clock: Clock;
  readonly mesh: Pick<Mesh, 'peer' | 'publish' | 'subscribe'>;
  readonly signer: Signer;
  readonly chronicle: Pick<Chronicle, 'onEntry'>;
  readonly membership: Pick<Membership, 'isMet'>;
  readonly trouble: Pick<Trouble, 'tell'>;
  readonly quarantine: Quarantine;
  readonly witness: WitnessOf;
}

/**
 * The tree that a journal's key signed last, as far as it has come here, and its roots at a length, by default its
 * own; null: nothing is held that goes so far.
 */
export type WitnessOf = (key: JournalKey, length?: number) => Promise<TreeWitness | null>;

export interface WatchHeadsOptions {
  readonly announceMs: number;
  /** After the first block of this run. */
  readonly firstHead: ToldHead;
  readonly head: () => ToldHead;
}

export interface WatchHeads {
  /** A person lets pass what is known of that peer's journals so far. Throws `peer_unknown`. */
  lift(peer: PeerId): Promise<void>;
  stop(): void;
}

/** While a journal grows its head is told so often between two announcements. */
const tellsPerAnnouncement = 6;
/** Messages that wait to be checked; more are dropped, as they are told again. */
const waitingMax = 64;

export function watchHeads(deps: WatchHeadsDeps, options: WatchHeadsOptions): WatchHeads {
  const { clock, mesh, signer, quarantine, trouble } = deps;
  const { announceMs } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const waker = createWaker(clock);
  const heard = createHeardHeads(deps.membership.isMet);
  const serial = createSerial();
  /** When somebody else told of it last: then we need not, too. */
  const toldAtMs = new Map<PeerId, number>();
  let waiting = 0;
  let growing = false;
  let signedFirst: SignedHead | undefined;

  async function tell(): Promise<void> {
    signedFirst ??= await signed(options.firstHead);
    const newest = await signed(options.head());
    await publish({ kind: 'heads', heads: [signedFirst, newest] });
    const nowMs = clock.monotonicMs();
    for (const peer of toldAtMs.keys()) if (!quarantine.has(peer)) toldAtMs.delete(peer);
    for (const { peer, evidence } of quarantine.told()) {
      const heardMs = toldAtMs.get(peer) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - heardMs >= announceMs) await publish({ kind: 'fork', evidence });
    }
  }

  async function signed(head: ToldHead): Promise<SignedHead> {
    const statement = { peer: mesh.peer, head };
    const signature = bytesToHex(await signer.sign(headSigningBytes(statement)));
    return { ...statement, signature };
  }

  async function publish(message: HeadsMessage): Promise<void> {
    await mesh.publish(topics.heads, message).catch(trouble.tell);
  }

  async function run(): Promise<void> {
    for (;;) {
      await tell();
      await waker.wait(announceMs, signal);
    }
  }

  function onEntry({ entry: { body } }: StoredEntry): void {
    if (body.kind === 'member.joined') quarantine.join(body.peer).catch(trouble.tell);
    if (growing) return;
    growing = true;
    clock.after(announceMs / tellsPerAnnouncement, () => {
      growing = false;
      if (!signal.aborted) waker.wake();
    });
  }

  function onMessage(from: PeerId, message: HeadsMessage): void {
    if (waiting >= waitingMax) return;
    waiting += 1;
    const job =
      message.kind === 'heads' ? () => hear(from, message.heads) : () => judge(message.evidence);
    serial(job)
      .catch((error: unknown) => {
        if (!signal.aborted) trouble.tell(error);
      })
      .finally(() => {
        waiting -= 1;
      });
  }

  async function hear(from: PeerId, heads: readonly SignedHead[]): Promise<void> {
    for (const one of heads) {
      // Others' heads are theirs to tell; what contradicts them comes as evidence.
      if (one.peer !== from || heard.has(one) || !(await isSigned(signer, one))) continue;
      const evidence = heard.keep(one);
      if (evidence !== undefined) await judge(evidence);
    }
    for (const one of heard.open(from)) await compare(one);
  }

  /** The replica of a journal may come to it later: then it is compared when its peer is heard again. */
  async function compare(one: SignedHead): Promise<void> {
    const { key, length, fork } = one.head;
    const whole = await deps.witness(key);
    if (whole === null) return;
    const tree = whole.fork === fork ? await deps.witness(key, length) : whole;
    if (tree === null) return;
    if (contradicts(one, tree)) await judge({ kind: 'tree', head: one, tree });
    else heard.confirm(one);
  }

  async function judge(evidence: ForkEvidence): Promise<void> {
    const found = await provenBy(signer, evidence);
    if (found === undefined) return;
    toldAtMs.set(found.peer, clock.monotonicMs());
    if (!quarantine.isNews(found)) return;
    await quarantine.put(found, evidence);
    // Of strangers others are told when they are met: a flood of them must not be handed on.
    if (deps.membership.isMet(found.peer)) await publish({ kind: 'fork', evidence });
  }

  /** How far each journal of that peer is known, by whatever it signed. */
  async function known(peer: PeerId): Promise<SettledHistory[]> {
    const proof = quarantine.all().find((one) => one.peer === peer)?.evidence;
    const heads = [...heard.of(peer), ...(proof === undefined ? [] : headsIn(proof))];
    const histories = heads.map(({ head }) => head);
    const trees = await Promise.all(
      [...new Set(histories.map(({ key }) => key))].map(async (key) => {
        const tree = await deps.witness(key);
        return tree === null ? [] : [{ key, length: tree.length, fork: tree.fork }];
      }),
    );
    return longest([...histories, ...trees.flat()]);
  }

  const offEntry = deps.chronicle.onEntry(onEntry);
  const unsubscribe = mesh.subscribe(topics.heads, onMessage);
  run().catch((error: unknown) => {
    if (!signal.aborted) trouble.tell(error);
  });
  return {
    lift: (peer) => serial(async () => quarantine.lift(peer, await known(peer))),
    stop() {
      stopping.abort();
      offEntry();
      unsubscribe();
    },
  };
}

function headsIn(evidence: ForkEvidence): SignedHead[] {
  return evidence.kind === 'heads' ? [evidence.first, evidence.second] : [evidence.head];
}

function longest(histories: readonly SettledHistory[]): SettledHistory[] {
  const byKey = new Map<JournalKey, SettledHistory>();
  for (const { key, length, fork } of histories) {
    const before = byKey.get(key);
    const isFurther =
      before === undefined ||
      fork > before.fork ||
      (fork === before.fork && length > before.length);
    if (isFurther) byKey.set(key, { key, length, fork });
  }
  return [...byKey.values()];
}
