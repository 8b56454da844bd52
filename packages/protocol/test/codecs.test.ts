import { decode as decodeCbor, encode as encodeCbor } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  BzzzError,
  Capabilities,
  type Codec,
  createCodec,
  Envelope,
  envelopeCodec,
  HeadsMessage,
  HealthNote,
  Heartbeat,
  heartbeatChannel,
  IssueNumber,
  JournalEntry,
  journalEntryCodec,
  limits,
  OutputRequest,
  OutputResponse,
  PeerOrderRequest,
  PeerOrderResponse,
  orderProtocol,
  outputProtocol,
  TaskHint,
  TaskId,
  topics,
  type WhyIdle,
  whyProtocol,
  WhyRequest,
  WhyResponse,
} from '../src/index.ts';
import { spoiled, valuesOf, withUnknownFields } from '@bzzz/testkit/contracts/values';

interface Subject {
  readonly codec: Codec<unknown>;
  readonly schema: z.ZodType;
}

function subject<T>(codec: Codec<T>, schema: z.ZodType<T>): Subject {
  const { name, bytesMax, decode } = codec;
  // The codec checks its value against its own schema anyway, so any value may be offered.
  const encode = (value: unknown) => codec.encode(value as T);
  // Not this one: it is given what was decoded, and nothing else.
  const encodeChecked = (value: unknown) => codec.encodeChecked(value as T);
  return { codec: { name, bytesMax, decode, encode, encodeChecked }, schema };
}

const subjects: Subject[] = [
  subject(topics.capabilities.codec, Capabilities),
  subject(topics.tasks.codec, TaskHint),
  subject(topics.health.codec, HealthNote),
  subject(topics.heads.codec, HeadsMessage),
  subject(heartbeatChannel.codec, Heartbeat),
  subject(whyProtocol.request, WhyRequest),
  subject(whyProtocol.response, WhyResponse),
  subject(orderProtocol.request, PeerOrderRequest),
  subject(orderProtocol.response, PeerOrderResponse),
  subject(outputProtocol.request, OutputRequest),
  subject(outputProtocol.response, OutputResponse),
  subject(envelopeCodec, Envelope),
  subject(journalEntryCodec, JournalEntry),
];

it('covers every topic', () => {
  const covered = subjects.map(({ codec }) => codec.name);
  expect(covered).toEqual(expect.arrayContaining(Object.values(topics).map((one) => one.name)));
});

describe.each(subjects.map((one) => ({ ...one, name: one.codec.name })))(
  '$name',
  ({ codec, schema }) => {
    it('comes back as it was sent', () => {
      fc.assert(
        fc.property(valuesOf(schema), (value) => {
          expect(codec.decode(codec.encode(value))).toEqual(value);
        }),
      );
    });

    it('is encoded again without a check as with one', () => {
      fc.assert(
        fc.property(valuesOf(schema), (value) => {
          const bytes = codec.encode(value);
          expect(codec.encodeChecked(codec.decode(bytes))).toEqual(bytes);
        }),
        { numRuns: 30 },
      );
    });

    it('has one encoding, whatever the order of fields', () => {
      fc.assert(
        fc.property(valuesOf(schema), (value) => {
          expect(codec.encode(reversed(value))).toEqual(codec.encode(value));
        }),
        { numRuns: 30 },
      );
    });

    it('loses fields that this version does not know, and nothing else', () => {
      fc.assert(
        fc.property(valuesOf(schema), (value) => {
          const bytes = encodeCbor(withUnknownFields(schema, value));
          fc.pre(bytes.byteLength <= codec.bytesMax);
          expect(codec.decode(bytes)).toEqual(value);
        }),
      );
    });

    it('is refused for one field that is missing, over its limit or of another kind', () => {
      fc.assert(
        fc.property(valuesOf(schema), (value) => {
          for (const { what, value: unfit } of spoiled(schema, value)) {
            expect(
              codeOf(() => codec.encode(unfit)),
              `encode, ${what}`,
            ).toBe('message_invalid');
            const bytes = encodeCbor(unfit);
            const expected =
              bytes.byteLength > codec.bytesMax ? 'message_too_large' : 'message_invalid';
            expect(
              codeOf(() => codec.decode(bytes)),
              `decode, ${what}`,
            ).toBe(expected);
          }
        }),
        { numRuns: 40 },
      );
    });

    it('is refused for one byte too many, before it is looked at', () => {
      const bytes = new Uint8Array(codec.bytesMax + 1);
      expect(codeOf(() => codec.decode(bytes))).toBe('message_too_large');
      expect(codeOf(() => codec.decode(bytes.subarray(1)))).not.toBe('message_too_large');
    });

    it('refuses any bytes with a coded error, never with another', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          expect(['message_malformed', 'message_invalid']).toContain(
            codeOf(() => codec.decode(bytes)),
          );
        }),
        { numRuns: 500 },
      );
    });

    it('survives every damage to a message', () => {
      const damage = fc.record({
        value: valuesOf(schema),
        at: fc.nat(),
        byte: fc.nat(255),
        cut: fc.option(fc.nat()),
      });
      fc.assert(
        fc.property(damage, ({ value, at, byte, cut }) => {
          const bytes = codec.encode(value).slice();
          bytes[at % bytes.length] = byte;
          const end = cut === null ? bytes.length : cut % bytes.length;
          // Damage may by chance leave another message that is whole; then it fits the schema.
          const result = attempt(() => codec.decode(bytes.subarray(0, end)));
          if (result.ok) expect(schema.safeParse(result.value).success).toBe(true);
          else expect(result.error).toBeInstanceOf(BzzzError);
        }),
        { numRuns: 500 },
      );
    });

    it.each(Object.entries(hostile))('refuses %s', (_, bytes) => {
      expect(['message_malformed', 'message_invalid', 'message_too_large']).toContain(
        codeOf(() => codec.decode(bytes)),
      );
    });
  },
);

describe('an envelope', () => {
  const message = new Uint8Array(limits.gossipMessageBytesMax);

  it('holds as many messages as it may, and not one more', () => {
    const messages = Array.from({ length: limits.envelopeMessagesMax }, () => new Uint8Array(1));
    expect(envelopeCodec.decode(envelopeCodec.encode({ messages })).messages).toHaveLength(256);
    const over = { messages: [...messages, new Uint8Array(1)] };
    expect(codeOf(() => envelopeCodec.encode(over))).toBe('message_invalid');
  });

  it('holds a message of the largest size, and none larger', () => {
    const largest = envelopeCodec.encode({ messages: [message] });
    expect(envelopeCodec.decode(largest).messages[0]?.byteLength).toBe(16 * 1024);
    const over = encodeCbor({ messages: [new Uint8Array(limits.gossipMessageBytesMax + 1)] });
    expect(codeOf(() => envelopeCodec.decode(over))).toBe('message_invalid');
  });

  it('may say where it stands, which is news to no reader before or after', () => {
    const messages = [Uint8Array.of(1)];
    const told = { messages, position: { run: 7, first: 42 } };
    expect(envelopeCodec.decode(envelopeCodec.encode(told))).toEqual(told);
    expect(envelopeCodec.decode(envelopeCodec.encode({ messages }))).toEqual({ messages });
    // The schema of the release before knew no position, and drops what it does not know.
    const before = Envelope.omit({ position: true });
    expect(before.parse(decodeCbor(envelopeCodec.encode(told)))).toEqual({ messages });
  });

  it('is too large before its messages are too many', () => {
    const messages = Array.from({ length: 17 }, () => message);
    expect(codeOf(() => envelopeCodec.encode({ messages }))).toBe('message_too_large');
  });
});

describe('capabilities', () => {
  it('tell the success at as many kinds of tasks as they may, and not at one more', () => {
    const { successOf } = Capabilities.shape;
    const kinds = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`kind-${at}`, 0.5]));
    expect(successOf.safeParse(kinds(limits.successKindsMax)).success).toBe(true);
    expect(successOf.safeParse(kinds(limits.successKindsMax + 1)).success).toBe(false);
    for (const odd of [{ '': 1 }, { Format: 1 }, { format: 1.1 }, { format: null }]) {
      expect(successOf.safeParse(odd).success).toBe(false);
    }
  });
});

describe('a reason', () => {
  it('of a kind of tomorrow leaves its sentence', () => {
    const tomorrow = {
      about: 'task',
      text: 'The moon is full.',
      reason: { kind: 'moon', full: true },
    };
    expect(whyProtocol.response.decode(encodeCbor(tomorrow))).toEqual({
      ...tomorrow,
      reason: null,
    });
  });

  it('and all others of one answer fit a message, however long they are', () => {
    const long = '\u{ffff}'.repeat(limits.whyTextCharsMax);
    const task = TaskId.parse(`${'o'.repeat(39)}/${'r'.repeat(100)}#2147483647`);
    const numbers = Array.from({ length: 32 }, (_, at) => IssueNumber.parse(2_147_483_000 + at));
    const reason = { kind: 'waiting' as const, reason: long, numbers };
    const title = '\u{ffff}'.repeat(limits.whyTitleCharsMax);
    const fill = <T>(one: T) => Array.from({ length: limits.whyTasksMax }, () => one);
    const answer: WhyIdle = {
      about: 'peer',
      running: 1,
      slots: 1,
      text: long,
      working: fill(task),
      open: fill({ task, title, text: long, reason }),
      more: Number.MAX_SAFE_INTEGER,
    };
    expect(whyProtocol.response.encode(answer).byteLength).toBeLessThan(64 * 1024);
  });
});

describe('a decoded message', () => {
  it('has no say over prototypes', () => {
    // {"__proto__": {"polluted": true}, "connected": true}
    const bytes = Uint8Array.from([
      0xa2,
      0x69,
      ...ascii('__proto__'),
      0xa1,
      0x68,
      ...ascii('polluted'),
      0xf5,
      0x69,
      ...ascii('connected'),
      0xf5,
    ]);
    const result = attempt(() => decodeFlag(bytes));
    if (result.ok) expect(result.value).toEqual({ connected: true });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes no field from a prototype', () => {
    // {"__proto__": {"connected": true}}
    const bytes = Uint8Array.from([
      0xa1,
      0x69,
      ...ascii('__proto__'),
      0xa1,
      0x69,
      ...ascii('connected'),
      0xf5,
    ]);
    expect(attempt(() => decodeFlag(bytes)).ok).toBe(false);
  });
});

function decodeFlag(bytes: Uint8Array): { connected: boolean } {
  const schema = z.object({ connected: z.boolean() });
  return createCodec({ name: 'flag', schema, bytesMax: 64 }).decode(bytes);
}

/** Not one of these is a message; some are an attack on whoever decodes without care. */
const hostile: Readonly<Record<string, Uint8Array>> = {
  'nothing at all': new Uint8Array(0),
  'two values in a row': Uint8Array.from([0xa0, 0xa0]),
  'a list a thousand levels deep': new Uint8Array(60).fill(0x81),
  'lists as deep as fit': new Uint8Array(16 * 1024).fill(0x81),
  'maps as deep as fit': Uint8Array.from(
    { length: 9_000 },
    (_, at) => [0xa1, 0x61, 0x61][at % 3] ?? 0,
  ),
  'a list that claims 2^32 items': Uint8Array.from([0x9a, 0xff, 0xff, 0xff, 0xff]),
  'a list that claims 2^53 items': Uint8Array.from([0x9b, 0, 0x1f, ...ones(6)]),
  'a map that claims 2^64 entries': Uint8Array.from([0xbb, ...ones(8)]),
  'bytes that claim 2^32': Uint8Array.from([0x5a, 0xff, 0xff, 0xff, 0xff]),
  'text that claims 2^64': Uint8Array.from([0x7b, ...ones(8)]),
  'a list without an end': Uint8Array.from([0x9f, 0x01, 0xff]),
  'a map without an end': Uint8Array.from([0xbf, 0x61, 0x61, 0x01, 0xff]),
  'text in pieces': Uint8Array.from([0x7f, 0x61, 0x61, 0xff]),
  'one key twice': Uint8Array.from([0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02]),
  'a key that is a number': Uint8Array.from([0xa1, 0x01, 0x01]),
  'text that is not UTF-8': Uint8Array.from([0x62, 0xc3, 0x28]),
  undefined: Uint8Array.from([0xf7]),
  'not a number': Uint8Array.from([0xf9, 0x7e, 0x00]),
  infinity: Uint8Array.from([0xf9, 0x7c, 0x00]),
  'an integer beyond 2^53': Uint8Array.from([0x1b, ...ones(8)]),
  'a tag': Uint8Array.from([0xc0, 0x61, 0x61]),
  'a number in more bytes than it needs': Uint8Array.from([0xa1, 0x61, 0x61, 0x18, 0x01]),
};

function ones(count: number): number[] {
  return Array.from({ length: count }, () => 0xff);
}

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function reversed(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value) || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reversed(inner)]);
  return Object.fromEntries(entries.toReversed());
}

type Attempt = { ok: true; value: unknown } | { ok: false; error: unknown };

function attempt(work: () => unknown): Attempt {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, error };
  }
}

/** The code of what was thrown; another error is thrown on, and so fails the test by its name. */
function codeOf(work: () => unknown): string {
  const result = attempt(work);
  if (result.ok) return 'nothing was thrown';
  if (result.error instanceof BzzzError) return result.error.code;
  throw result.error;
}

it('refuses texts that are no UTF-8, and takes the sign for such bytes where it was written', () => {
  const codec = createCodec({
    name: 'text',
    schema: z.object({ text: z.string() }),
    bytesMax: 100,
  });
  const written = { text: 'a\uFFFDb' };
  expect(codec.decode(codec.encode(written))).toEqual(written);
  for (const bad of [[0xff], [0xc0, 0x80], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80]]) {
    const bytes = codec.encode({ text: 'x'.repeat(bad.length) });
    bytes.set(bad, bytes.byteLength - bad.length);
    expect(codeOf(() => codec.decode(bytes))).toBe('message_malformed');
  }
});
