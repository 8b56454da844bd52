import { createHash } from 'node:crypto';
import type { Call } from './call.ts';
import type { Reply } from './reply.ts';

/** GitHub's ETags: weak, and different for every token even where the bytes are the same. */
export function conditional(call: Call, reply: Reply): Reply {
  if ((call.method !== 'GET' && call.method !== 'HEAD') || reply.status !== 200) return reply;
  const hash = createHash('sha256').update(call.reader).update('\0').update(reply.body);
  const etag = `W/"${hash.digest('hex')}"`;
  const headers: Record<string, string> = {
    ...reply.headers,
    etag,
    'cache-control': 'private, max-age=60, s-maxage=60',
    vary: 'Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With',
  };
  if (!matches(call.headers['if-none-match'], etag)) return { ...reply, headers };
  const { 'content-type': _, ...kept } = headers;
  return { status: 304, headers: kept, body: Buffer.alloc(0) };
}

/** Weak comparison: `W/` on either side does not matter. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return header.split(',').some((tag) => tag.trim() === '*' || bare(tag) === bare(etag));
}
