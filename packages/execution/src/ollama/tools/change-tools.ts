/** Tools that change files. */
import { z } from 'zod';
import type { Files } from '../files/files.ts';
import { Refusal } from '../files/refusal.ts';
import { defineTool, type Tool } from './tool.ts';

const Path = z.string().min(1).describe('relative to the folder of the repository');

export function changeTools(files: Files): Tool[] {
  return [editFile(files), writeFile(files), deleteFile(files)];
}

function editFile(files: Files): Tool {
  return defineTool({
    name: 'edit_file',
    description: 'Replaces a text in a file. The old text must stand in the file exactly once.',
    input: z.object({
      path: Path,
      oldText: z.string().min(1).describe('as it stands in the file, blanks and breaks included'),
      newText: z.string(),
    }),
    async use({ path, oldText, newText }) {
      if (oldText === newText) throw new Refusal('the new text is the old one');
      const text = await files.read(path);
      return changed(`${path} is changed`, await files.write(path, edited(text, oldText, newText)));
    },
  });
}

function writeFile(files: Files): Tool {
  return defineTool({
    name: 'write_file',
    description: 'Writes a whole file, a new one or in place of what it held.',
    input: z.object({ path: Path, content: z.string() }),
    use: async ({ path, content }) =>
      changed(`${path} is written`, await files.write(path, content)),
  });
}

function deleteFile(files: Files): Tool {
  return defineTool({
    name: 'delete_file',
    description: 'Deletes a file.',
    input: z.object({ path: Path }),
    use: async ({ path }) => changed(`${path} is deleted`, await files.remove(path)),
  });
}

function changed(text: string, state: string) {
  return { text, news: `file ${state}` };
}

function edited(text: string, oldText: string, newText: string): string {
  const places = placesOf(text, oldText);
  const [at] = places;
  if (at !== undefined && places.length === 1) {
    return text.slice(0, at) + newText + text.slice(at + oldText.length);
  }
  if (places.length > 1) {
    throw new Refusal(`the old text stands there ${places.length} times or more: give more of it`);
  }
  // Models write plain line breaks, whatever they have read.
  const returned = (part: string) => part.replaceAll(/\r?\n/g, '\r\n');
  if (text.includes('\r\n') && returned(oldText) !== oldText) {
    return edited(text, returned(oldText), returned(newText));
  }
  throw new Refusal('the old text does not stand in the file: read it again');
}

/** At most two: more are of no use. */
function placesOf(text: string, part: string): number[] {
  const first = text.indexOf(part);
  if (first === -1) return [];
  const second = text.indexOf(part, first + 1);
  return second === -1 ? [first] : [first, second];
}
