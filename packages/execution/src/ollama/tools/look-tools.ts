/** Tools that only look: a list of files, lines of a file, a search. */
import { z } from 'zod';
import type { Files } from '../files/files.ts';
import { matchesGlob } from '../files/glob.ts';
import { Refusal } from '../files/refusal.ts';
import { clipLine, clipLines } from './clip.ts';
import { defineTool, type Tool } from './tool.ts';

export interface LookDeps {
  readonly files: Files;
  /** What one result may hold; follows from the window of the model. */
  readonly resultCharsMax: () => number;
}

const lineCharsMax = 500;
const hitsMax = 100;
/** Read for one search. */
const searchBytesMax = 64 * 1024 * 1024;

const Glob = z.string().min(1).max(200);
const Path = z.string().min(1).describe('relative to the folder of the repository');
/** Models write numbers as text now and then. */
const Line = z.coerce.number().int().min(1);

const names = { list: 'list_files', read: 'read_file', search: 'search' } as const;
export const lookToolNames: readonly string[] = Object.values(names);

export function lookTools(deps: LookDeps): Tool[] {
  return [listFiles(deps), readFile(deps), search(deps)];
}

function listFiles({ files, resultCharsMax }: LookDeps): Tool {
  return defineTool({
    name: names.list,
    description: 'Lists the files of the repository whose path fits a pattern.',
    input: z.object({
      glob: Glob.optional().describe('such as src/**/*.ts or *.json; without it, all files'),
    }),
    async use({ glob = '**' }, { signal }) {
      const { paths, more } = await found(files, glob, signal);
      const { text, shown } = clipLines(paths, resultCharsMax());
      const total = `${paths.length} files${more ? ' or more' : ''}`;
      const note = shown < paths.length ? `(${total}; the first ${shown} are shown)` : `(${total})`;
      return { text: `${text}\n${note}`.trim(), news: `list ${text}` };
    },
  });
}

function readFile({ files, resultCharsMax }: LookDeps): Tool {
  return defineTool({
    name: names.read,
    description: 'Shows lines of a text file.',
    input: z.object({
      path: Path,
      from: Line.optional().describe('number of the first line; 1 if not given'),
      lines: Line.optional().describe('how many lines; as many as can be shown if not given'),
    }),
    async use({ path, from = 1, lines: wanted }) {
      const all = (await files.read(path)).split('\n');
      // A line break at the end begins no line.
      if (all.at(-1) === '') all.pop();
      if (from > all.length) throw new Refusal(`the file has only ${all.length} lines`);
      const asked = all.slice(from - 1, wanted === undefined ? undefined : from - 1 + wanted);
      const charsMax = resultCharsMax();
      const fitting = asked.map((line) => clipLine(line, charsMax / 2));
      const { text, shown } = clipLines(fitting, charsMax);
      const span = `lines ${from} to ${from - 1 + shown} of ${all.length}`;
      return { text: `${text}\n(${span})`, news: `read ${path} ${span} ${text}` };
    },
  });
}

function search({ files, resultCharsMax }: LookDeps): Tool {
  return defineTool({
    name: names.search,
    description: 'Finds lines that hold a text, exactly as it is given; no regular expressions.',
    input: z.object({
      text: z.string().min(1).max(500),
      glob: Glob.optional().describe('only in files whose path fits'),
      ignoreCase: z.boolean().optional(),
    }),
    async use({ text: wanted, glob = '**', ignoreCase = false }, { signal }) {
      const { paths, more } = await found(files, glob, signal);
      const folded = (text: string) => (ignoreCase ? text.toLowerCase() : text);
      const needle = folded(wanted);
      const hits: string[] = [];
      let bytes = 0;
      let partly = more;
      for (const path of paths) {
        signal.throwIfAborted();
        partly = partly || bytes > searchBytesMax || hits.length > hitsMax;
        if (bytes > searchBytesMax || hits.length > hitsMax) break;
        const text = await readIfText(files, path);
        bytes += text.length;
        if (folded(text).includes(needle)) {
          hits.push(...hitsIn(path, text, (line) => folded(line).includes(needle)));
        }
      }
      const { text, shown } = clipLines(hits.slice(0, hitsMax), resultCharsMax());
      const rest = shown < hits.length || partly ? '; there may be more' : '';
      return { text: `${text}\n(${shown} lines${rest})`.trim(), news: `search ${text}` };
    },
  });
}

function hitsIn(path: string, text: string, holds: (line: string) => boolean): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      holds(line) ? [`${path}:${index + 1}: ${clipLine(line.trim(), lineCharsMax)}`] : [],
    );
}

/** What cannot be read holds nothing that a model could find. */
async function readIfText(files: Files, path: string): Promise<string> {
  try {
    return await files.read(path);
  } catch (error) {
    if (error instanceof Refusal) return '';
    throw error;
  }
}

async function found(files: Files, glob: string, signal: AbortSignal) {
  const { paths, more } = await files.list({ dependencies: glob.includes('node_modules'), signal });
  return { paths: paths.filter((path) => matchesGlob(path, glob)), more };
}
