/**
 * Reads refs over git's smart HTTP in this process: the command `ls-refs` of gitprotocol-v2(5). It is what
 * peers do most often; over a connection that stands it is one request, where `git ls-remote` is
 * three processes, a connection and two requests.
 */
import { BzzzError, limits, Oid, type RepoName, reasonOf } from '@bzzz/protocol';
import { abortedError, assertLive } from '../abort.ts';
import { basicCredential, withoutToken } from '../credentials.ts';
import { createSemaphore } from '../semaphore.ts';
import { answeredFailure, unreachable } from './failures.ts';
import { delimiter, flush, parsePktLines, pktLine } from './pkt-line.ts';

export interface Ref {
  readonly oid: Oid;
  /** The ref that it stands for; null: it is none of that kind. */
  readonly target: string | null;
}

export interface RefReader {
  /** All refs whose names begin like this. Throws what the forge port says of a read. */
  read(
    repo: RepoName,
    prefixes: readonly string[],
    token: string,
    signal: AbortSignal,
  ): Promise<Map<string, Ref>>;
}

export interface RefReaderOptions {
  readonly gitUrl: string;
  readonly gitTimeoutMs: number;
}

/** Some 200,000 refs. */
const answerBytesMax = 16 * 1024 * 1024;
const requestsMax = 8;
const service = 'git-upload-pack';

export function createRefReader({ gitUrl, gitTimeoutMs }: RefReaderOptions): RefReader {
  const semaphore = createSemaphore(requestsMax);

  async function ask(repo: RepoName, body: string, token: string, signal: AbortSignal) {
    assertLive(signal);
    const timeout = AbortSignal.timeout(gitTimeoutMs);
    try {
      const response = await fetch(`${gitUrl}/${repo}.git/${service}`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${basicCredential(token)}`,
          accept: `application/x-${service}-result`,
          'content-type': `application/x-${service}-request`,
          'git-protocol': 'version=2',
          'user-agent': 'git/bzzz',
        },
        body,
        // The credential is for this host alone.
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      });
      return { response, content: await contentOf(response) };
    } catch (error) {
      if (signal.aborted) throw abortedError();
      if (error instanceof BzzzError) throw error;
      const late = timeout.aborted ? `no whole answer in ${gitTimeoutMs} ms` : reasonOf(error);
      throw unreachable(withoutToken(late, token), undefined, error);
    }
  }

  return {
    read: (repo, prefixes, token, signal) =>
      semaphore.run(signal, async () => {
        const { response, content } = await ask(repo, request(prefixes), token, signal);
        if (response.status !== 200) throw failure(response, content, token);
        const lines = parsePktLines(content);
        if (lines === null) throw notRefs(response, content);
        return refsOf(lines);
      }),
  };
}

function request(prefixes: readonly string[]): string {
  const args = ['symrefs\n', ...prefixes.map((prefix) => `ref-prefix ${prefix}\n`)];
  return [pktLine('command=ls-refs\n'), delimiter, ...args.map(pktLine), flush].join('');
}

async function contentOf(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax) {
      throw new BzzzError('forge_invalid_answer', `refs of more than ${answerBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refsOf(lines: readonly string[]): Map<string, Ref> {
  const refs = new Map<string, Ref>();
  for (const line of lines) {
    const [id, name, ...attributes] = line.split(' ');
    const oid = Oid.safeParse(id);
    if (!oid.success || name === undefined) {
      throw new BzzzError('forge_invalid_answer', `a line that is no ref: ${shown(line)}`);
    }
    const target = attributes.find((one) => one.startsWith('symref-target:'));
    refs.set(name, { oid: oid.data, target: target?.slice('symref-target:'.length) ?? null });
  }
  return refs;
}

/** Status 200, and yet not what was asked for: it broke off, or another protocol is spoken there. */
function notRefs(response: Response, content: Buffer): BzzzError {
  const type = response.headers.get('content-type') ?? 'nothing';
  const begins = content.toString('utf8', 0, 4);
  if (type === `application/x-${service}-result` && /^[0-9a-f]*$/i.test(begins)) {
    return unreachable('the list of refs breaks off', undefined);
  }
  const reason = `no refs but ${shown(type)}; git's protocol version 2 is needed`;
  return new BzzzError('forge_invalid_answer', reason);
}

function failure({ status, headers }: Response, content: Buffer, token: string): BzzzError {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  const said = withoutToken(shown(content.toString('utf8', 0, 500)), token);
  const reason = `reading refs was answered ${status}${said === '' ? '' : `: ${said}`}`;
  const exchange = { method: 'POST', target: service, status, retryAfterMs };
  return status >= 500 ? unreachable(reason, exchange) : answeredFailure(exchange, status, reason);
}

/** On one line, short enough to be journalled. */
function shown(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, limits.reasonCharsMax / 2);
}
