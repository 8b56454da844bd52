import { z } from 'zod';

/** Of a newer peer a kind may be new; the text beside it says the same. */
const Reason = z.looseObject({ kind: z.string() }).nullable();
const silence = z.string().nullable();

/** Of every member its reason to take the task or not, the one that matters most first. */
export const WhyTaskAnswer = z.object({
  task: z.string(),
  title: z.string(),
  /** What follows from all reasons, in a sentence. */
  text: z.string(),
  peers: z.array(
    z.object({
      peer: z.string(),
      name: z.string(),
      self: z.boolean(),
      text: z.string(),
      reason: Reason,
      /** Why there is no answer: `unreachable`, `silent`, `older`; null: there is one. */
      silence,
    }),
  ),
});
export type WhyTaskAnswer = z.infer<typeof WhyTaskAnswer>;

const namedMax = 8;

/** What peers say, each thing once with who says it, in the order of whoever said it first. */
export function saidOnce<One extends { readonly text: string }>(
  peers: readonly One[],
  nameOf: (one: One) => string,
): { readonly who: string; readonly first: One }[] {
  const groups = new Map<string, [One, ...One[]]>();
  for (const one of peers) {
    const group = groups.get(one.text);
    if (group === undefined) groups.set(one.text, [one]);
    else group.push(one);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    // Two are named still.
    if (group.length > 2 && group.length === peers.length)
      return { who: `all ${group.length} peers`, first };
    const more = group.length - namedMax;
    const named = group.slice(0, namedMax).map(nameOf).join(', ');
    return { who: more > 0 ? `${named} and ${more} more` : named, first };
  });
}

export const WhyPeerAnswer = z.object({
  peer: z.string(),
  name: z.string(),
  self: z.boolean(),
  text: z.string(),
  silence,
  /** Null: it does not answer. */
  idle: z
    .object({
      running: z.number(),
      slots: z.number(),
      working: z.array(z.string()),
      /** Tasks that nobody holds, and why this peer does not take each. */
      open: z.array(
        z.object({ task: z.string(), title: z.string(), text: z.string(), reason: Reason }),
      ),
      more: z.number(),
    })
    .nullable(),
});
export type WhyPeerAnswer = z.infer<typeof WhyPeerAnswer>;
