/** Programs that take what there is: processes, memory, disk, time, the attention of the peer. */
import { type Family, type HostileCase, order, runs, write } from '../case.ts';

export const greed: Family = {
  name: 'greed',
  cases: [
    ended(
      'processes',
      'processes that make processes',
      "import { spawn } from 'node:child_process';\nfor (let i = 0; i < 200; i++) spawn('sleep', ['300'], { detached: true });\nsetInterval(() => {}, 1000);",
    ),
    ended(
      'memory',
      'memory without end',
      'const all = [];\nsetInterval(() => all.push(Buffer.alloc(16e6, 1)), 5);',
    ),
    ended(
      'disk',
      'files without end',
      "import { writeFileSync } from 'node:fs';\nlet i = 0;\nsetInterval(() => writeFileSync('f' + i++, Buffer.alloc(4e6, 1)), 20);",
    ),
    ended('output', 'words without end', "setInterval(() => console.log('x'.repeat(10000)), 1);"),
    ended(
      'left-running',
      'a program that goes on when its command has ended',
      "import { spawn } from 'node:child_process';\nimport { writeFileSync } from 'node:fs';\nspawn('sh', ['-c', 'sleep 1; {ring}'], { detached: true, stdio: 'ignore' }).unref();\nwriteFileSync('f', '');",
      { f: /^$/ },
    ),
    {
      name: 'dependencies',
      tries: 'more dependencies than anybody can follow',
      body: Array.from({ length: 40 }, (_, at) => `depends on #${at + 1000}`).join('\n'),
      ends: { kind: 'untouched', why: /depends on more than 32 issues/ },
    },
    {
      name: 'dependency-elsewhere',
      tries: 'an issue of a repository that the peer should not read',
      body: 'blocked by: ada/vault#1',
      ends: { kind: 'untouched', why: /cannot be followed/ },
    },
    {
      name: 'dependency-number',
      tries: 'a number that is none',
      body: 'depends on #99999999999999999999',
      ends: { kind: 'untouched', why: /no issue number/ },
    },
    {
      name: 'brackets',
      tries: 'a text that takes a parser for ever',
      body: '![](<a "'.repeat(3_000),
      ends: { kind: 'published' },
    },
    {
      name: 'orders',
      tries: 'more calls than the peer does in one answer',
      body: Array.from({ length: 12 }, (_, at) => write(`many/${at}.txt`, 'x')).join('\n'),
      ends: {
        kind: 'published',
        files: Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`many/${at}.txt`, /^x$/])),
      },
    },
    {
      name: 'search',
      tries: 'a pattern that takes a matcher for ever',
      body: [
        order('list_files', { glob: `${'**/*a'.repeat(30)}b` }),
        order('search', { text: '(a+)+$', glob: '*a'.repeat(80) }),
      ].join('\n'),
      ends: { kind: 'published' },
    },
  ],
};

/** The run is ended and the model told; what it left is no result, or only what is small. */
function ended(
  name: string,
  tries: string,
  source: string,
  more: Readonly<Record<string, RegExp>> = {},
): HostileCase {
  const clean = order('run', { name: 'tidy' });
  const files = { 'check.mjs': /./, ...more };
  return { name, tries, body: `${runs(source)}\n${clean}`, ends: { kind: 'published', files } };
}
