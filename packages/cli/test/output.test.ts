import { type PlainEntry, span } from '@bzzz/peer';
import { Sha256Hex } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { askedFor } from '../src/commands/submit.ts';
import { acceptanceLines } from '../src/output/acceptances.ts';
import { configTemplate } from '../src/output/config-template.ts';
import { entryLine } from '../src/output/entry.ts';
import { cut, table } from '../src/output/table.ts';
import { count, grouped, lasting } from '../src/output/units.ts';
import { printable, safeJson } from '../src/terminal.ts';

const plain = {
  print: () => undefined,
  note: () => undefined,
  style: (_: unknown, text: string) => text,
  styleNote: (_: unknown, text: string) => text,
  columns: null,
};

describe('text of strangers', () => {
  const hostile = 'a\u001b[31mb\u009b2Jc\r\nd\u202ee\u200bf\u0007';

  it('is one line without anything that a terminal acts on', () => {
    expect(printable(hostile)).toBe('a[31mb2Jc def');
  });

  it('means the same as JSON, and is as harmless', () => {
    for (const indent of [0, 2]) {
      const text = safeJson({ hostile, tag: '\u{E0041}' }, indent);
      expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
      expect(JSON.parse(text)).toEqual({ hostile, tag: '\u{E0041}' });
    }
  });

  it('is harmless in a line of a journal', () => {
    const at = { wallMs: 0, counter: 0 };
    const body = { kind: 'task.seen', task: 'a/b#1', title: hostile };
    const line = entryLine(plain, { seq: 7, entry: { v: 1, at, body } });
    expect(line).toBe('00:00:00.000      7  task.seen         a/b#1  a[31mb2Jc def');
  });
});

it('tells which acceptance the judges of a result ran, and that it was not the same', () => {
  const ran = (...hashes: string[]) =>
    acceptanceLines(hashes.map((one) => ({ acceptance: Sha256Hex.parse(one.repeat(64)) })));
  expect(ran()).toEqual([]);
  expect(ran('a', 'a')).toEqual([`they ran      ${'a'.repeat(64)}`]);
  expect(ran('a', 'b', 'b')).toEqual([
    `they ran      ${'b'.repeat(64)}`,
    `others ran    ${'a'.repeat(64)}, not the same acceptance`,
  ]);
});

it('tells who ordered what, and how long a pause reaches', () => {
  const at = { wallMs: 0, counter: 0 };
  const line = (body: PlainEntry['body']) =>
    entryLine(plain, { seq: 7, entry: { v: 1, at, body } });
  const about = 'new work of this peer';
  const acted = { kind: 'operator.acted', by: 'control socket', act: 'pause', about };
  expect(line(acted)).toContain(`somebody at the terminal of this peer ordered pause: ${about}`);
  const named = { seq: 7, who: 'ash', entry: { v: 1, at, body: { ...acted, user: 'mara' } } };
  expect(entryLine(plain, named)).toContain('mara at the terminal of ash ordered pause: ');
  const member = `peer 12D3KooW${'x'.repeat(36)}abcdefgh`;
  expect(line({ ...acted, by: member })).toContain(`  peer abcdefgh ordered pause: ${about}`);
  const keyed = { ...acted, by: 'screen', user: 'mara' };
  expect(line(keyed)).toContain(`  screen ordered pause: ${about}`);
  expect(line({ kind: 'pause.set', scope: 'mesh', paused: true })).toContain(
    'scope=mesh  paused=true',
  );
  const alert = {
    kind: 'health.alert',
    alert: 'disk',
    state: 'raised',
    reason: 'the disk is at 95 %',
  };
  expect(line(alert)).toContain('alert=disk  state=raised  the disk is at 95 %');
  const by = `12D3KooW${'x'.repeat(36)}abcdefgh`;
  expect(line({ kind: 'help.ended', by })).toContain('by=abcdefgh');
});

it('tells what a judge found, and what a model took', () => {
  const at = { wallMs: 0, counter: 0 };
  const line = (body: { kind: string }) => entryLine(plain, { seq: 7, entry: { v: 1, at, body } });
  const statement = { task: 'a/b#1', outcome: 'failed', epoch: 2, reason: 'exit 1' };
  const given = { kind: 'verdict.given', task: 'a/b#1', verdict: { statement } };
  expect(line(given)).toContain('a/b#1  outcome=failed  epoch=2  exit 1');
  const spent = { executor: 'ollama', model: 'm:7b', turns: 3, tokensRead: 90, tokensWritten: 7 };
  const ended = { kind: 'attempt.ended', task: 'a/b#1', outcome: 'accepted', spent };
  expect(line(ended)).toContain('spent=(m:7b, 3 answers, 90 tokens read, 7 written)');
});

it('tells of a clock that is far ahead, and bears any number as a time', () => {
  const at = { wallMs: Number.MAX_SAFE_INTEGER, counter: 0 };
  const entry = { v: 1, at, body: { kind: 'peer.stopped' } };
  expect(entryLine(plain, { seq: 7, entry })).toContain('no such time');
  const aheadMs = Number.MAX_SAFE_INTEGER - 1_000;
  const line = entryLine(plain, { seq: 7, entry, who: 'ash', aheadMs });
  expect(line).toMatch(/^00:00:01.000 ash .* \(its clock is \d+ d ahead\)$/);
});

it('tells in red of a peer that is set aside', () => {
  const at = { wallMs: 0, counter: 0 };
  const body = {
    kind: 'peer.quarantined',
    peer: 'x'.repeat(52),
    reason: 'it signed two',
    evidence: {},
  };
  const marked = {
    ...plain,
    style: (format: unknown, text: string) => `<${String(format)}>${text}`,
  };
  expect(entryLine(marked, { seq: 7, entry: { v: 1, at, body } })).toBe(
    '<dim>00:00:00.000      7  <red,bold>peer.quarantined  peer=xxxxxxxx  it signed two',
  );
});

it('tells a step of an attempt on one line', () => {
  const at = { wallMs: 0, counter: 0 };
  const step = { step: 3, role: 'critic', executor: 'ollama', outcome: 'sent back' };
  const told = { task: 'a/b#1', epoch: 2, attempt: 1, reason: 'The last line is lost.' };
  const body = { kind: 'attempt.step', ...told, ...step, elapsedMs: 850 };
  expect(entryLine(plain, { seq: 7, entry: { v: 1, at, body } })).toBe(
    '00:00:00.000      7  attempt.step      a/b#1  outcome=sent back  epoch=2  attempt=1  step=3  role=critic  executor=ollama  850 ms  The last line is lost.',
  );
});

describe('tables', () => {
  it('line up by what is seen', () => {
    expect(table(['a', 'bb'], [['\u001b[31mxyz\u001b[39m', 'q']])).toEqual([
      'a    bb',
      '\u001b[31mxyz\u001b[39m  q',
    ]);
  });

  it('are cut to the terminal', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('abcd', 4)).toBe('abcd');
    expect(table(['a', 'b'], [['x', 'yyyyyyyy']], 6)).toEqual(['a  b', 'x  yy…']);
  });
});

it('says times and counts as people do', () => {
  expect([850, 12_000, 200_000, 7_300_000, 500_000_000].map(span)).toEqual([
    '850 ms',
    '12 s',
    '3 min',
    '2 h',
    '5 d',
  ]);
  expect([count(1, 'peer'), count(0, 'peer')]).toEqual(['1 peer', '0 peers']);
  expect([0, 999, 4_310, 1_000_000].map(grouped)).toEqual(['0', '999', '4,310', '1,000,000']);
});

describe('an issue', () => {
  it('asks for exactly what was given', () => {
    const asked = askedFor({ recipe: 'rename', param: ['from=a', 'to=b=c'], text: 'Please.' });
    expect(asked).toEqual({
      title: 'rename from=a to=b=c',
      body: 'Please.',
      work: { recipe: 'rename', parameters: { from: 'a', to: 'b=c' } },
    });
  });

  it('may be in plain words', () => {
    const title = 'The parser drops the last line of a CSV';
    expect(askedFor({ title, text: 'Of `a\\nb`.' })).toEqual({ title, body: 'Of `a\\nb`.' });
  });

  it.each([
    [{}],
    [{ title: 't', param: ['a=b'] }],
    [{ title: 't', text: 'recipe: x' }],
    [{ recipe: 'x', param: ['a'] }],
    [{ recipe: 'x', param: ['a=b', 'a=c'] }],
    [{ recipe: '../x' }],
  ])('refuses %j', (options) => {
    expect(() => askedFor(options)).toThrow('cli_usage');
  });
});

it('writes what was given into the configuration, and nothing else', () => {
  const given = new Map<string, unknown>([
    ['name', 'n'],
    ['mesh.mdns', false],
    ['work.slots', 3],
  ]);
  const set = configTemplate(given)
    .split('\n')
    .filter((line) => line !== '' && !line.trimStart().startsWith('#'));
  expect(set).toEqual([
    'name: "n"',
    'mesh:',
    '  mdns: false',
    'forge:',
    'webhook:',
    'notify:',
    'health:',
    'gateway:',
    'work:',
    '  slots: 3',
    'ollama:',
    'spend:',
    'journal:',
    'timing:',
    'liveness:',
  ]);
});

it('a time that something lasts is said whole', () => {
  expect([0, 1, 60, 90, 1_440, 10_080, 1_501].map(lasting)).toEqual([
    '0 min',
    '1 min',
    '1 h',
    '1 h 30 min',
    '1 d',
    '7 d',
    '1 d 1 h 1 min',
  ]);
});
