/**
 * What a tool tells by events, as people read it while it works: what its model says, what it uses, and the end of
 * what came of that. The text is hostile as ever; whoever keeps it for people masks it and takes control characters out.
 */
import { oneLine } from '../prompt/one-line.ts';
import type { Told } from './tool.ts';

const argsCharsMax = 300;
const lineCharsMax = 200;
const linesMax = 12;

/** Words of the model, or about its work, by whom they are. */
export function sayingText(who: string, text: string | undefined): string {
  const words = text?.trim() ?? '';
  return words === '' ? '' : `[${who}] ${words}`;
}

/** A tool that it uses now. */
export function usingText(name: string | undefined, args: unknown): string {
  const given =
    args === undefined ? '' : ` ${cut(oneLine(JSON.stringify(args), Infinity), argsCharsMax)}`;
  return `[tool] ${oneLine(name ?? 'unnamed')}${given}`;
}

/** A command that it runs now. */
export function runningText(command: string | undefined): string {
  return command === undefined ? '' : `$ ${cut(oneLine(command, Infinity), argsCharsMax)}`;
}

/** The end of what came of it, each line on its own. */
export function resultText(text: string | undefined): string {
  const lines = (text ?? '')
    .replace(privateKeys, '[a private key]')
    .trimEnd()
    .split(/\r\n|\r|\n/);
  if (lines.length === 1 && lines[0] === '') return '';
  const last = lines.slice(-linesMax).map((line) => `  ${cut(line, lineCharsMax)}`);
  const before = lines.length - last.length;
  return [...(before > 0 ? [`  ... ${before} lines before`] : []), ...last].join('\n');
}

/** Of many lines the last are shown, and what is left of a key is not known for one. */
const privateKeys = /-----BEGIN [^-]*-----[^]*?(-----END [^-]*-----|$)/g;

/** Before the word that does not fit: half of a secret is not known for one by whoever masks it. */
function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text.slice(0, charsMax).replace(/[\w+/=.~-]+$/, '')}...`;
}

/** Lines of what is there. */
export function together(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

export interface Teller {
  /** What one line told; null: it tells nothing that is known. */
  told(told: Told | null, line: string): void;
  end(): void;
}

/** Tells whoever watches, line by line; a message that comes in parts as it comes. */
export function createTeller(who: string, tell: (text: string) => void): Teller {
  let open = false;

  function close(): void {
    if (open) tell('\n');
    open = false;
  }

  function part(text: string): void {
    tell(open ? text : `[${who}] ${text}`);
    open = !text.endsWith('\n');
  }

  return {
    told(told, line) {
      if (told === null) {
        // A warning between the events is for people; an event that is not known is not.
        if (!/^\s*[[{]/.test(line)) shown(line.trimEnd());
        return;
      }
      if (told.part !== undefined) return told.part === '' ? undefined : part(told.part);
      const { failure } = told;
      shown(together(told.shown ?? '', sayingText(who, failure && `failed: ${failure}`)));
    },
    end: close,
  };

  function shown(text: string): void {
    if (text === '') return;
    close();
    tell(`${text}\n`);
  }
}
