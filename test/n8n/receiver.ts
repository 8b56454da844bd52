/** Who asked for an issue, and is told what became of it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';

const Report = z.strictObject({
  id: z.string(),
  requestId: z.string(),
  kind: z.enum(['task.done', 'task.failed']),
  needsPerson: z.boolean(),
  repo: z.string(),
  number: z.int(),
  issueUrl: z.url(),
  pullRequest: z.int().optional(),
  pullRequestUrl: z.url().optional(),
  epoch: z.int(),
  reason: z.string(),
  atMs: z.number(),
});
export type Report = z.infer<typeof Report>;

export interface Receiver {
  readonly origin: string;
  /** Reports that were signed rightly, and taken. */
  readonly taken: readonly Report[];
  /** Requests that were refused, with why. */
  readonly refused: readonly string[];
  /** Whether it takes what is right; else it answers 503. */
  open(isOpen: boolean): void;
  close(): Promise<void>;
}

export async function startReceiver(secret: string): Promise<Receiver> {
  const taken: Report[] = [];
  const refused: string[] = [];
  let isOpen = true;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const header = (name: string) => String(request.headers[name] ?? '');
      const [id, sentS] = [header('webhook-id'), header('webhook-timestamp')];
      const right = createHmac('sha256', secret).update(`${id}.${sentS}.`).update(body);
      const [one, other] = [`v1,${right.digest('base64')}`, header('webhook-signature')];
      const isRight =
        one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
      const isFresh = Math.abs(Date.now() / 1000 - Number(sentS)) < 300;
      const status = !isRight || !isFresh ? 401 : isOpen ? 200 : 503;
      if (status === 200) {
        const report = Report.parse(JSON.parse(body.toString('utf8')));
        if (report.id === id) taken.push(report);
        else refused.push(`${id} calls itself ${report.id}`);
      } else {
        refused.push(status === 503 ? 'away' : `signature ${isRight}, fresh ${isFresh}`);
      }
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    taken,
    refused,
    open: (next) => (isOpen = next),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
