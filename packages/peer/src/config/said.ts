/** Values from the environment and from flags: text, turned into what the schema expects. */
import { resolvePath } from './paths.ts';
import type { Said } from './origin.ts';
import { type Setting, settings } from './settings.ts';

/** Flags by the path of their setting; a list may be given item by item. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
export type Environment = Readonly<Record<string, string | undefined>>;

export function saidByEnvironment(env: Environment, from: { cwd: string; home: string }): Said[] {
  return settings.flatMap((setting) => {
    // An empty variable is how a shell says "not set".
    const names = [setting.env, setting.envToo ?? setting.env];
    const where = names.find((name) => env[name] !== undefined && env[name] !== '');
    const text = where === undefined ? undefined : env[where];
    if (where === undefined || text === undefined) return [];
    const origin = { source: 'environment', where } as const;
    return [{ path: setting.path, value: convert(setting, text, from), origin }];
  });
}

export function saidByFlags(flags: Flags, from: { cwd: string; home: string }): Said[] {
  return settings.flatMap((setting) => {
    const given = flags[setting.path];
    if (given === undefined) return [];
    const origin = { source: 'flag', where: setting.flag ?? setting.path } as const;
    return [{ path: setting.path, value: convert(setting, given, from), origin }];
  });
}

function convert(
  { kind }: Setting,
  given: string | boolean | readonly string[],
  { cwd, home }: { cwd: string; home: string },
): unknown {
  if (kind === 'list') {
    const items =
      typeof given === 'string' ? [given] : given === true || given === false ? [] : given;
    return items.flatMap((item) => item.split(/[\s,]+/)).filter((item) => item !== '');
  }
  if (typeof given !== 'string') return given;
  // What is no number or no boolean stays text, and the schema says so with its path.
  if (kind === 'number') return /^-?\d+(?:\.\d+)?$/.test(given) ? Number(given) : given;
  if (kind === 'boolean') return booleans.get(given.toLowerCase()) ?? given;
  return kind === 'file' ? resolvePath(given, { base: cwd, home }) : given;
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);
