/**
 * What git's HTTP client sent and was answered, read from `GIT_TRACE_CURL` on a pipe of its own.
 * Git's messages are for people and differ between versions; the status of an answer is what
 * decides whether a push may have taken effect. Git itself blanks credentials in this trace, and
 * nothing but methods, targets, statuses and Retry-After is kept of it.
 */
export interface HttpExchange {
  readonly method: string;
  readonly target: string;
  /** Null: no answer came. */
  readonly status: number | null;
  readonly retryAfterMs: number | null;
}

export interface TraceReader {
  push(chunk: string): void;
  /** In the order in which they were sent; at most the last 64. */
  exchanges(): readonly HttpExchange[];
}

const exchangesMax = 64;
const lineCharsMax = 4096;
const sent = /=> Send header: (GET|POST|CONNECT|HEAD) (\S+) HTTP\//;
const answered = /<= Recv header: HTTP\/[0-9.]+ ([0-9]{3})/;
const retryAfter = /<= Recv header: retry-after: *([0-9]{1,9})\b/i;

export function createTraceReader(): TraceReader {
  let rest = '';
  const exchanges: HttpExchange[] = [];

  const readLine = (line: string): void => {
    const request = sent.exec(line);
    if (request !== null) {
      const [, method = '', target = ''] = request;
      exchanges.push({ method, target, status: null, retryAfterMs: null });
      if (exchanges.length > exchangesMax) exchanges.shift();
      return;
    }
    const last = exchanges.at(-1);
    if (last === undefined) return;
    const status = Number(answered.exec(line)?.[1] ?? 0);
    // 1xx is not yet an answer.
    if (status >= 200) exchanges[exchanges.length - 1] = { ...last, status };
    const seconds = retryAfter.exec(line)?.[1];
    if (seconds !== undefined) {
      exchanges[exchanges.length - 1] = { ...last, retryAfterMs: Number(seconds) * 1000 };
    }
  };

  return {
    push(chunk) {
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(0, lineCharsMax);
      for (const line of lines) readLine(line);
    },
    exchanges: () => exchanges,
  };
}
