/** What a line means that a program of a peer printed; most mean nothing here, such as a warning of Node. */
import { z } from 'zod';

export type Told = 'ready' | { readonly met: number } | null;

const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
});
const NodeLine = Json.pipe(
  z.object({
    ready: z.string().optional(),
    /** How many. */
    met: z.number().optional(),
    multiaddrs: z.array(z.string()).optional(),
  }),
);
const PeerLine = Json.pipe(
  z.union([
    z.object({ message: z.literal('member.joined'), peer: z.string() }),
    z.object({ pid: z.number(), message: z.undefined().optional() }),
  ]),
);

/** Of a bare node, or of mesh and coordinator alone. */
export function nodeTold(line: string): Told {
  const { success, data } = NodeLine.safeParse(line);
  if (!success) return null;
  const { ready, met, multiaddrs } = data;
  if (met !== undefined) return { met };
  return ready === undefined && multiaddrs === undefined ? null : 'ready';
}

/** Of `bzzz up --json` and its log. A peer that joins anew, since it was thought to be dead, is the same one. */
export function peerTold(): (line: string) => Told {
  const joined = new Set<string>();
  return (line) => {
    const { success, data } = PeerLine.safeParse(line);
    if (!success) return null;
    if ('pid' in data) return 'ready';
    joined.add(data.peer);
    return { met: joined.size };
  };
}
