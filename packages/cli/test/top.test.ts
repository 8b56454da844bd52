import { stripVTControlCharacters, styleText } from 'node:util';
import type { PeerAnswer, StreamEvent, TaskAnswer } from '@bzzz/protocol/api';
import { samplePeer, sampleTask } from '@bzzz/testkit/contracts/samples';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, keysLine } from '../src/top/frame.ts';
import { blankState, move, take, type TopState } from '../src/top/state.ts';
import { quietStatus as status } from './quiet-status.ts';

const terminal = {
  print: () => undefined,
  note: () => undefined,
  style: (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { validateStream: false }),
  styleNote: (_: unknown, text: string) => text,
  columns: 80,
};

function task(number: number, state = 'open', title = 'a title'): TaskAnswer {
  return { ...sampleTask(), task: `o/r#${number}`, title, state };
}

function peer(name: string): PeerAnswer {
  const self = name === 'ash';
  return { ...samplePeer(), id: `id-of-${name}`, name, self, executors: ['recipe'] };
}

function entry(seq: number, reason: string): StreamEvent {
  const body = { kind: 'trouble', code: 'x', reason };
  const told = { v: 1, at: { wallMs: 1_000 + seq, counter: 0 }, body };
  return {
    type: 'entry',
    position: `a.${seq}`,
    entry: { peer: null, name: 'ash', seq, aheadMs: 0, entry: told },
  };
}

function after(...events: StreamEvent[]): TopState {
  return events.reduce(take, blankState);
}

const text = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line));

describe('bzzz top', () => {
  it('shows what goes on first, and the newest of the log', () => {
    const tasks = [
      task(1, 'done'),
      task(2),
      task(3, 'running'),
      task(4, 'failed'),
      { ...task(5), wanted: false },
      { ...task(6, 'released'), wanted: false, epoch: 1 },
    ];
    const state = after(
      { type: 'status', status },
      { type: 'peers', peers: [peer('ash'), { ...peer('elm'), load: 7.94 }] },
      { type: 'tasks', tasks },
      ...Array.from({ length: 300 }, (_, seq) => entry(seq, `entry ${seq}`)),
    );
    const lines = text(frame(terminal, state, { columns: 100, rows: 30 }));
    const order = lines.flatMap((line) => /^[> ] o\/r#(\d)/.exec(line)?.[1] ?? []);
    expect(order).toEqual(['3', '2', '4', '6', '5', '1']);
    expect(lines.find((line) => line.includes('#6'))).toContain('with people');
    expect(lines.find((line) => line.includes('#5'))).toContain('left alone');
    expect(lines.find((line) => line.startsWith('> '))).toContain('#3');
    expect(lines.filter((line) => line.includes('elm'))).toHaveLength(1);
    // As on the page.
    expect(lines.find((line) => line.includes('elm'))).toMatch(/connected .*794 %/);
    expect(lines.find((line) => line.startsWith('  ash'))).toContain('this one');
    expect(lines.join('\n')).toContain('entry 299');
    expect(lines.at(-1)).toBe(keysLine);
  });

  it('shows first the peers that need eyes, and how many of all it shows', () => {
    const dead: PeerAnswer = { ...peer('yew'), connected: false, liveness: 'dead' };
    const paused: PeerAnswer = { ...peer('willow'), paused: true };
    const peers = ['ash', 'birch', 'elm', 'fir', 'oak'].map(peer);
    const tasks = Array.from({ length: 20 }, (_, at) => task(at + 1));
    const answer = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);
    const state: TopState = {
      ...after(
        { type: 'status', status },
        { type: 'peers', peers: [...peers, paused, dead] },
        { type: 'tasks', tasks },
      ),
      answer,
    };
    const lines = text(frame(terminal, state, { columns: 80, rows: 24 }));
    const at = lines.findIndex((line) => line.startsWith('Peers'));
    expect(lines[at]).toMatch(/^Peers 1-\d of 7 /);
    expect(lines.slice(at + 1, at + 4).map((line) => line.trim().split(' ')[0])).toEqual([
      'willow',
      'yew',
      'ash',
    ]);
    expect(lines.find((line) => line.startsWith('Tasks'))).toMatch(/^Tasks 1-\d of 20 /);
    expect(lines.join('\n')).toMatch(/\nline \d\nand 2\d more lines\n/);
    const tall = text(frame(terminal, state, { columns: 80, rows: 90 }));
    expect(tall.find((line) => line.startsWith('Peers'))).toMatch(/^Peers +state/);
    expect(tall.join('\n')).toContain('line 30');
  });

  it('shows several peers and tasks on a small screen, and every key', () => {
    const problem = {
      code: 'x',
      severity: 'warning' as const,
      text: 'A trouble.',
      advice: 'Wait.',
    };
    const state = after(
      { type: 'status', status: { ...status, problems: [problem, problem, problem] } },
      { type: 'peers', peers: ['ash', 'birch', 'elm', 'fir', 'oak'].map(peer) },
      { type: 'tasks', tasks: Array.from({ length: 9 }, (_, at) => task(at + 1)) },
      ...Array.from({ length: 30 }, (_, seq) => entry(seq, `entry ${seq}`)),
    );
    const lines = text(frame({ ...terminal, columns: 60 }, state, { columns: 60, rows: 20 }));
    expect(lines).toHaveLength(20);
    expect(lines.filter((line) => / (?:connected|this one) /.test(line)).length).toBeGreaterThan(2);
    expect(lines.filter((line) => /^[> ] o\/r#/.test(line)).length).toBeGreaterThan(2);
    expect(lines.join('\n')).toContain('and 1 more: bzzz status');
    expect(lines.join('\n')).toContain('00:00:01.029');
    expect(lines.at(-1)).toMatch(/^q quit .* l look$/);
    expect(lines.at(-1)?.length).toBeLessThanOrEqual(60);
  });

  it('keeps what was chosen while tasks come and go', () => {
    const state = move(after({ type: 'tasks', tasks: [task(1), task(2), task(3)] }), 1);
    expect(state.selected).toBe('o/r#2');
    const later = take(state, { type: 'tasks', tasks: [task(2), task(3), task(4), task(5)] });
    expect(later.selected).toBe('o/r#2');
    expect(take(later, { type: 'tasks', tasks: [task(9)] }).selected).toBe('o/r#9');
    expect(take(later, { type: 'tasks', tasks: [] }).selected).toBeNull();
    expect(move(after({ type: 'tasks', tasks: [task(1)] }), -1).selected).toBe('o/r#1');
  });

  it('fits any screen, whatever strangers wrote', () => {
    const Words = fc.string({ unit: 'binary', maxLength: 300 });
    const Size = fc.record({
      columns: fc.integer({ min: 40, max: 200 }),
      rows: fc.integer({ min: 5, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(Words, { maxLength: 40 }), Size, (words, size) => {
        const state = after(
          { type: 'status', status },
          { type: 'peers', peers: words.map((one, at) => peer(`p${at}${one}`)) },
          { type: 'tasks', tasks: words.map((one, at) => task(at + 1, 'open', one)) },
          ...words.map((one, at) => entry(at, one)),
        );
        const lines = frame({ ...terminal, columns: size.columns }, state, size);
        expect(lines.length).toBeLessThanOrEqual(size.rows);
        for (const line of lines) expect(line).not.toMatch(/[\n\r\u0007]/);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
