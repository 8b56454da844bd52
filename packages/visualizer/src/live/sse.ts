/**
 * Reads server-sent events (WHATWG HTML, 9.2) from pieces of text as they come. Names of events are passed
 * over: the data says what it is.
 */

export interface SseMessage {
  readonly data: string;
  /** Where to go on after this one; absent: it has no position. */
  readonly id?: string;
}

/** Longest message that is kept; a stream that never ends a message must not fill the memory. */
const charsMax = 16 * 1024 * 1024;

export function createSseReader(): (piece: string) => SseMessage[] {
  let rest = '';
  let data: string[] = [];
  let id: string | undefined;

  function takeLine(line: string): SseMessage[] {
    if (line === '') {
      const whole = data;
      const at = id;
      data = [];
      id = undefined;
      if (whole.length === 0) return [];
      return [{ data: whole.join('\n'), ...(at === undefined ? {} : { id: at }) }];
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') data.push(value);
    if (name === 'id') id = value;
    return [];
  }

  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > charsMax) rest = '';
    return lines.flatMap(takeLine);
  };
}
