/** Processes that write are killed again and again, at random moments: is anything lost? */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openJournals } from '@bzzz/journal';
import { journalEntryCodec } from '@bzzz/protocol';
import type { ContenderProcess } from './contenders.ts';
import { type Field, type FieldOptions, hasEnded, onField, type Outcome } from './field.ts';
import { createKiller, type Killer } from './killer.ts';
import { stillMsFor, untilTrue } from './patience.ts';

export interface KillsOptions extends Pick<FieldOptions, 'contenders' | 'leaseMs' | 'signal'> {
  readonly times: number;
  readonly seed: number;
}

export interface KillsResult extends Outcome {
  readonly kills: number;
  /** Of these, those that came before the process had recovered. */
  readonly whileStarting: number;
  /** Journal entries that were told to be on disk. */
  readonly acknowledged: number;
  /** Of these, those that are not there any more, or are not the same. */
  readonly lost: number;
  readonly tasks: number;
  readonly elapsedMs: number;
}

/** Issues that are open at a time, so that there is always something to write. */
const openMax = 3;

export function runKills(options: KillsOptions): Promise<KillsResult> {
  const killer = createKiller(options);
  const settled = { ...options, unfenced: false, begin: killer.begin };
  return onField(settled, (field) => killAll(field, killer, options));
}

async function killAll(field: Field, killer: Killer, options: KillsOptions): Promise<KillsResult> {
  const { contenders } = field;
  const sinceMs = performance.now();
  const over = Promise.all(contenders.map(killer.haunt)).then(() => true);
  while (!(await Promise.race([over, pause(200, false)]))) {
    const verdicts = await field.verdicts();
    const open = verdicts.filter((one) => !hasEnded(one)).length;
    for (let count = open; count < openMax; count += 1) await field.file();
  }
  const stillMsMax = stillMsFor(options.leaseMs);
  await untilTrue(field, stillMsMax, async () => (await field.left()).length === 0);
  for (const one of contenders) await one.end();
  const lost = await Promise.all(contenders.map(lostOf));
  return {
    kills: options.times,
    whileStarting: killer.whileStarting(),
    acknowledged: contenders.reduce((sum, one) => sum + one.acknowledged.size, 0),
    lost: lost.reduce((sum, count) => sum + count, 0),
    tasks: field.filed(),
    ...(await field.outcome()),
    elapsedMs: performance.now() - sinceMs,
  };
}

/** Entries that were acknowledged and that its journal does not hold as they were. */
async function lostOf(one: ContenderProcess): Promise<number> {
  const journals = await openJournals({}, { dir: join(one.dataDir, 'journal') });
  try {
    const held = new Map<number, string>();
    for await (const { seq, entry } of journals.own.read()) {
      held.set(seq, createHash('sha256').update(journalEntryCodec.encode(entry)).digest('hex'));
    }
    const gone = [...one.acknowledged].filter(([seq, sha256]) => held.get(seq) !== sha256);
    return gone.length + one.contradictions.length;
  } finally {
    await journals.close();
  }
}
