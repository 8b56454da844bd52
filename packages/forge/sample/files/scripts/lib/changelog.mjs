// SPDX-License-Identifier: MIT

/** Kinds of change in the order in which a release lists them (keepachangelog.com). */
export const kinds = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'];

const unreleased = /(?<=^## Unreleased\n)[\s\S]*?(?=^## |(?![\s\S]))/m;

/**
 * The entries of the part "Unreleased", by kind.
 *
 * @param {string} changelog
 * @returns {Map<string, string[]>}
 */
export function pendingEntries(changelog) {
  const part = unreleased.exec(changelog);
  if (part === null) throw new Error('CHANGELOG.md has no part "Unreleased"');
  const entries = new Map();
  for (const block of part[0].split(/^### /m).slice(1)) {
    const [kind, ...lines] = block.split('\n');
    const texts = lines.filter((line) => line.startsWith('- ')).map((line) => line.slice(2));
    entries.set(kind.toLowerCase(), texts);
  }
  return entries;
}

/** The changelog with one more entry under "Unreleased"; the same one if it is there already. */
export function withEntry(changelog, kind, text) {
  if (!kinds.includes(kind)) throw new Error(`no such kind of change: ${kind}`);
  const entries = pendingEntries(changelog);
  const present = entries.get(kind) ?? [];
  if (present.includes(text)) return changelog;
  entries.set(kind, [...present, text]);
  return changelog.replace(unreleased, () => `\n${write(entries)}`);
}

/** The changelog in which what was unreleased belongs to a version. */
export function withRelease(changelog, version) {
  const entries = pendingEntries(changelog);
  if (entries.size === 0) throw new Error('nothing to release');
  return changelog.replace(unreleased, () => `\n## ${version}\n\n${write(entries)}`);
}

function write(entries) {
  return kinds
    .filter((kind) => entries.has(kind))
    .map((kind) => {
      const title = kind[0].toUpperCase() + kind.slice(1);
      const lines = entries.get(kind).map((text) => `- ${text}`);
      return `### ${title}\n\n${lines.join('\n')}\n\n`;
    })
    .join('');
}
