// SPDX-License-Identifier: MIT
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Splits `--check` from the other arguments. */
export function readArguments() {
  const given = process.argv.slice(2);
  const values = given.filter((argument) => argument !== '--check');
  const unknown = values.find((argument) => argument.startsWith('-'));
  if (unknown !== undefined) fail(`unknown option ${unknown}`);
  return { check: given.includes('--check'), values };
}

/** A file of the repository; one that is not there ends the program with a word about it. */
export async function readText(path) {
  return (await readIfThere(path)) ?? fail(`no such file: ${path}`);
}

/** The JavaScript files of the repository, those that a script wrote included. */
export async function sourceFiles() {
  const folders = ['examples', 'scripts', 'scripts/lib', 'src', 'src/tables', 'test', 'test/tools'];
  const lists = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder))).map((f) => `${folder}/${f}`)),
  );
  return lists
    .flat()
    .filter((path) => /\.m?js$/.test(path))
    .sort();
}

/**
 * Brings a file to its wanted content, or with `check` only says that it differs: then the exit
 * code is 1 and nothing is written.
 */
export async function settle(path, wanted, { check, mend }) {
  const present = await readIfThere(path);
  if (present === wanted) {
    console.log(`${path}: as it should be`);
  } else if (check) {
    console.error(`${path}: out of date; mend it by: ${mend}`);
    process.exitCode = 1;
  } else {
    await writeFile(join(root, path), wanted);
    console.log(`${path}: written`);
  }
}

export function fail(reason) {
  console.error(reason);
  process.exit(2);
}

async function readIfThere(path) {
  return readFile(join(root, path), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
