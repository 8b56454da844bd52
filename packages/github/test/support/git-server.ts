/** Bare repositories behind `git http-backend`, with faults that a test switches on for a request. */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { git } from './git.ts';

export type GitFault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** The connection is cut before the request has any effect. */
  | { readonly kind: 'cut' }
  /** The request takes its effect, then the connection is cut. */
  | { readonly kind: 'cut after effect' }
  /** No answer until the client goes away. */
  | { readonly kind: 'silence' };

export interface GitServer {
  readonly url: string;
  /** Asked for each request: method and path with query. */
  fault: ((request: string) => GitFault | undefined) | undefined;
  /** Method, path and query of every request so far. */
  readonly requests: string[];
  readonly authorizations: (string | undefined)[];
  /** Makes an empty repository and returns its folder. */
  createRepository(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function startGitServer(root: string): Promise<GitServer> {
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    void handle(request, response);
  });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    authorizations.push(request.headers.authorization);
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    const fault = self.fault?.(line);
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'cut') return void request.socket.destroy();
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end('no');
      return;
    }
    const answer = await backend(root, request, Buffer.concat(body));
    if (fault?.kind === 'cut after effect') return void request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const self: GitServer = {
    url: `http://127.0.0.1:${address.port}`,
    fault: undefined,
    requests,
    authorizations,
    async createRepository(name) {
      const dir = path.join(root, `${name}.git`);
      await mkdir(dir, { recursive: true });
      await git(dir, ['init', '--quiet', '--bare', '--initial-branch=main', '.']);
      await git(dir, ['config', 'http.receivepack', 'true']);
      return dir;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}

async function backend(root: string, request: IncomingMessage, body: Buffer) {
  const url = new URL(request.url ?? '/', 'http://host');
  const env = {
    PATH: process.env['PATH'],
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    REQUEST_METHOD: request.method,
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: request.headers['content-type'],
    CONTENT_LENGTH: String(body.length),
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    REMOTE_USER: 'somebody',
    REMOTE_ADDR: '127.0.0.1',
  };
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(body);
  for await (const chunk of child.stdout) chunks.push(chunk);
  const output = Buffer.concat(chunks);
  const end = output.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const [name = '', value = ''] = line.split(/: (.*)/);
    headers[name.toLowerCase()] = value;
  }
  const { status, ...rest } = headers;
  return {
    status: Number.parseInt(status ?? '200', 10),
    headers: rest,
    body: output.subarray(end + 4),
  };
}
