/** One delivery, from the request to what is answered. Nothing of its body counts before its signature. */
import type { IncomingMessage } from 'node:http';
import type { RepoName } from '@bzzz/protocol';
import { readBody } from './body.ts';
import { readDelivery } from './delivery.ts';
import { webhookLimits } from './limits.ts';
import { verifiedText } from './signature.ts';

export interface Answer {
  readonly status: number;
  /** For the person who looks at the deliveries on GitHub. */
  readonly text: string;
  /** How it is counted; absent: not at all. */
  readonly counts?: 'hints' | 'ignored' | 'refused';
}

export interface AnswerDeps {
  /** Throws `webhook_secret_unusable`. */
  readonly secret: () => Promise<string>;
  /** The repository as it is configured; undefined: it is none of ours. */
  readonly known: (fullName: string) => RepoName | undefined;
  readonly onHint: (repo: RepoName) => void;
}

/** Throws what `secret` throws, and when the sender goes away. */
export async function answerTo(request: IncomingMessage, deps: AnswerDeps): Promise<Answer> {
  if (request.url?.split('?')[0] !== '/webhook') return refused(404, 'there is only /webhook');
  if (request.method !== 'POST') return refused(405, 'deliveries come by POST');
  const signature = header(request, 'x-hub-signature-256');
  if (signature === '') return refused(401, 'not signed: set the secret of the webhook on GitHub');
  const body = await readBody(request, { bytesMax: webhookLimits.bodyBytesMax });
  if (body === null) return refused(413, 'too large; the next poll sees what changed');
  const text = await verifiedText({ secret: await deps.secret(), body, signature });
  if (text === null) return refused(401, 'the signature is wrong: compare the secrets');
  return told(request, text, deps);
}

function told(request: IncomingMessage, text: string, { known, onHint }: AnswerDeps): Answer {
  // Told at the ping already, which GitHub sends when the webhook is made.
  if (!/^application\/json\b/i.test(header(request, 'content-type'))) {
    return refused(415, 'set the content type of the webhook to application/json');
  }
  const delivery = readDelivery(header(request, 'x-github-event'), text);
  switch (delivery.kind) {
    case 'ping':
      return { status: 200, text: 'hello' };
    case 'other':
      return { status: 202, text: 'this event changes nothing here', counts: 'ignored' };
    case 'unreadable':
      return refused(400, 'no JSON with repository.full_name');
    case 'repository': {
      const repo = known(delivery.fullName);
      if (repo === undefined) {
        return { status: 202, text: 'this peer does not work on it', counts: 'ignored' };
      }
      onHint(repo);
      return { status: 202, text: 'it is looked at', counts: 'hints' };
    }
  }
}

function header({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function refused(status: number, text: string): Answer {
  return { status, text, counts: 'refused' };
}
