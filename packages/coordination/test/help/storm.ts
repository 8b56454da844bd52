/**
 * One request for help among peers that die and are started anew, over a network that delays and loses.
 * Whoever has handed it on dies first: that is where a tree forgets what it has begun.
 */
import { BzzzError, type EntryBody, HelpId, type PeerId, pleaSigningBytes } from '@bzzz/protocol';
import type { Chronicle } from '../../src/chronicle/chronicle.ts';
import { startHelper } from '../../src/help/helper.ts';
import { spread, type SpreadJob } from '../../src/help/spread.ts';
import type { Clock, Mesh } from '../../src/index.ts';
import { createDraws } from '../support/identity.ts';
import { createMemoryHub, type MemoryHub } from '../support/memory-mesh.ts';
import { createMemoryWork } from '../support/memory-work.ts';
import { createStand, lagMs, type Stand, task } from '../support/stand.ts';

const leaseMs = 20_000;
const budget = 8;

/** One run of a peer, and what its journal says of the request. */
interface Run {
  alive: boolean;
  working: boolean;
  /** Handed on, and not returned. */
  open: number;
}

interface Member {
  readonly stand: Stand;
  run: Run;
}

interface Sky {
  readonly clock: Clock;
  readonly hub: MemoryHub;
  readonly unit: () => number;
  readonly between: (least: number, most: number) => number;
  /** The share of messages that do not arrive. */
  readonly loss: number;
  readonly asker: Member;
  readonly helpers: readonly Member[];
  readonly onEntry: (member: Member, body: EntryBody) => void;
}

export interface Storm {
  /** What broke, in words. */
  readonly problems: readonly string[];
  /** Peers that died with the request in the hands of others. */
  readonly forgotten: number;
}

export async function storm(seed: number): Promise<Storm> {
  const { unit } = createDraws(seed);
  const between = (least: number, most: number) => least + Math.floor(unit() * (most - least + 1));
  const asker = memberOf(createStand(1));
  const { clock } = asker.stand;
  const { record } = await asker.stand.win();
  const indexes = Array.from({ length: between(2, 5) }, (_, at) => at + 2);
  const helpers = indexes.map((index) => memberOf(createStand(index, asker.stand)));
  const problems: string[] = [];
  let [ended, forgotten] = [false, 0];

  function onEntry({ stand, run }: Member, { kind }: EntryBody): void {
    if (kind === 'help.sent') run.open += 1;
    if (kind === 'help.returned') run.open -= 1;
    if (kind === 'help.begun') run.working = true;
    if (kind === 'help.worked') run.working = false;
    if (kind === 'help.begun' && ended) problems.push(`${stand.peer} begins after the end`);
  }

  const loss = unit() * 0.2;
  const sky = { clock, hub: createMemoryHub(), unit, between, loss, asker, helpers, onEntry };
  for (const member of helpers) start(sky, member);
  const strike = () => {
    if (ended) return;
    if (kill(sky)) forgotten += 1;
    clock.after(between(2_000, 30_000), strike);
  };
  clock.after(between(2_000, 30_000), strike);
  const [sinceMs, waitMs] = [clock.monotonicMs(), between(10_000, 90_000)];
  const job = await jobOf(sky, record.epoch, waitMs);
  const deps = { ...asker.stand, ...portsOf(sky, asker) };
  await clock.drive(spread(deps, job, new AbortController().signal));
  ended = true;
  const busy = helpers.filter(({ run }) => run.alive && run.working);
  for (const { stand } of busy) problems.push(`the end was told while ${stand.peer} works`);
  if (clock.monotonicMs() - sinceMs > waitMs + 2 * leaseMs) problems.push('the end came late');
  await clock.advance(5 * leaseMs);
  for (const { stand } of helpers) {
    const begun = stand.journal.of('help.begun').length;
    if (begun > 1) problems.push(`${stand.peer} worked on it ${begun} times`);
  }
  return { problems, forgotten };
}

function memberOf(stand: Stand): Member {
  return { stand, run: { alive: true, working: false, open: 0 } };
}

async function jobOf(sky: Sky, epoch: SpreadJob['signed']['plea']['epoch'], waitMs: number) {
  const { clock, asker } = sky;
  const { peer, signer } = asker.stand;
  const words = { question: 'how?', patch: '' };
  const plea = { id: HelpId.parse('1'.repeat(32)), task, epoch, peer, ...words };
  const signed = { plea, signature: await signer.sign(pleaSigningBytes(plea)) };
  const dropped = new AbortController();
  clock.after(waitMs, () => dropped.abort());
  const candidates = someOf(sky, peer);
  const untilMs = () => clock.monotonicMs() + leaseMs;
  const way = { hop: 1, budget, path: [peer], candidates: () => candidates };
  return { signed, ...way, leaseMs, untilMs, dropped: dropped.signal };
}

/** Whom a peer knows, in an order of its own. */
function someOf({ helpers, unit }: Sky, self: PeerId): readonly PeerId[] {
  const others = helpers.map(({ stand }) => ({ peer: stand.peer, at: unit() }));
  const known = others.filter(({ peer, at }) => peer !== self && at < 0.7);
  return known.sort((a, b) => a.at - b.at).map(({ peer }) => peer);
}

/** A new run, with what the journal holds of the earlier ones. It never helps: the tree is to grow. */
function start(sky: Sky, member: Member): void {
  const { stand } = member;
  member.run = { alive: true, working: false, open: 0 };
  const ports = portsOf(sky, member);
  const work = createMemoryWork(ports.clock);
  Object.assign(work.script, { fails: true, takesMs: sky.between(100, 60_000) });
  const candidates = someOf(sky, stand.peer);
  const isUnable = sky.unit() < 0.5;
  const options = { lagMs, backoffMs: 1_000, leaseMs, candidates: () => candidates };
  const able = { ...options, unable: () => (isUnable ? 'cannot' : null) };
  const asked = stand.journal.of('help.taken').map(({ id }) => id);
  startHelper({ ...stand, ...work, ...ports }, able).remember({ asked, helped: [] });
}

/** Whether what died had the request in the hands of others. It is there again soon. */
function kill(sky: Sky): boolean {
  const { clock, hub, between, helpers } = sky;
  const alive = helpers.filter(({ run }) => run.alive);
  const handing = alive.filter(({ run }) => run.open > 0);
  const from = handing.length > 0 ? handing : alive;
  const member = from[between(0, from.length - 1)];
  if (member === undefined) return false;
  member.run.alive = false;
  hub.join(member.stand.peer);
  clock.after(between(100, 10_000), () => start(sky, member));
  return handing.length > 0;
}

/** What a run sees of the world, until it dies. */
function portsOf(sky: Sky, member: Member) {
  const { hub, asker, helpers, onEntry } = sky;
  const { stand, run } = member;
  // What a dead run has put in for later does not happen.
  const after: Clock['after'] = (ms, job) => sky.clock.after(ms, () => run.alive && job());
  const clock: Clock = { ...sky.clock, after };
  const chronicle: Pick<Chronicle, 'record'> = {
    async record(body) {
      await new Promise<void>((resolve) => clock.after(sky.between(1, 30), resolve));
      onEntry(member, body);
      return stand.chronicle.record(body);
    },
  };
  const mesh = carried(sky, clock, hub.join(stand.peer));
  const members = [asker, ...helpers];
  for (const other of members) hub.link(stand.peer, other.stand.peer);
  const isDead = (peer: PeerId) => members.some((one) => one.stand.peer === peer && !one.run.alive);
  return { clock, chronicle, mesh, membership: { isDead } };
}

/** Each way takes its time, or comes to nothing. */
function carried(
  { unit, between, loss }: Sky,
  clock: Clock,
  { peer, handle, request }: Mesh,
): Pick<Mesh, 'peer' | 'handle' | 'request'> {
  const carry = (arrive: () => void) => {
    if (unit() >= loss) clock.after(between(1, 300), arrive);
  };
  return {
    peer,
    handle,
    request: (protocol, to, message) =>
      new Promise((resolve, reject) => {
        const timeout = new BzzzError('mesh_unreachable', 'no answer');
        clock.after(protocol.timeoutMs, () => reject(timeout));
        carry(() => {
          request(protocol, to, message).then(
            (answer) => carry(() => resolve(answer)),
            (error: unknown) => carry(() => reject(error)),
          );
        });
      }),
  };
}
