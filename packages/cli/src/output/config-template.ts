/** The configuration file that `bzzz init` writes: every setting, explained, its default in it. */
import { type Flags, type Setting, settings } from '@bzzz/peer';
import { Config } from '@bzzz/protocol';

const head = [
  '# Configuration of a bzzz peer. Flags of `bzzz up` and environment variables win over this file;',
  '# `bzzz config` shows where each value came from. Take the # away to set something.',
  '',
];

/** Settings that are given are set; all others stand as comments. */
export function configTemplate(given: Flags): string {
  const lines = [...head];
  let section = '';
  for (const setting of settings.filter(({ path }) => path !== 'dataDir')) {
    const [first = '', second] = setting.path.split('.');
    if (second !== undefined && first !== section) {
      lines.push(`${first}:`);
      section = first;
    } else if (second === undefined) section = '';
    lines.push(
      ...linesOf(setting, given, {
        indent: second === undefined ? '' : '  ',
        key: second ?? first,
      }),
    );
  }
  return `${lines.join('\n')}\n`;
}

function linesOf(
  { path, help, env, kind }: Setting,
  given: Flags,
  { indent, key }: { indent: string; key: string },
): string[] {
  const value = given[path];
  const isSet = value !== undefined;
  const shown = isSet ? asGiven(kind, value) : defaultOf(path);
  return [
    `${indent}# ${help} ($${env})`,
    `${indent}${isSet ? '' : '# '}${key}: ${shown === undefined ? '...' : JSON.stringify(shown)}`,
  ];
}

/** JSON is YAML, and quotes whatever needs it. */
function asGiven(kind: Setting['kind'], value: NonNullable<Flags[string]>): unknown {
  if (kind === 'number') return Number(value);
  if (kind !== 'list') return value;
  const items = Array.isArray(value) ? value : [String(value)];
  return items.flatMap((item: string) => item.split(/[\s,]+/)).filter((item) => item !== '');
}

const defaults: unknown = Config.parse({ name: 'name', dataDir: '/' });

function defaultOf(path: string): unknown {
  if (path === 'name') return undefined;
  return path.split('.').reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }, defaults);
}
