// SPDX-License-Identifier: MIT

const number = '(0|[1-9]\\d*)';
const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const pattern = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`,
);

/**
 * Reads a version as Semantic Versioning 2.0.0 defines it; anything else is a TypeError.
 *
 * @param {string} text
 * @returns {{ major: number, minor: number, patch: number, prerelease: string[], build: string[] }}
 */
export function parseVersion(text) {
  const match = pattern.exec(text);
  const prerelease = match?.[4]?.split('.') ?? [];
  if (!match || prerelease.some((part) => /^0\d+$/.test(part))) {
    throw new TypeError(`not a version: ${text}`);
  }
  const [major, minor, patch] = match.slice(1, 4).map(Number);
  return { major, minor, patch, prerelease, build: match[5]?.split('.') ?? [] };
}

/**
 * Orders two versions by precedence: below 0, 0, or above 0, as `Array.sort` wants it. Build
 * metadata does not count.
 *
 * @param {string} a
 * @param {string} b
 * @returns {number}
 */
export function compareVersions(a, b) {
  const left = parseVersion(a);
  const right = parseVersion(b);
  return (
    left.major - right.major ||
    left.minor - right.minor ||
    left.patch - right.patch ||
    comparePrerelease(left.prerelease, right.prerelease)
  );
}

/**
 * The next version: `major`, `minor` or `patch` up by one. A prerelease goes to its own release.
 *
 * @param {string} version
 * @param {'major' | 'minor' | 'patch'} part
 * @returns {string}
 */
export function nextVersion(version, part) {
  const { major, minor, patch, prerelease } = parseVersion(version);
  const pending = prerelease.length > 0;
  switch (part) {
    case 'major':
      return pending && minor === 0 && patch === 0 ? `${major}.0.0` : `${major + 1}.0.0`;
    case 'minor':
      return pending && patch === 0 ? `${major}.${minor}.0` : `${major}.${minor + 1}.0`;
    case 'patch':
      return `${major}.${minor}.${pending ? patch : patch + 1}`;
    default:
      throw new TypeError(`not a part of a version: ${part}`);
  }
}

/** A version without a prerelease comes after all of its prereleases. */
function comparePrerelease(left, right) {
  if (left.length === 0 || right.length === 0) return right.length - left.length;
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = compareIdentifiers(left[i], right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareIdentifiers(a, b) {
  const [aNumeric, bNumeric] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aNumeric && bNumeric) return Number(a) - Number(b);
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
