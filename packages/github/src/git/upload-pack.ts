/**
 * Commands of git's protocol version 2 over smart HTTP, sent by this process: gitprotocol-v2(5),
 * gitprotocol-http(5). Peers read refs and lock commits all the time; over a connection that stands
 * that is one request, where a git of its own is three processes, a connection and two requests.
 */
import { BzzzError, limits, type RepoName, reasonOf } from '@bzzz/protocol';
import { abortedError, assertLive } from '../abort.ts';
import { basicCredential, withoutToken } from '../credentials.ts';
import { createSemaphore } from '../semaphore.ts';
import { answeredFailure, unreachable } from './failures.ts';
import { delimiter, flush, pktLine } from './pkt-line.ts';

export interface UploadPackOptions {
  readonly gitUrl: string;
  readonly gitTimeoutMs: number;
}

interface Command {
  readonly repo: RepoName;
  readonly name: 'ls-refs' | 'fetch';
  readonly args: readonly string[];
  readonly token: string;
  /** What comes after so much is not read. */
  readonly answerBytesMax: number;
  readonly signal: AbortSignal;
}

export interface UploadPack {
  /** The answer, not looked at. Throws what the forge port says of a read. */
  ask(command: Command): Promise<Buffer>;
}

const service = 'git-upload-pack';
const requestsMax = 8;

export function createUploadPack({ gitUrl, gitTimeoutMs }: UploadPackOptions): UploadPack {
  const semaphore = createSemaphore(requestsMax);

  async function send(command: Command): Promise<Buffer> {
    const { repo, token, signal } = command;
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
        body: bodyOf(command),
        // The credential is for this host alone.
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      });
      const content = await beginningOf(response, command.answerBytesMax);
      assertUploadPack(response, content, token);
      return content;
    } catch (error) {
      if (signal.aborted) throw abortedError();
      if (error instanceof BzzzError) throw error;
      const late = timeout.aborted ? `no whole answer in ${gitTimeoutMs} ms` : reasonOf(error);
      throw unreachable(withoutToken(late, token), undefined, error);
    }
  }

  return { ask: (command) => semaphore.run(command.signal, () => send(command)) };
}

function bodyOf({ name, args }: Command): string {
  const lines = args.map((arg) => pktLine(`${arg}\n`));
  return [pktLine(`command=${name}\n`), delimiter, ...lines, flush].join('');
}

async function beginningOf(response: Response, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, bytesMax);
}

function assertUploadPack(response: Response, content: Buffer, token: string): void {
  if (response.status !== 200) throw failure(response, content, token);
  const type = response.headers.get('content-type') ?? 'of no type';
  if (type === `application/x-${service}-result`) return;
  const reason = `answered ${shown(type)}; git's protocol version 2 is needed`;
  throw new BzzzError('forge_invalid_answer', reason);
}

function failure({ status, headers }: Response, content: Buffer, token: string): BzzzError {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  const said = withoutToken(shown(content.toString('utf8', 0, 500)), token);
  const reason = `${service} was answered ${status}${said === '' ? '' : `: ${said}`}`;
  const exchange = { method: 'POST', target: service, status, retryAfterMs };
  return status >= 500 ? unreachable(reason, exchange) : answeredFailure(exchange, status, reason);
}

/** On one line, short enough to be journalled. */
export function shown(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, limits.reasonCharsMax / 2);
}
