/** What a tool has told in all, gathered from its lines as they come. */
import { StringDecoder } from 'node:string_decoder';
import { oneLine } from '../prompt/one-line.ts';
import type { Counts, Output, Told } from './tool.ts';

export interface Findings {
  readonly session: string | null;
  readonly model: string | null;
  readonly counts: Counts;
  /** Its last words for a person. */
  readonly said: string;
  /** Null: it has named none. */
  readonly failure: string | null;
  readonly ended: boolean;
  /** Lines that say nothing that is known here. */
  readonly unknown: number;
}

export interface Reader {
  add(chunk: Buffer): void;
  /** Nothing comes any more. */
  end(): Findings;
}

/** A longer line is counted as unknown and never held. */
const lineCharsMax = 4 * 1024 * 1024;
const saidCharsMax = 4_000;

export function createReader(output: Output): Reader {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let tooLong = false;
  let found: Findings = {
    session: null,
    model: null,
    counts: {},
    said: '',
    failure: null,
    ended: false,
    unknown: 0,
  };

  function take(text: string): void {
    const told = text === '' ? {} : readLine(output, text);
    found = told === null ? { ...found, unknown: found.unknown + 1 } : merged(found, told);
  }

  function feed(text: string): void {
    const parts = text.split('\n');
    for (const [index, part] of parts.entries()) {
      if (!tooLong) line += part;
      if (line.length > lineCharsMax) {
        tooLong = true;
        line = '';
      }
      if (index === parts.length - 1) return;
      if (tooLong) found = { ...found, unknown: found.unknown + 1 };
      else take(line.trim());
      line = '';
      tooLong = false;
    }
  }

  return {
    add: (chunk) => feed(decoder.write(chunk)),
    end() {
      feed(decoder.end());
      // Without a line break it may have been cut, by a limit: then it counts as nothing.
      const last = tooLong || line.trim() === '' ? {} : readLine(output, line.trim());
      return merged(found, last ?? {});
    },
  };
}

function readLine({ format, read }: Output, text: string): Told | null {
  if (format === 'text') return read(text);
  try {
    return read(JSON.parse(text));
  } catch (error) {
    // Tools print warnings for people between their events.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function merged(found: Findings, told: Told): Findings {
  const { said, part, failure, ended } = told;
  const words = said ?? (part === undefined ? found.said : found.said + part);
  return {
    session: told.session ?? found.session,
    model: told.model ?? found.model,
    counts: counted(found.counts, told),
    said: words.slice(0, saidCharsMax),
    failure: failure === undefined ? found.failure : failure === '' ? null : oneLine(failure),
    ended: found.ended || ended === true,
    unknown: found.unknown,
  };
}

function counted(before: Counts, { more, total }: Told): Counts {
  const of = (name: keyof Counts) => {
    const known = before[name];
    const added = more?.[name];
    return total?.[name] ?? (added === undefined ? known : (known ?? 0) + added);
  };
  return {
    turns: of('turns'),
    tokensRead: of('tokensRead'),
    tokensWritten: of('tokensWritten'),
    costUsd: of('costUsd'),
  };
}
