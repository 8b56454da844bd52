// SPDX-License-Identifier: MIT
// node scripts/release.mjs [--check] VERSION    Makes what is unreleased a version.
import { compareVersions } from '../src/semver.js';
import { withRelease } from './lib/changelog.mjs';
import { fail, readArguments, readText, settle } from './lib/target.mjs';

const { check, values } = readArguments();
const [version] = values;
if (values.length !== 1) fail('usage: node scripts/release.mjs [--check] VERSION');

const manifest = await readText('package.json');
const changelog = await readText('CHANGELOG.md');
const present = JSON.parse(manifest).version;

if (check) {
  if (present !== version) fail(`package.json has version ${present}`);
  if (!changelog.includes(`\n## ${version}\n`)) fail(`CHANGELOG.md has no part ${version}`);
  console.log(`${version} is ready`);
} else {
  if (compareVersions(version, present) <= 0) fail(`${version} does not come after ${present}`);
  const bumped = manifest.replace(`"version": "${present}"`, `"version": "${version}"`);
  await settle('CHANGELOG.md', withRelease(changelog, version), { check });
  await settle('package.json', bumped, { check });
}
