/**
 * Where a tool is on this machine, and what of the machine must be shown so that it can run in the
 * sandbox: the folder of packages in which it lies, its Python environment, or the one file.
 */
import { access, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import { codeOf } from '../processes.ts';

export interface Located {
  /** Real path. */
  readonly path: string;
  /** Files or folders that it needs to see at their own path. */
  readonly needs: readonly string[];
  /** Changes whenever the program does. */
  readonly print: string;
}

/** `program`: a name to look for on PATH, or an absolute path. Null: there is none. */
export async function locate(program: string): Promise<Located | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((part) => isAbsolute(part));
  const places = isAbsolute(program) ? [program] : folders.map((folder) => join(folder, program));
  for (const place of places) {
    const found = await executableAt(place);
    if (found !== null) return found;
  }
  return null;
}

async function executableAt(place: string): Promise<Located | null> {
  try {
    const path = await realpath(place);
    await access(path, constants.X_OK);
    const facts = await stat(path);
    if (!facts.isFile()) return null;
    return { path, needs: [await homeOf(path)], print: `${path} ${facts.size} ${facts.mtimeMs}` };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(codeOf(error))) return null;
    throw error;
  }
}

async function homeOf(path: string): Promise<string> {
  const parts = path.split(sep);
  // The outermost: what a package needs may lie beside it.
  const packages = parts.indexOf('node_modules');
  if (packages !== -1) return parts.slice(0, packages + 1).join(sep);
  const environment = dirname(dirname(path));
  return (await exists(join(environment, 'pyvenv.cfg'))) ? environment : path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw error;
  }
}
