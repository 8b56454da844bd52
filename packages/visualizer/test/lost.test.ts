import { describe, expect, it } from 'vitest';
import { lostWords } from '../src/app/lost.ts';

const lost = { silentMs: 2_000, host: '127.0.0.1:4290', self: 'walnut', others: ['acacia', 'oak'] };

describe('a peer that does not answer the page', () => {
  it('is waited for at first, at the address that is asked', () => {
    expect(lostWords(lost)).toBe(
      'What is shown is as it was 2 s ago. The page tries again by itself, at 127.0.0.1:4290.',
    );
  });

  it('may have moved after a while, and others show the same mesh', () => {
    const text = lostWords({ ...lost, silentMs: 60_000 });
    expect(text).toContain('as it was 1 min ago');
    expect(text).toContain('If walnut was started anew');
    expect(text).toContain('`bzzz open`');
    expect(text).toContain('acacia, oak');
    expect(lostWords({ ...lost, silentMs: 60_000, others: [] })).not.toContain('other peers');
  });

  it('that never told anything has no age', () => {
    const text = lostWords({ ...lost, silentMs: null, self: null });
    expect(text).toContain('It has told nothing yet.');
    expect(text).toContain('If the peer was started anew');
  });
});
