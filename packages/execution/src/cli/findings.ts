/** What a tool has told in all, gathered from its lines as they come. */
import { StringDecoder } from 'node:string_decoder';
import { oneLine } from '../prompt/one-line.ts';
import type { Counts, Output, Told } from './tool.ts';

export interface Findings {
  readonly session: string | null;
  readonly model: string | null;
  readonly counts: Counts;
  /** Its last message, whole. */
  readonly said: string;
  /** Null: it has named none. */
  readonly failure: string | null;
  readonly ended: boolean;
  /** Lines that say nothing that is known here. */
  readonly unknown: number;
}

export interface Reader {
  add(chunk: Buffer): void;
  /** What was told so far. */
  soFar(): Findings;
  /** Nothing comes any more. */
  end(): Findings;
}

/** A longer line is counted as unknown and never held. */
const lineCharsMax = 4 * 1024 * 1024;
/** One message, as a model may write it. */
const saidCharsMax = 256 * 1024;

/** `watch` is told each line with what was read in it. */
export function createReader(
  output: Output,
  watch: (told: Told | null, line: string) => void = () => undefined,
): Reader {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let tooLong = false;
  let isWhole = false;
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
    const told = readLine(output, text);
    watch(told, text);
    if (told === null) found = { ...found, unknown: found.unknown + 1 };
    else add(told);
  }

  function add(told: Told): void {
    found = merged(found, told, isWhole);
    if (told.whole === true) isWhole = true;
    else if (told.said !== undefined || !isBlank(told.part)) isWhole = false;
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
      else take(line);
      line = '';
      tooLong = false;
    }
  }

  return {
    add: (chunk) => feed(decoder.write(chunk)),
    soFar: () => found,
    end() {
      feed(decoder.end());
      // Without a line break it may have been cut, by a limit: then it counts as nothing.
      add((tooLong ? null : readLine(output, line)) ?? {});
      return { ...found, said: found.said.trim() };
    },
  };
}

function readLine({ format, read }: Output, line: string): Told | null {
  if (format === 'text') return read(line);
  const text = line.trim();
  if (text === '') return {};
  try {
    return read(JSON.parse(text));
  } catch (error) {
    // Tools print warnings for people between their events.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isBlank(part: string | undefined): boolean {
  return part === undefined || part.trim() === '';
}

/** `isWhole`: the message so far. */
function merged(found: Findings, told: Told, isWhole: boolean): Findings {
  const { said, part, failure, ended } = told;
  const before = isWhole && !isBlank(part) ? '' : found.said;
  const words = said ?? before + (part ?? '');
  return {
    session: told.session ?? found.session,
    model: told.model ?? found.model,
    counts: counted(found.counts, told),
    said: words.length > saidCharsMax ? words.slice(0, saidCharsMax) : words,
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
