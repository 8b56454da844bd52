/**
 * Values that fit a schema, and values that just do not, made from the schema itself: a field that
 * is added tomorrow is tested tomorrow, without a word here.
 */
import fc from 'fast-check';
import type { z } from 'zod';
import { RepoName, TaskId } from '@bzzz/protocol';

/** What is read of zod's own description of a schema; the same for every kind of schema. */
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, string>>;
}

interface Check {
  readonly check: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly value?: number;
  readonly pattern?: RegExp;
}

interface Bounds {
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly pattern: RegExp | undefined;
}

const owner = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/);
const repository = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,60}$/);
const repo = fc.tuple(owner, repository).map((parts) => parts.join('/'));

/** Schemas whose rules stand in code; found by identity. */
const special = new Map<unknown, fc.Arbitrary<unknown>>([
  [RepoName, repo],
  [
    TaskId,
    fc.tuple(repo, fc.integer({ min: 1, max: 2_147_483_647 })).map((parts) => parts.join('#')),
  ],
]);

export function valuesOf<S extends z.ZodType>(schema: S): fc.Arbitrary<z.output<S>> {
  const fitting = special.get(schema) ?? build(schema);
  // What `build` cannot know (refinements) is left to the schema itself.
  return fitting.filter((value): value is z.output<S> => schema.safeParse(value).success);
}

function build(schema: z.ZodType): fc.Arbitrary<unknown> {
  const { type, format, shape, options, element, innerType, keyType, valueType, values, entries } =
    definition(schema);
  const bounds = boundsOf(schema);
  const { minimum = 0, maximum = 1000 } = bounds;
  switch (type) {
    case 'object':
      return objectOf(shape ?? {});
    case 'union':
      return fc.oneof(...(options ?? []).map((option) => valuesOf(option)));
    case 'array':
      return fc.array(valuesOf(must(element)), {
        minLength: minimum,
        maxLength: Math.min(maximum, minimum + 5),
      });
    case 'record':
      return fc.dictionary(keysOf(must(keyType)), valuesOf(must(valueType)), {
        maxKeys: 5,
        noNullPrototype: true,
      });
    case 'default':
    case 'catch':
      return valuesOf(must(innerType));
    case 'nullable':
      return fc.option(valuesOf(must(innerType)));
    case 'literal':
      return fc.constantFrom(...(values ?? []));
    case 'enum':
      return fc.constantFrom(...Object.values(entries ?? {}));
    case 'boolean':
      return fc.boolean();
    case 'string':
      return textOf(bounds);
    case 'number':
      return format === 'safeint'
        ? fc.integer({ min: minimum, max: Math.min(maximum, Number.MAX_SAFE_INTEGER) })
        : fc.double({ min: minimum, max: maximum, noNaN: true }).map((number) => number + 0);
    case 'custom':
      return fc.uint8Array({ maxLength: 64 });
    default:
      throw new Error(`no values are known for a schema of type ${type}`);
  }
}

function keysOf(schema: z.ZodType): fc.Arbitrary<string> {
  return valuesOf(schema).map(String);
}

function objectOf(shape: Readonly<Record<string, z.ZodType>>): fc.Arbitrary<unknown> {
  const optional = Object.keys(shape).filter((key) => isOptional(shape[key]));
  const model = Object.entries(shape).map(([key, field]) => {
    return [key, valuesOf(isOptional(field) ? must(definition(field).innerType) : field)] as const;
  });
  const requiredKeys = Object.keys(shape).filter((key) => !optional.includes(key));
  return fc.record(Object.fromEntries(model), { requiredKeys, noNullPrototype: true });
}

function textOf({ minimum = 0, maximum = 60, pattern }: Bounds) {
  if (pattern !== undefined && !pattern.source.includes('\\p')) return fc.stringMatching(pattern);
  return fc.string({ unit: 'binary', minLength: minimum, maxLength: Math.min(maximum, 60) });
}

/** Copies of a fitting value, each with one leaf that does not fit, or with one field missing. */
export function spoiled(schema: z.ZodType, value: unknown): { what: string; value: unknown }[] {
  const { type, shape, options, element, innerType } = definition(schema);
  if (type === 'union') {
    const option = options?.find((one) => one.safeParse(value).success);
    return option === undefined ? [] : spoiled(option, value);
  }
  // Whatever does not fit is replaced, so nothing is refused.
  if (type === 'catch') return [];
  if (type === 'optional' || type === 'nullable' || type === 'default') {
    return value === undefined || value === null ? [] : spoiled(must(innerType), value);
  }
  if (type === 'object' && shape !== undefined && isRecord(value)) {
    return Object.entries(shape).flatMap(([key, field]) => {
      const { [key]: _, ...rest } = value;
      const missing =
        isOptional(field) || hasDefault(field) ? [] : [{ what: `${key} missing`, value: rest }];
      const inside = key in value ? spoiled(field, value[key]) : [];
      return [
        ...missing,
        ...inside.map((one) => ({
          what: `${key}.${one.what}`,
          value: { ...value, [key]: one.value },
        })),
      ];
    });
  }
  if (type === 'array' && Array.isArray(value)) {
    const inside = value.slice(0, 1).flatMap((first: unknown) => spoiled(must(element), first));
    return [
      ...excess(schema, value),
      ...inside.map((one) => ({ what: `0.${one.what}`, value: [one.value, ...value.slice(1)] })),
      { what: 'of another kind', value: 'not a list' },
    ];
  }
  return [...excess(schema, value), { what: 'of another kind', value: { not: 'a leaf' } }];
}

/** One more than the most, one less than the least, and what fits no pattern. */
function excess(schema: z.ZodType, value: unknown): { what: string; value: unknown }[] {
  const { minimum, maximum, pattern } = boundsOf(schema);
  const all: { what: string; value: unknown }[] = [];
  const add = (what: string, unfit: unknown) => all.push({ what, value: unfit });
  if (typeof value === 'number') {
    if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) add('above', maximum + 1);
    if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) add('below', minimum - 1);
    if (definition(schema).format === 'safeint') add('a fraction', value + 0.5);
  } else if (typeof value === 'string') {
    if (maximum !== undefined) add('too long', 'x'.repeat(maximum + 1));
    if (minimum !== undefined && minimum > 0) add('too short', '');
    if (pattern !== undefined) add('unlike its pattern', `${value}\n`);
  } else if (Array.isArray(value)) {
    if (maximum !== undefined && value.length > 0)
      add(
        'too many',
        Array.from({ length: maximum + 1 }, () => value[0]),
      );
    if (minimum !== undefined && minimum > 0) add('too few', []);
  }
  return all;
}

/** The same value with an unknown field in every object; of a record every key is known. */
export function withUnknownFields(schema: z.ZodType, value: unknown): unknown {
  const { type, shape, options, element, innerType, valueType } = definition(schema);
  if (value === undefined || value === null) return value;
  if (type === 'union') {
    const option = options?.find((one) => one.safeParse(value).success);
    return option === undefined ? value : withUnknownFields(option, value);
  }
  if (innerType !== undefined) return withUnknownFields(innerType, value);
  if (Array.isArray(value)) return value.map((one) => withUnknownFields(must(element), one));
  if (!isRecord(value)) return value;
  const inside = (of: (key: string) => z.ZodType | undefined) =>
    Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, withUnknownFields(must(of(key)), one)]),
    );
  if (type === 'record') return inside(() => valueType);
  if (shape === undefined) return value;
  return { ...inside((key) => shape[key]), fieldOfTomorrow: [1, { two: 2 }] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptional(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && definition(schema).type === 'optional';
}

function hasDefault(schema: z.ZodType): boolean {
  // A schema that replaces what does not fit takes nothing at all for that, too.
  return ['default', 'catch'].includes(definition(schema).type);
}

function definition(schema: z.ZodType): Definition {
  // zod types its definitions a kind at a time; this reads them all through one shape.
  return schema._zod.def;
}

function boundsOf(schema: z.ZodType): Bounds {
  // The same, for the checks that hang on it.
  const checks = (schema._zod.def.checks ?? []).map((one) => one._zod.def as unknown as Check);
  const { minimum } = checks.find(({ check }) => check === 'min_length') ?? {};
  const { maximum } = checks.find(({ check }) => check === 'max_length') ?? {};
  const { value: least } = checks.find(({ check }) => check === 'greater_than') ?? {};
  const { value: most } = checks.find(({ check }) => check === 'less_than') ?? {};
  const { pattern } = checks.find((one) => one.pattern !== undefined) ?? {};
  return { minimum: minimum ?? least, maximum: maximum ?? most, pattern };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a schema without its inner schema');
  return value;
}
