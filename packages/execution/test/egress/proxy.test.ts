/** The way out of a setup leads to the hosts of the policy, and nowhere else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEgress, type Egress, type EgressLimits } from '../../src/egress/proxy.ts';
import { isPublic, type Reach, reachPublic } from '../../src/egress/reach.ts';

const host = 'packages.example.org';
const limits: EgressLimits = {
  upBytesMax: 10_000,
  downBytesMax: 10_000,
  connectionsMax: 8,
  idleMs: 20_000,
};

describe('addresses', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946'])(
    '%s is public',
    (address) => expect(isPublic(address)).toBe(true),
  );
  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
  ])('%s is not', (address) => expect(isPublic(address)).toBe(false));

  it('a name that leads to this machine is refused', async () => {
    await expect(reachPublic('localhost', 443)).rejects.toMatchObject({ status: 403 });
  });
});

describe('the proxy', () => {
  let folder: string;
  let egress: Egress;
  let heard: string[];
  let web: Server;
  let echo: Server;
  let refusals: number;
  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  const open = async (more: Partial<EgressLimits> = {}, reach?: Reach) => {
    refusals = 0;
    const here = async (_host: string, port: number) => ({
      addresses: [{ address: '127.0.0.1', family: 4 }],
      port: portOf(port === 443 ? echo : web),
    });
    const counted: Reach = Object.assign(here, { onRefused: () => (refusals += 1) });
    egress = createEgress({
      hosts: [host],
      reach: reach ?? counted,
      limits: { ...limits, ...more },
    });
    await egress.listen(join(folder, 'sock'));
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bzzz-egress-'));
    heard = [];
    web = createServer((request, response) => {
      heard.push(`${request.method} ${request.headers.host} ${request.url}`);
      heard.push(...Object.keys(request.headers).filter((name) => name.startsWith('proxy')));
      if (request.url === '/much') response.end('x'.repeat(20_000));
      else request.pipe(response);
    });
    echo = createTcpServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket));
    for (const server of [web, echo]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
  });
  afterEach(async () => {
    await egress.close();
    for (const server of [web, echo]) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const socketPath = () => join(folder, 'sock');
  const ask = (path: string, body = '') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = { 'proxy-authorization': 'Basic eA==', 'content-length': body.length };
      const request = httpRequest({ socketPath: socketPath(), path, method: 'POST', headers });
      request.on('error', reject);
      request.on('response', (answer) => {
        let text = '';
        answer.on('error', reject);
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      request.end(body);
    });
  /** All that comes back on a connection that says this. */
  const say = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(socketPath());
      let heardBack = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        heardBack += chunk;
        if (heardBack.endsWith('over')) socket.end();
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(heardBack));
      socket.write(text);
    });

  it('forwards to a host of the policy, without what is meant for the proxy', async () => {
    await open();
    expect(await ask(`http://${host}/a?b=c`, 'hello')).toEqual({ status: 200, text: 'hello' });
    expect(heard).toEqual([`POST ${host} /a?b=c`]);
  });

  it('tunnels to a host of the policy', async () => {
    await open();
    const said = await say(`CONNECT ${host}:443 HTTP/1.1\r\n\r\nfirst, then over`);
    expect(said).toMatch(/^HTTP\/1\.1 200 [^\r]*\r\n\r\nfirst, then over$/);
    expect([...egress.objections]).toEqual([]);
    expect(refusals).toBe(0);
  });

  it.each([
    ['another host', 'http://elsewhere.example.org/'],
    ['a host whose name only begins so', `http://${host}.example.net/`],
    ['an address', 'http://127.0.0.1/'],
    ['an address in other words', 'http://0x7f.1/'],
    ['an address of version 6', 'http://[::1]/'],
    ['another port', `http://${host}:22/`],
    ['another scheme', `ftp://${host}/`],
    ['a path of its own', '/'],
    ['a name in front of the host', `http://${host}@elsewhere.example.org/`],
  ])('refuses %s', async (_what, url) => {
    await open();
    expect((await ask(url)).status).toBeGreaterThanOrEqual(400);
    const target = url.replace(/^[a-z]+:\/\//, '').replace(/\/$/, '');
    const at = /:\d+$/.test(target) ? target : `${target}:443`;
    if (!url.startsWith('ftp'))
      expect(await say(`CONNECT ${at} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40/);
    expect(heard).toEqual([]);
    expect(egress.objections.size).toBeGreaterThan(0);
    expect(refusals).toBeGreaterThan(0);
  });

  it('ends what fetches or sends too much', async () => {
    await open();
    await expect(ask(`http://${host}/much`)).rejects.toThrow();
    expect([...egress.objections].join()).toContain('fetched more than 10000 bytes');
    const sent = await ask(`http://${host}/a`, 'x'.repeat(20_000)).catch(() => ({ status: 0 }));
    expect(sent.status).not.toBe(200);
    expect([...egress.objections].join()).toContain('sent more than 10000 bytes');
  });

  it('gives up a connection on which nothing comes', async () => {
    await open({ idleMs: 100 });
    expect(await say(`CONNECT ${host}:443 HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200/);
  });

  it('says what it could not reach', async () => {
    const nowhere = async () => ({ addresses: [{ address: '127.0.0.1', family: 4 }], port: 1 });
    await open({}, Object.assign(nowhere, { onRefused: () => (refusals += 1) }));
    expect((await ask(`http://${host}/`)).status).toBe(502);
    expect(await say(`CONNECT ${host}:443 HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 502/);
    // Nobody refused anything.
    expect(refusals).toBe(0);
  });
});
