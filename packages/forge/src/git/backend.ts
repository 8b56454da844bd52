import { runProgram } from '@bzzz/programs';
import { forgeError } from '../errors.ts';
import type { Reply } from '../http/reply.ts';
import { gitEnv } from './plumbing.ts';

export interface BackendRequest {
  readonly root: string;
  readonly method: string;
  /** `/owner/repo.git/info/refs`, with the names as they are on disk. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly login: string | null;
  /** Ends git and its hooks, whatever they are at. */
  readonly signal: AbortSignal;
}

/** As much as GitHub takes in one push, and as long as a client waits. */
const limits = { outputBytesMax: 2 * 1024 * 1024 * 1024, timeMs: 3_600_000 };

/**
 * Answers one request of git's smart HTTP by `git http-backend`. The whole request goes in at once
 * and the whole answer comes out at once, so that a push is never left half read when its client
 * goes away: what arrived takes effect, as on GitHub.
 */
export async function runBackend(request: BackendRequest): Promise<Reply> {
  const { stdout, stderr } = await runProgram({
    program: 'git',
    args: ['http-backend'],
    env: cgiEnv(request),
    input: request.body,
    signal: request.signal,
    ...limits,
  });
  // http-backend stops reading when it refuses, and its exit code says nothing: its answer tells.
  const reply = parseCgi(stdout);
  if (reply !== null) return reply;
  throw forgeError('forge_git', `http-backend: ${stderr.toString('utf8')}`);
}

function cgiEnv(request: BackendRequest): Record<string, string> {
  const { headers } = request;
  const optional = {
    CONTENT_TYPE: headers['content-type'],
    HTTP_CONTENT_ENCODING: headers['content-encoding'],
    GIT_PROTOCOL: headers['git-protocol'],
    REMOTE_USER: request.login ?? undefined,
  };
  return {
    ...gitEnv(),
    GIT_PROJECT_ROOT: request.root,
    GIT_HTTP_EXPORT_ALL: '1',
    REQUEST_METHOD: request.method,
    PATH_INFO: request.path,
    QUERY_STRING: request.query,
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_LENGTH: String(request.body.length),
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value]],
      ),
    ),
  };
}

function parseCgi(output: Buffer): Reply | null {
  const end = output.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers, body: output.subarray(end + 4) };
}
