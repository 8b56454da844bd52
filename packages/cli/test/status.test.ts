import type { StatusAnswer } from '@bzzz/peer';
import { describe, expect, it } from 'vitest';
import { statusLines } from '../src/output/status-lines.ts';
import { quietStatus as status } from './quiet-status.ts';

const terminal = {
  print: () => undefined,
  note: () => undefined,
  style: (_: unknown, text: string) => text,
  styleNote: (_: unknown, text: string) => text,
  columns: null,
};

function lines(change: Partial<StatusAnswer>): string[] {
  return statusLines(terminal, { ...status, ...change });
}

describe('the first line of the status', () => {
  it('is what is wrong first of all, with what to do about it', () => {
    const limited = 'GitHub says wait: octo/repo is read again in 4 min (rate limit).';
    const advice = 'Wait.';
    const problems = [
      { code: 'forge_rate_limited', severity: 'warning' as const, text: limited, advice },
      { code: 'alone', severity: 'error' as const, text: 'Alone.', advice: 'Look.' },
    ];
    const [first, second, third] = lines({ problems });
    expect([first, second, third]).toEqual([`note  ${limited}`, `      ${advice}`, 'WRONG Alone.']);
  });

  it('is in red where the sandbox is off, since what is wrong is', () => {
    const text = 'The sandbox is off: commands run with all rights.';
    const problem = { code: 'sandbox_off', severity: 'error' as const, text, advice: 'Mend it.' };
    const style = (how: unknown, words: string) => `<${[how].flat().join(' ')}>${words}</>`;
    const [first] = statusLines({ ...terminal, style }, { ...status, problems: [problem] });
    expect(first).toBe(`<red bold>WRONG</> <red>${text}</>`);
  });

  it('counts workers that died, where some did', () => {
    const one = { kind: 'ollama', running: 1, deaths: 3, recent: 0, unready: null };
    const workers = [one, { ...one, kind: 'codex', deaths: 0 }];
    const row = (change: Partial<StatusAnswer>) =>
      lines(change).find((line) => line.startsWith('workers'));
    expect(row({ work: { ...status.work, workers } })).toBe(
      'workers  3 of ollama died since the start',
    );
    expect(row({})).toBeUndefined();
  });

  it('is that all is well, when it is', () => {
    expect(lines({})[0]).toBe('All is well.');
  });

  it('is borne out by what is said of each repository', () => {
    const trouble = { code: 'forge_rate_limited', reason: 'r' };
    const watching = [
      { ...trouble, retryInMs: 240_000 },
      // Of a peer of the release before.
      trouble,
    ].map((one) => {
      return { repo: 'octo/repo', role: 'watcher', polls: 1, answeredAgoMs: 5_000, trouble: one };
    });
    const told = lines({ forge: { ...status.forge, watching } }).filter((line) =>
      line.includes('octo/repo'),
    );
    const facts = 'octo/repo: watcher, answered 5 s ago, forge_rate_limited';
    expect(told.map((line) => line.trim())).toEqual([`${facts}, again in 4 min`, facts]);
  });

  it('says of a repository that others watch that they do', () => {
    const watching = [
      { repo: 'octo/repo', role: 'fallback', polls: 1, answeredAgoMs: 5_000, trouble: null },
    ];
    const told = lines({ forge: { ...status.forge, watching } }).map((line) => line.trim());
    expect(told).toContain('octo/repo: others watch it, answered 5 s ago');
  });
});

describe('gossip in the status', () => {
  const withGossip = (gossip: { lost: number; notSent: number }) =>
    lines({ mesh: { ...status.mesh, gossip: { heard: 4_298, ...gossip } } }).find((line) =>
      line.startsWith('gossip'),
    );

  it('is no line where nothing was lost', () => {
    expect(withGossip({ lost: 0, notSent: 0 })).toBeUndefined();
  });

  it('is what was lost of others, and of ours before it was sent', () => {
    const end = '(repeated by the next announcement)';
    expect(withGossip({ lost: 12, notSent: 0 })).toBe(
      `gossip   12 of 4,310 messages lost on the way ${end}`,
    );
    expect(withGossip({ lost: 0, notSent: 1_000 })).toBe(`gossip   1,000 of ours not sent ${end}`);
    expect(withGossip({ lost: 2, notSent: 3 })).toContain('lost on the way, 3 of ours not sent (');
  });
});
