import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CausalEntry, causalOrder, PeerId } from '../src/index.ts';

const a = PeerId.parse(`12D3KooW${'a'.repeat(44)}`);
const b = PeerId.parse(`12D3KooW${'b'.repeat(44)}`);
const c = PeerId.parse(`12D3KooW${'c'.repeat(44)}`);

function entry(log: PeerId, seq: number, wallMs: number, cause?: [PeerId, number]): CausalEntry {
  const [peer, at] = cause ?? [];
  const named = peer === undefined || at === undefined ? undefined : { peer, seq: at };
  return { log, seq, at: { wallMs, counter: 0 }, cause: named };
}

function names(entries: readonly CausalEntry[]): string[] {
  return entries.map(({ log, seq }) => `${log.at(-1)}${seq}`);
}

describe('the causal order', () => {
  it('is by time where nothing else is said', () => {
    const logs = [entry(a, 0, 10), entry(a, 1, 30), entry(b, 0, 20)];
    expect(names(causalOrder(logs))).toEqual(['a0', 'b0', 'a1']);
  });

  it('puts an entry behind its cause, whatever the clocks say', () => {
    const logs = [entry(a, 0, 9_000), entry(b, 0, 10, [a, 0]), entry(b, 1, 20)];
    expect(names(causalOrder(logs))).toEqual(['a0', 'b0', 'b1']);
  });

  it('takes what came before the cause along', () => {
    const logs = [entry(a, 0, 500), entry(a, 1, 600), entry(b, 0, 10, [a, 1])];
    expect(names(causalOrder(logs))).toEqual(['a0', 'a1', 'b0']);
  });

  it('passes over causes that are missing or close a circle', () => {
    const logs = [entry(a, 0, 20, [b, 0]), entry(b, 0, 10, [a, 0]), entry(c, 0, 30, [c, 7])];
    expect(names(causalOrder(logs)).toSorted()).toEqual(['a0', 'b0', 'c0']);
  });

  it('loses nothing and keeps each log and every honest cause in order', () => {
    const step = fc.record({
      log: fc.constantFrom(a, b, c),
      wallMs: fc.integer({ min: 0, max: 50 }),
      cause: fc.option(fc.nat(40), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const lengths = new Map<PeerId, number>();
        const made: CausalEntry[] = [];
        for (const { log, wallMs, cause } of steps) {
          const seq = lengths.get(log) ?? 0;
          lengths.set(log, seq + 1);
          // Honest: only what exists already is named.
          const named = cause === undefined ? undefined : made[cause];
          const by = named && { peer: PeerId.parse(named.log), seq: named.seq };
          made.push({ log, seq, at: { wallMs, counter: 0 }, cause: by });
        }
        const ordered = causalOrder(made);
        expect(new Set(ordered)).toEqual(new Set(made));
        expect(ordered).toHaveLength(made.length);
        const place = new Map(ordered.map((one, index) => [`${one.log} ${one.seq}`, index]));
        for (const { log, seq, cause } of made) {
          const here = place.get(`${log} ${seq}`) ?? -1;
          if (seq > 0) expect(place.get(`${log} ${seq - 1}`)).toBeLessThan(here);
          if (cause) expect(place.get(`${cause.peer} ${cause.seq}`)).toBeLessThan(here);
        }
      }),
    );
  });

  it('takes a chain longer than any call stack', () => {
    const length = 200_000;
    const logs = Array.from({ length }, (_, seq) => entry(a, seq, length - seq));
    expect(causalOrder(logs).map(({ seq }) => seq)).toEqual(logs.map(({ seq }) => seq));
  });
});
