/**
 * What peers of neighbouring releases make of each other's messages (docs/ROLLOUT.md). What decides is today's in all
 * of them; what stands between them is the wire, as each release writes and reads it:
 *
 * - `before` is the release that test/releases keeps. It knows no topic `heads`, neither writes nor reads the fields
 *   that came since, and has no `unknown` in help.
 * - `ancient` is one from before heartbeats, too: it has no channels.
 * - `after` is what a later release may do under the same version of the wire: it says more in each message, says things
 *   of further kinds, and writes entries of further kinds into its journal.
 */
import { type Codec, createCodec, isBzzzError } from '@bzzz/protocol';
import { z } from 'zod';
import type { SeededRandom } from './random.ts';
import type { Sights } from './sights.ts';

export type Release = 'today' | 'before' | 'ancient' | 'after';

/** A message on its way. */
export interface Said<T> {
  readonly byteLength: number;
  /** What a peer of that release hears; undefined: nothing that it could make sense of. */
  heardBy(to: Release): T | undefined;
}

export interface Interpreter {
  /** A message as that release writes it, once for all who hear it. */
  say<T>(codec: Codec<T>, message: T, from: Release): Said<T>;
  /** The same of a kind that no earlier release knows, now and then; undefined: it does not say such a thing now. */
  sayFurther<T>(codec: Codec<T>, from: Release): Said<T> | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const anything = createCodec({
  name: 'anything',
  schema: z.record(z.string(), z.unknown()),
  bytesMax: 16 * 1024 * 1024,
});

/** What came since the release before, by the name of the message. */
const laterFields: Readonly<Record<string, readonly string[]>> = {
  capabilities: ['modelFacts', 'links', 'health', 'memberList', 'leaving'],
};
const laterKinds: Readonly<Record<string, readonly string[]>> = {
  heads: ['heads', 'fork'],
  task_help_response: ['unknown'],
};
/** What is signed as it stands, and maps whose keys are data: nothing can be added in these. */
const closed = new Set(['plea', 'verdict', 'heads', 'evidence', 'successOf']);
/** That much is left for further fields, or there are none. */
const roomBytes = 128;
const furtherShare = 0.05;

export function createInterpreter(deps: {
  readonly random: SeededRandom;
  readonly sights: Pick<Sights, 'count'>;
}): Interpreter {
  const { random, sights } = deps;

  return {
    say<T>(codec: Codec<T>, message: T, from: Release): Said<T> {
      const bytes = codec.encode(message);
      const isTight = codec.bytesMax - bytes.byteLength < roomBytes;
      const saysMore = from === 'after' && !isTight;
      if (saysMore) sights.count('further fields');
      const said = once(() =>
        saysMore ? withMore(anything.decode(bytes)) : anything.decode(bytes),
      );
      const asToday = once(() => codec.decode(saysMore ? anything.encode({ ...said() }) : bytes));
      // Whichever of the two leaves out what came since.
      const asBefore = once(() => {
        const read = knownBefore(codec.name, said());
        return read && codec.decode(anything.encode({ ...read }));
      });
      return {
        byteLength: bytes.byteLength,
        heardBy: (to) => (isOld(from) || isOld(to) ? asBefore() : asToday()),
      };
    },
    sayFurther<T>(codec: Codec<T>, from: Release): Said<T> | undefined {
      if (from !== 'after' || !random.chance(furtherShare)) return undefined;
      sights.count('further kind');
      const bytes = anything.encode({ kind: 'further', later: true });
      return { byteLength: bytes.byteLength, heardBy: () => unlessStrange(codec, bytes) };
    },
  };
}

/** As adapters of production: what does not fit is dropped. */
function unlessStrange<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (isBzzzError(error, 'message_invalid')) return undefined;
    throw error;
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function isOld(release: Release): boolean {
  return release === 'before' || release === 'ancient';
}

function knownBefore(name: string, fields: Fields): Fields | undefined {
  const { kind } = fields;
  if (typeof kind === 'string' && laterKinds[name]?.includes(kind) === true) return undefined;
  const later = laterFields[name] ?? [];
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !later.includes(key)));
}

/** Each map in it says more. */
function withMore(fields: Fields): Fields {
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    closed.has(key) ? value : more(value),
  ]);
  return { ...Object.fromEntries(entries), later: true };
}

function more(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(more);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return withMore({ ...value });
}
