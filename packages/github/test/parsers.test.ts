import { describe, expect, it } from 'vitest';
import { parsePorcelain } from '../src/git/porcelain.ts';
import { createTraceReader } from '../src/git/trace.ts';

describe('porcelain of a push', () => {
  const verdictOf = (line: string) =>
    parsePorcelain(`To http://host\n${line}\nDone\n`).get('refs/heads/b');

  it.each([' ', '+', '*', '='])('takes flag "%s" for a branch that stands', (flag) => {
    expect(verdictOf(`${flag}\tabc:refs/heads/b\tsummary`)).toEqual({ kind: 'stands' });
  });

  it.each([
    ['[rejected] (stale info)', 'held back'],
    ['[rejected] (atomic push failed)', 'held back'],
    ['[remote rejected] (failed to update ref)', 'turned down'],
    ['[remote failure] (remote failed to report status)', 'silent'],
    ['[something new]', 'silent'],
  ])('tells %s apart', (summary, kind) => {
    expect(verdictOf(`!\tabc:refs/heads/b\t${summary}`)).toEqual({
      kind,
      reason: `refs/heads/b: ${summary}`,
    });
  });

  it('reads nothing out of other text', () => {
    expect(parsePorcelain('Everything up-to-date\n\n-\nDone').size).toBe(0);
  });
});

describe('trace of the HTTP client', () => {
  const trace = [
    '10:00:00.1 http.c:684 => Send header: GET /o/r.git/info/refs?service=git-receive-pack HTTP/1.1',
    '10:00:00.1 http.c:684 => Send header: Authorization: Basic <redacted>',
    '10:00:00.2 http.c:684 <= Recv header: HTTP/1.1 200 OK',
    '10:00:00.3 http.c:684 => Send header: POST /o/r.git/git-receive-pack HTTP/2',
    '10:00:00.4 http.c:684 <= Recv header: HTTP/1.1 100 Continue',
    '10:00:00.5 http.c:684 <= Recv header: HTTP/2 429 ',
    '10:00:00.5 http.c:684 <= Recv header: retry-after: 12',
    '10:00:00.6 http.c:684 => Send header: POST /o/r.git/git-receive-pack HTTP/1.1',
    '',
  ].join('\n');
  const path = '/o/r.git/git-receive-pack';
  const exchanges = [
    {
      method: 'GET',
      target: '/o/r.git/info/refs?service=git-receive-pack',
      status: 200,
      retryAfterMs: null,
    },
    { method: 'POST', target: path, status: 429, retryAfterMs: 12_000 },
    { method: 'POST', target: path, status: null, retryAfterMs: null },
  ];

  it('is read alike however it is cut', () => {
    for (const size of [1, 7, 64, trace.length]) {
      const reader = createTraceReader();
      for (let at = 0; at < trace.length; at += size) reader.push(trace.slice(at, at + size));
      expect(reader.exchanges()).toEqual(exchanges);
    }
  });

  it('keeps a bounded number of exchanges', () => {
    const reader = createTraceReader();
    for (let count = 0; count < 500; count += 1) reader.push(trace);
    expect(reader.exchanges()).toHaveLength(64);
  });
});
