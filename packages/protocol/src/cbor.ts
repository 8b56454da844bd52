/**
 * Canonical CBOR, checked by a schema. The only way in for bytes from a wire or a disk.
 */
import { decode, encode, Tokenizer, Type } from 'cborg';
import type { z } from 'zod';
import { fromUtf8 } from './bytes.ts';
import { BzzzError, reasonOf } from './errors.ts';

export interface Codec<T> {
  readonly name: string;
  readonly bytesMax: number;
  /** Throws `message_too_large`, or `message_invalid` when the value does not fit its own schema. */
  encode(value: T): Uint8Array;
  /**
   * The same of a value that is known to fit, since `decode` gave it or it was made here of checked parts: to look
   * through it again costs about as much as to encode it. Throws `message_too_large`.
   */
  encodeChecked(value: T): Uint8Array;
  /** Throws `message_too_large`, `message_malformed` (not CBOR) or `message_invalid` (schema). */
  decode(bytes: Uint8Array): T;
}

export interface CodecOptions<S extends z.ZodType> {
  readonly name: string;
  readonly schema: S;
  readonly bytesMax: number;
}

export function createCodec<S extends z.ZodType>(options: CodecOptions<S>): Codec<z.output<S>> {
  const { name, schema, bytesMax } = options;
  const encodeChecked = (value: z.output<S>): Uint8Array => {
    const bytes = encode(value, { ignoreUndefinedProperties: true });
    assertSize(name, bytes, bytesMax);
    return bytes;
  };
  return {
    name,
    bytesMax,
    encode: (value) => encodeChecked(parse(name, schema, value)),
    encodeChecked,
    decode(bytes) {
      assertSize(name, bytes, bytesMax);
      return parse(name, schema, decodeStrict(name, bytes));
    },
  };
}

/** Fits an unknown value to a schema or throws `message_invalid` with the first few complaints. */
export function parse<S extends z.ZodType>(name: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new BzzzError('message_invalid', `${name}: ${complaints(result.error)}`);
}

/** The first three complaints of zod as `path: message`, on one line. */
export function complaints(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`)
    .join('; ');
}

function decodeStrict(name: string, bytes: Uint8Array): unknown {
  try {
    const value: unknown = decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    });
    if (holdsReplacement(value)) assertUtf8(bytes);
    return value;
  } catch (error) {
    throw new BzzzError('message_malformed', `${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Whether a text holds what the decoder puts where bytes are no UTF-8; it may also have been written so. */
function holdsReplacement(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\uFFFD');
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.values(value).some(holdsReplacement);
}

/** Throws TypeError. Otherwise two messages would read alike, and one not be what was signed. */
function assertUtf8(bytes: Uint8Array): void {
  const tokens = new Tokenizer(bytes, { retainStringBytes: true });
  while (!tokens.done()) {
    const { type, byteValue } = tokens.next();
    if (type === Type.string && byteValue !== undefined) fromUtf8(byteValue);
  }
}

function assertSize(name: string, bytes: Uint8Array, bytesMax: number): void {
  if (bytes.byteLength > bytesMax) {
    throw new BzzzError(
      'message_too_large',
      `${name}: ${bytes.byteLength} bytes, at most ${bytesMax}`,
    );
  }
}
