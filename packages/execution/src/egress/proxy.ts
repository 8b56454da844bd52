/**
 * The one way from a sandbox to the network: an HTTP proxy that tunnels (CONNECT) and forwards
 * (`http:` in absolute form) to hosts that the policy names, and to nothing else. What a tunnel carries is
 * encrypted and not looked at.
 */
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type LookupFunction, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reasonOf } from '@bzzz/protocol';
import { oneLine } from '../prompt/one-line.ts';
import type { Place, Reach } from './reach.ts';
import { EgressRefusal } from './refusal.ts';
import { createTraffic, type TrafficLimits } from './traffic.ts';

export interface EgressOptions {
  readonly hosts: readonly string[];
  readonly reach: Reach;
  readonly limits: EgressLimits;
}

export interface EgressLimits extends TrafficLimits {
  /** At one time. */
  readonly connectionsMax: number;
  /** A connection on which nothing comes for so long is given up. */
  readonly idleMs: number;
}

export interface Egress {
  /** What was not let through, each once, the first few. */
  readonly objections: ReadonlySet<string>;
  /** Listens on a socket that everybody may use who can reach it. */
  listen(path: string): Promise<void>;
  close(): Promise<void>;
}

const objectionsMax = 8;
const ports = new Set([80, 443]);

export function createEgress({ hosts, reach, limits }: EgressOptions): Egress {
  const allowed = new Set(hosts);
  const traffic = createTraffic(limits);
  const objections = new Set<string>();
  const open = new Set<Duplex>();

  function hold<T extends Duplex>(socket: T): T {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    return socket;
  }

  function placeOf(host: string, port: number): Promise<Place> {
    // An address is no name of the policy, so it is not let through here either.
    if (!allowed.has(host)) throw new EgressRefusal(403, `the policy does not name ${host}`);
    if (!ports.has(port))
      throw new EgressRefusal(403, `port ${port} of ${host} is neither 443 nor 80`);
    return reach(host, port);
  }

  async function tunnel(request: IncomingMessage, near: Duplex, head: Buffer): Promise<void> {
    const { host, port } = targetOf(`http://${request.url ?? ''}`);
    const place = await placeOf(host, port);
    let stands = false;
    const far = hold(connect({ host, port: place.port, lookup: lookupIn(place) }));
    try {
      await connected(far, limits.idleMs);
      stands = true;
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.byteLength > 0) near.unshift(head);
      await Promise.all([pipeline(near, traffic.up(), far), pipeline(far, traffic.down(), near)]);
    } catch (error) {
      // How a tunnel that stood comes to its end is the affair of those who speak through it.
      if (!stands || error instanceof EgressRefusal) throw error;
      near.destroy();
    } finally {
      far.destroy();
    }
  }

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, port, url } = targetOf(request.url ?? '');
    const place = await placeOf(host, port);
    const onward = httpRequest({
      host,
      port: place.port,
      lookup: lookupIn(place),
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: { ...endToEnd(request), host: url.host },
      agent: false,
    });
    onward.setTimeout(limits.idleMs, () => onward.destroy(new Error('nothing came for too long')));
    // Whoever asked has gone: nobody wants the answer.
    response.once('close', () => onward.destroy());
    const answered = Promise.withResolvers<IncomingMessage>();
    onward.once('response', answered.resolve);
    onward.once('error', answered.reject);
    const [answer] = await Promise.all([answered.promise, pipeline(request, traffic.up(), onward)]);
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer));
    await pipeline(answer, traffic.down(), response);
  }

  function refusalOf(error: unknown): EgressRefusal {
    const refusal =
      error instanceof EgressRefusal
        ? error
        : new EgressRefusal(502, `the host did not answer: ${oneLine(reasonOf(error))}`);
    // A host that does not answer is refused by nobody.
    if (refusal.status < 500) reach.onRefused?.();
    if (objections.size < objectionsMax) objections.add(refusal.message);
    return refusal;
  }

  const server = createServer({ maxHeaderSize: 32 * 1024 }, (request, response) => {
    forward(request, response).catch((error: unknown) => {
      const { status, message } = refusalOf(error);
      if (response.headersSent) return void response.destroy();
      response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
      // What still comes of the request is not waited for.
      response.end(`${message}\n`, () => request.destroy());
    });
  });
  server.on('connect', (request: IncomingMessage, near: Duplex, head: Buffer) => {
    near.on('error', () => near.destroy());
    tunnel(request, near, head).catch((error: unknown) => {
      // Once it stands there is no place for words.
      const { status, message } = refusalOf(error);
      const head = `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain\r\nconnection: close`;
      if (near.writable) near.end(`${head}\r\n\r\n${message}\n`);
      else near.destroy();
    });
  });
  server.on('connection', (socket: Socket) => {
    hold(socket).setTimeout(limits.idleMs, () => socket.destroy());
  });
  server.maxConnections = limits.connectionsMax;
  return {
    objections,
    listen: (path) => listening(server, path),
    async close() {
      for (const socket of open) socket.destroy();
      if (!server.listening) return;
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Throws `EgressRefusal`. */
function targetOf(text: string): { host: string; port: number; url: URL } {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'http:' || url.username !== '' || url.password !== '') {
    throw new EgressRefusal(400, 'this is a proxy: it takes CONNECT, and http in absolute form');
  }
  const host = url.hostname.replace(/\.$/, '');
  return { host, port: url.port === '' ? 80 : Number(url.port), url };
}

/** The addresses that were looked at, in place of a second look. */
function lookupIn({ addresses }: Place): LookupFunction {
  return (_host, { all }, done) => {
    const [first] = addresses;
    if (all === true) done(null, [...addresses]);
    else if (first === undefined) done(new Error('there is no address'), '', 4);
    else done(null, first.address, first.family);
  };
}

/** Of this connection alone, by RFC 9110, section 7.6.1. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function endToEnd({ headers }: IncomingMessage): Record<string, string | string[]> {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || hopByHop.has(name) || named.includes(name)
      ? []
      : [[name, value] as const],
  );
  return Object.fromEntries(kept);
}

async function connected(socket: Socket, idleMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('connect', () => resolve());
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('the connection was closed')));
  socket.setTimeout(idleMs, () => socket.destroy(new Error('nothing came for too long')));
  await promise;
}

async function listening(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ path, readableAll: true, writableAll: true }, resolve);
  await promise;
}
