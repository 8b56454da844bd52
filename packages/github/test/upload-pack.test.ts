/** What a server may answer that is none of git's, or a broken one: each a coded error, and no crash. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import { Oid, RepoName } from '@bzzz/protocol';
import { afterEach, expect, it } from 'vitest';
import { readCommit } from '../src/git/commit-reader.ts';
import { readRefs } from '../src/git/ref-reader.ts';
import { createUploadPack } from '../src/git/upload-pack.ts';
import { codeOf } from './support/code-of.ts';

const closes: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

const repo = RepoName.parse('owner/sample');
const token = 'secret-token';
const signal = new AbortController().signal;
const result = 'application/x-git-upload-pack-result';
const oid = Oid.parse('1'.repeat(40));

interface Answer {
  readonly body: string | Buffer;
  readonly type?: string;
  readonly status?: number;
}

async function serverThatSays({ body, type = result, status = 200 }: Answer) {
  const asked: { path: string | undefined; protocol: unknown; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const protocol = request.headers['git-protocol'];
      asked.push({ path: request.url, protocol, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closes.push(() => server[Symbol.asyncDispose]());
  const { port } = server.address() as AddressInfo; // listens on TCP
  const uploadPack = createUploadPack({ gitUrl: `http://127.0.0.1:${port}`, gitTimeoutMs: 20_000 });
  return {
    asked,
    refs: (...prefixes: string[]) => readRefs(uploadPack, { repo, prefixes, token, signal }),
    commit: () => readCommit(uploadPack, { repo, oid, commitBytesMax: 8_192, token, signal }),
  };
}

function packet(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

function packfile(...content: Buffer[]): Buffer {
  const band = Buffer.concat([Buffer.from([1]), ...content]);
  return Buffer.concat([packet('packfile\n'), packet(band), Buffer.from('0000')]);
}

const packHeader = Buffer.from('PACK\0\0\0\x02\0\0\0\x02', 'latin1');

it('asks in protocol version 2 for what it wants, and reads tips and what HEAD stands for', async () => {
  const lines = [`${oid} HEAD symref-target:refs/heads/main\n`, `${oid} refs/heads/main\n`];
  const body = Buffer.concat([...lines.map(packet), Buffer.from('0000')]);
  const server = await serverThatSays({ body });
  expect(Object.fromEntries(await server.refs('HEAD', 'refs/heads/main'))).toEqual({
    HEAD: { oid, target: 'refs/heads/main' },
    'refs/heads/main': { oid, target: null },
  });
  expect(server.asked).toEqual([
    {
      path: '/owner/sample.git/git-upload-pack',
      protocol: 'version=2',
      body: '0014command=ls-refs\n0001000csymrefs\n0014ref-prefix HEAD\n001fref-prefix refs/heads/main\n0000',
    },
  ]);
});

it('takes an empty list for an empty list', async () => {
  expect((await (await serverThatSays({ body: '0000' })).refs('refs/')).size).toBe(0);
});

it.each<[string, Answer, string]>([
  ['a page of some portal', { body: '<html>', type: 'text/html' }, 'forge_invalid_answer'],
  ['nothing', { body: '' }, 'forge_unreachable'],
  ['a list that breaks off', { body: packet(`${oid} refs/heads/a\n`) }, 'forge_unreachable'],
  ['half a packet', { body: '00ff1111' }, 'forge_unreachable'],
  ['a length that is none', { body: 'zzzz0000' }, 'forge_unreachable'],
  ['a length too short', { body: '00030000' }, 'forge_unreachable'],
  ['an error of git', { body: `${packet('ERR no\n').toString()}0000` }, 'forge_invalid_answer'],
  ['a line that is no ref', { body: `${packet('what\n').toString()}0000` }, 'forge_invalid_answer'],
  [
    'refs without end',
    { body: Buffer.alloc(17 << 20, packet('x'.repeat(996))) },
    'forge_invalid_answer',
  ],
  ['404', { body: 'Repository not found.', status: 404 }, 'forge_not_found'],
  ['429', { body: '', status: 429 }, 'forge_rate_limited'],
  ['502', { body: '', status: 502 }, 'forge_unreachable'],
])('%s instead of refs is a coded error', async (_, answer, code) => {
  expect(await codeOf((await serverThatSays(answer)).refs('refs/'))).toBe(code);
});

const other = deflateSync(Buffer.from('tree 0\n'));

it.each<[string, Answer, string]>([
  ['nothing', { body: '' }, 'forge_unreachable'],
  ['no pack', { body: '0000' }, 'forge_unreachable'],
  ['an error of git', { body: packet('ERR upload-pack: not our ref\n') }, 'forge_not_found'],
  [
    'an error in the side band',
    { body: Buffer.concat([packet('packfile\n'), packet('\x03broken')]) },
    'forge_not_found',
  ],
  ['a pack of nothing', { body: packfile(Buffer.from('PACK')) }, 'forge_unreachable'],
  ['a blob', { body: packfile(packHeader, Buffer.from([0x37]), other) }, 'forge_unreachable'],
  [
    'another commit',
    { body: packfile(packHeader, Buffer.from([0x17]), other) },
    'forge_invalid_answer',
  ],
  [
    'what does not inflate',
    { body: packfile(packHeader, Buffer.from([0x17]), Buffer.from('junk')) },
    'forge_invalid_answer',
  ],
])('%s instead of a commit is a coded error', async (_, answer, code) => {
  expect(await codeOf((await serverThatSays(answer)).commit())).toBe(code);
});

it('shows no token in what it says of a failure', async () => {
  const server = await serverThatSays({ body: `no ${token} here`, status: 403 });
  await expect(server.refs('refs/')).rejects.toThrow(/no <token> here/);
});
