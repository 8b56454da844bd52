/** Git's smart HTTP (gitprotocol-http(5)) by the two programs that stand behind it. */
import { gunzipSync } from 'node:zlib';
import { runProgram } from '@bzzz/programs';
import { forgeError } from '../errors.ts';
import { plainText, type Reply } from '../http/reply.ts';
import { gitEnv } from './plumbing.ts';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

export interface BackendRequest {
  /** The bare repository. */
  readonly dir: string;
  readonly service: GitService;
  /** `info/refs`: what the server can, and in older versions of the protocol its refs. */
  readonly wants: 'greeting' | 'service';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly login: string | null;
  /** Ends git and its hooks, whatever they are at. */
  readonly signal: AbortSignal;
}

/** As much as GitHub takes in one push, and as long as a client waits. */
const limits = { outputBytesMax: 2 * 1024 * 1024 * 1024, timeMs: 3_600_000 };

/**
 * Answers one request. The whole of it goes in at once and the whole answer comes out at once, so that
 * a push is never left half read when its client goes away: what arrived takes effect, as on GitHub.
 */
export async function runBackend(request: BackendRequest): Promise<Reply> {
  const { dir, service, wants, headers, signal } = request;
  const isGreeting = wants === 'greeting';
  if (!isGreeting && headers['content-type'] !== `application/x-${service}-request`) {
    return plainText(415, `content type ${headers['content-type'] ?? 'of no kind'} is not git's`);
  }
  const input = inflated(request);
  if (input === null) return plainText(400, 'the request is not compressed as it says');
  const { code, stdout, stderr } = await runProgram({
    program: 'git',
    args: [
      service.replace(/^git-/, ''),
      '--stateless-rpc',
      ...(isGreeting ? ['--http-backend-info-refs'] : []),
      dir,
    ],
    env: environmentOf(request),
    input,
    signal,
    ...limits,
  });
  // What git refuses it says in the protocol, whatever its exit code.
  if (stdout.byteLength === 0 && code !== 0) {
    throw forgeError('forge_git', `${service}: ${stderr.toString('utf8')}`);
  }
  const body = isGreeting ? Buffer.concat([announcement(request), stdout]) : stdout;
  const type = `application/x-${service}-${isGreeting ? 'advertisement' : 'result'}`;
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'no-cache' }, body };
}

function environmentOf({ headers, login }: BackendRequest): Record<string, string> {
  const protocol = headers['git-protocol'];
  return {
    ...gitEnv(),
    ...(protocol === undefined ? {} : { GIT_PROTOCOL: protocol }),
    // For the reflog, and for hooks.
    ...(login === null
      ? {}
      : {
          REMOTE_USER: login,
          GIT_COMMITTER_NAME: login,
          GIT_COMMITTER_EMAIL: `${login}@http.127.0.0.1`,
        }),
  };
}

/** Clients compress what they ask for when it is long. Null: it does not inflate. */
function inflated({ headers, body }: BackendRequest): Buffer | null {
  if (!/^(?:x-)?gzip$/.test(headers['content-encoding'] ?? '')) return body;
  try {
    return gunzipSync(body, { maxOutputLength: limits.outputBytesMax });
  } catch {
    return null; // the client is told
  }
}

/** Version 2 comes without; older ones begin with the name of the service. */
function announcement({ service, headers }: BackendRequest): Buffer {
  if (/(?:^|:)version=2(?:$|:)/.test(headers['git-protocol'] ?? '')) return Buffer.alloc(0);
  const line = `# service=${service}\n`;
  return Buffer.from(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
}
