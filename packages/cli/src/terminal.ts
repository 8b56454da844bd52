/** Where a command writes, and how: the process's streams, or whatever a caller hands in. */
import { styleText } from 'node:util';
import { visibleText } from '@bzzz/protocol';

type Format = Parameters<typeof styleText>[0];

export interface Terminal {
  /** A line of the answer, to standard output. */
  print(line: string): void;
  /** A line beside the answer, to standard error. */
  note(line: string): void;
  /** Colours, where a person looks. */
  style(format: Format, text: string): string;
  styleNote(format: Format, text: string): string;
  /** Columns of a terminal; null: not one, so nothing is cut. */
  readonly columns: number | null;
}

interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

export function createTerminal({ out, err }: Streams = processStreams()): Terminal {
  const styleOn = (stream: NodeJS.WriteStream) => (format: Format, text: string) =>
    stream.isTTY ? styleText(format, text, { stream }) : text;
  return {
    print: (line) => void out.write(`${line}\n`),
    note: (line) => void err.write(`${line}\n`),
    style: styleOn(out),
    styleNote: styleOn(err),
    columns: out.isTTY ? out.columns : null,
  };
}

function processStreams(): Streams {
  return { out: process.stdout, err: process.stderr };
}

/** Text of strangers on one line, with nothing in it that a terminal would act on. */
export function printable(text: string): string {
  return visibleText(text).replaceAll(/\s+/g, ' ').trim();
}

/** JSON in which whatever a terminal could act on is escaped; it means the same to a parser. */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(/[^\P{Cc}\n]|\p{Cf}/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      const unit = character.charCodeAt(at).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );
}
