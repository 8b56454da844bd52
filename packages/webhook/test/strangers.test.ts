/** Who sends what GitHub would not: too much, too slowly, too often, or something else. */
import { describe, expect, it } from 'vitest';
import { webhookLimits } from '../src/limits.ts';
import { deliver, rawConnection, readToEnd, signatureOf, startServer } from './support.ts';

const { bodyBytesMax, connectionsMax } = webhookLimits;

function head(length: string, signature = signatureOf('')): string {
  const lines = ['POST /webhook HTTP/1.1', 'host: peer', length, 'content-type: application/json'];
  return [...lines, `x-hub-signature-256: ${signature}`, '', ''].join('\r\n');
}

describe('a request', () => {
  it('for anything else is not found', async () => {
    const { url, webhook } = await startServer();
    for (const path of ['/', '/webhook/', '/webhooks', '/status']) {
      expect(await deliver(new URL(path, url).href), path).toBe(404);
    }
    expect(await deliver(`${url}?from=github`)).toBe(202);
    expect(webhook.state()).toMatchObject({ hints: 1, refused: 4 });
  });

  it('by another method is not allowed', async () => {
    const { url } = await startServer();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await fetch(url, { method });
      expect(answer.status, method).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
    }
  });

  it('that is no HTTP is refused', async () => {
    const { webhook } = await startServer();
    const socket = await rawConnection(webhook.state().address);
    socket.write('\u0000\u0001 nothing\r\n\r\n');
    expect(await readToEnd(socket)).toContain('400 Bad Request');
  });
});

describe('a body', () => {
  it('that fills the limit is taken', async () => {
    const { url, hints } = await startServer();
    const start = '{"repository":{"full_name":"acme/widgets"},"pad":"';
    const body = `${start}${'x'.repeat(bodyBytesMax - start.length - 2)}"}`;
    expect(await deliver(url, { body })).toBe(202);
    expect(hints).toHaveLength(1);
  });

  it('that is announced as too large is refused before it comes', async () => {
    const { webhook } = await startServer();
    const socket = await rawConnection(webhook.state().address);
    socket.write(head(`content-length: ${bodyBytesMax + 1}`));
    expect(await readToEnd(socket)).toContain('413 Payload Too Large');
    expect(webhook.state().refused).toBe(1);
  });

  it('that grows too large is cut off', async () => {
    const { webhook } = await startServer();
    const socket = await rawConnection(webhook.state().address);
    socket.write(head('transfer-encoding: chunked'));
    const chunk = `10000\r\n${'x'.repeat(0x1_00_00)}\r\n`;
    for (let bytes = 0; bytes < bodyBytesMax; bytes += 0x1_00_00) socket.write(chunk);
    socket.write('1\r\nx\r\n');
    expect(await readToEnd(socket)).toContain('413 Payload Too Large');
  });

  it('that does not come is not waited for', async () => {
    const { webhook, url } = await startServer({ requestMs: 100 });
    const socket = await rawConnection(webhook.state().address);
    socket.write(`${head('content-length: 100')}{"repo`);
    expect(await readToEnd(socket)).toContain('408 Request Timeout');
    expect(await deliver(url)).toBe(202);
    expect(webhook.state()).toMatchObject({ hints: 1, refused: 1, trouble: null });
  });

  it('whose sender goes away is forgotten', async () => {
    const { webhook, url, troubles } = await startServer();
    const socket = await rawConnection(webhook.state().address);
    socket.end(`${head('content-length: 100')}{"repo`);
    await readToEnd(socket);
    expect(await deliver(url)).toBe(202);
    expect(troubles).toEqual([]);
  });
});

describe('connections', () => {
  it('that say nothing, or only half of a head, are ended', async () => {
    const { webhook } = await startServer({ requestMs: 100 });
    const { address } = webhook.state();
    const [mute, half] = await Promise.all([rawConnection(address), rawConnection(address)]);
    half.write('POST /webhook HTTP/1.1\r\nhost');
    const ends = await Promise.all([readToEnd(mute), readToEnd(half)]);
    expect(ends[1]).toContain('408');
  });

  it('are bounded in number', async () => {
    const { webhook, url } = await startServer();
    const { address } = webhook.state();
    const held = await Promise.all(
      Array.from({ length: connectionsMax }, () => rawConnection(address)),
    );
    const over = await rawConnection(address);
    await readToEnd(over);
    for (const socket of held) socket.end();
    await Promise.all(held.map(readToEnd));
    expect(await deliver(url)).toBe(202);
  });

  it('do not hold up the end', async () => {
    const { webhook, url } = await startServer();
    const socket = await rawConnection(webhook.state().address);
    socket.write(`${head('content-length: 100')}{"repo`);
    const ended = readToEnd(socket);
    await Promise.all([webhook.close(), webhook.close()]);
    await ended;
    await expect(fetch(url, { method: 'POST' })).rejects.toThrow('fetch failed');
  });
});
