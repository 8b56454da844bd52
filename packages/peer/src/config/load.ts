/**
 * A peer's configuration from its four sources: flags before environment before one YAML file
 * before defaults. Each value remembers where it came from.
 */
import { stat } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { BzzzError, Config, tokenSources } from '@bzzz/protocol';
import type { z } from 'zod';
import { readConfigFile } from './file.ts';
import { leavesOf, nest } from './leaves.ts';
import { type Origin, rank, type Said } from './origin.ts';
import { resolvePath } from './paths.ts';
import { type Environment, type Flags, saidByEnvironment, saidByFlags } from './said.ts';

export interface LoadOptions {
  /** A file that must exist; without one the first of the usual places that exists is read. */
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly flags: Flags;
  /** Default: those of the process. */
  readonly cwd?: string;
  readonly home?: string;
  readonly hostName?: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** For every value that is set, by its path. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The file that was read; null: there is none. */
  readonly file: string | null;
}

/** Throws `config_invalid` with the path and the source of what is wrong. */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const cwd = options.cwd ?? process.cwd();
  const home = options.home ?? options.env['HOME'] ?? homedir();
  const above = [
    ...saidByEnvironment(options.env, { cwd, home }),
    ...saidByFlags(options.flags, { cwd, home }),
  ];
  const fallback = [
    said('name', peerName(options.hostName ?? hostname()), 'host name'),
    said('dataDir', join(home, '.bzzz'), 'default'),
  ];
  const dataDir = winner([...fallback, ...above], 'dataDir')?.value;
  const file = await findFile({ ...options, cwd, home, dataDir: String(dataDir) });
  const inFile = file === null ? [] : await readConfigFile(file, home);
  const chosen = chooseOne(choose([...fallback, ...inFile, ...above]));
  const origins = new Map(chosen.map(({ path, origin }) => [path, origin]));
  const result = Config.safeParse(nest(chosen));
  if (!result.success) throw invalid(describe(result.error, origins));
  for (const { path } of leavesOf(result.data)) {
    if (!origins.has(path)) origins.set(path, { source: 'default', where: 'default' });
  }
  return { config: result.data, origins, file };
}

interface Place {
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
  readonly home: string;
  readonly dataDir: string;
}

async function findFile({ file, env, cwd, home, dataDir }: Place): Promise<string | null> {
  const named = file ?? (env['BZZZ_CONFIG'] || undefined);
  // One that was asked for and is missing is an error, told by whoever reads it.
  if (named !== undefined) return resolvePath(named, { base: cwd, home });
  for (const usual of [join(cwd, 'bzzz.yml'), join(dataDir, 'bzzz.yml')]) {
    if ((await stat(usual).catch(() => null))?.isFile()) return usual;
  }
  return null;
}

function said(path: string, value: unknown, where: string): Said {
  return { path, value, origin: { source: 'default', where } };
}

/** For each path what its highest source says. */
function choose(all: readonly Said[]): Said[] {
  const paths = [...new Set(all.map(({ path }) => path))];
  return paths.flatMap((path) => winner(all, path) ?? []);
}

function winner(all: readonly Said[], path: string): Said | undefined {
  return all
    .filter((one) => one.path === path && one.value !== undefined)
    .reduce<Said | undefined>(
      (best, one) =>
        best === undefined || rank[one.origin.source] >= rank[best.origin.source] ? one : best,
      undefined,
    );
}

/** A secret is given in one of several ways: the higher source wins, and one source may not say two. */
function chooseOne(chosen: readonly Said[]): Said[] {
  const dropped = new Set<Said>();
  for (const ways of alternatives) {
    const given = ways.flatMap((way) => {
      const said = chosen.filter(({ path }) => path === way || path.startsWith(`${way}.`));
      return said.length === 0 ? [] : [{ way, said, rank: rankOf(said) }];
    });
    const highest = Math.max(...given.map((one) => one.rank));
    const [first, second] = given.filter((one) => one.rank === highest);
    if (first !== undefined && second !== undefined) {
      const where = [first, second].map(({ said }) => said[0]?.origin.where).join(', ');
      throw invalid(`give either ${first.way} or ${second.way}, not both (${where})`);
    }
    for (const { said } of given.filter((one) => one !== first)) {
      for (const one of said) dropped.add(one);
    }
  }
  return chosen.filter((one) => !dropped.has(one));
}

function rankOf(said: readonly Said[]): number {
  return Math.max(...said.map(({ origin }) => rank[origin.source]));
}

const alternatives: readonly (readonly string[])[] = [
  tokenSources.map((name) => `forge.${name}`),
  ['mesh.key', 'mesh.keyFile'],
];

/** All complaints, each as `path: what (where it was said)`. Values are never shown. */
function describe(error: z.ZodError, origins: ReadonlyMap<string, Origin>): string {
  const complaints = error.issues.flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: 'no such setting',
    }));
  });
  return complaints
    .map(({ path, message }) => {
      const origin = originNear(path, origins);
      return `${path || 'the configuration'}: ${message}${origin === undefined ? '' : ` (${origin.where})`}`;
    })
    .join('; ');
}

/** Of the value itself, of the list that it stands in, or of the first value below it. */
function originNear(path: string, origins: ReadonlyMap<string, Origin>): Origin | undefined {
  const parents = path.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));
  const above = parents.reverse().find((parent) => origins.has(parent));
  if (above !== undefined) return origins.get(above);
  const below = [...origins.keys()].find((known) => known.startsWith(`${path}.`));
  return below === undefined ? undefined : origins.get(below);
}

/** A host name as a peer's name: what does not fit becomes a dash. */
function peerName(host: string): string {
  const name = host.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 63) || 'peer';
}

function invalid(reason: string): BzzzError {
  return new BzzzError('config_invalid', reason);
}
