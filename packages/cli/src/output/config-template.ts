/** The configuration file that `bzzz init` writes: the settings, explained, each with its default. */
import { type Setting, settings } from '@bzzz/peer';
import { Config } from '@bzzz/protocol';

const head = [
  '# Configuration of a bzzz peer. Flags of `bzzz up` and environment variables win over this file;',
  '# `bzzz config` shows where each value came from. Take the # away to set something.',
  '',
];

/** Settings that are given, by their path, are set; all others stand as comments. */
export function configTemplate(given: ReadonlyMap<string, unknown>): string {
  const lines = [...head];
  let section = '';
  for (const setting of settings.filter(({ path }) => path !== 'dataDir')) {
    const [first = '', second] = setting.path.split('.');
    if (second !== undefined && first !== section) lines.push(`${first}:`);
    section = second === undefined ? '' : first;
    const indent = second === undefined ? '' : '  ';
    lines.push(...linesOf(setting, given, { indent, key: second ?? first }));
  }
  return `${[...lines, ...tail].join('\n')}\n`;
}

/** What has no flag and no variable. */
const tail = [
  '# In place of token and tokenFile, `forge` may name a Vault or a GitHub App: docs/OPERATIONS.md, "Tokens".',
  '# coding tools that may work here, each with its key: docs/OPERATIONS.md, "Coding tools"',
  '# cli:',
  '#   claude: { apiKeyFile: claude.key }',
];

function linesOf(
  { path, help, env }: Setting,
  given: ReadonlyMap<string, unknown>,
  { indent, key }: { indent: string; key: string },
): string[] {
  const isSet = given.has(path);
  const value = isSet ? given.get(path) : defaultOf(path);
  // JSON is YAML, and quotes whatever needs it.
  const shown = value === undefined ? '...' : JSON.stringify(value);
  return [`${indent}# ${help} ($${env})`, `${indent}${isSet ? '' : '# '}${key}: ${shown}`];
}

const defaults: unknown = Config.parse({ name: 'name', dataDir: '/' });

function defaultOf(path: string): unknown {
  if (path === 'name') return undefined;
  return path.split('.').reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }, defaults);
}
