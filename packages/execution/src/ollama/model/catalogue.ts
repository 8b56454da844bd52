/** Which models a server has, as it said when it was last asked. */
import { BzzzError, limits, ModelName, reasonOf } from '@bzzz/protocol';
import { Ollama } from 'ollama/browser';
import { z } from 'zod';
import type { OllamaSettings } from '../options.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { oneLine } from '../../prompt/one-line.ts';
import { ModelFailure } from './failure.ts';

export interface ModelDetails {
  readonly name: ModelName;
  readonly bytes: number | null;
  readonly family: string | null;
  /** As the server writes it, such as `7.6B`. */
  readonly parameterSize: string | null;
  /** The longest that it can read and write, in tokens. */
  readonly contextTokens: number | null;
  /** Null: the server does not say. */
  readonly usesTools: boolean | null;
  /** It is in memory, so that the first answer comes soon. */
  readonly loaded: boolean;
}

export interface KnownModels {
  /** All of which it is not known that they cannot use tools. `x:latest` counts as `x` too. */
  models(): readonly ModelName[];
  /** Null: no such model was seen. */
  find(name: ModelName): ModelDetails | null;
}

export interface Catalogue extends KnownModels {
  details(): readonly ModelDetails[];
  /**
   * Asks again. Throws `aborted`, and `model_unreachable`: one such failure leaves what is known, since a
   * server that is busy or starts anew has the same models. After the second, or where nobody listens, there
   * are none: an attempt with a model that does not answer costs its task a try.
   */
  refresh(options?: { signal?: AbortSignal }): Promise<void>;
}

const answerBytesMax = 16 * 1024 * 1024;
const Word = z.string().max(140).nullish().catch(null);
const Count = z.int().min(0).nullish().catch(null);
const Tags = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      digest: z.string().default(''),
      size: Count,
      details: z.object({ family: Word, parameter_size: Word }).nullish().catch(null),
    }),
  ),
});
type Tag = z.infer<typeof Tags>['models'][number];
const Ps = z.object({ models: z.array(z.object({ name: z.string() })) });
const Show = z.object({
  capabilities: z.array(z.string()).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
});

type Shown = Pick<ModelDetails, 'contextTokens' | 'usesTools'>;
const untold: Shown = { contextTokens: null, usesTools: null };

export function createCatalogue(settings: OllamaSettings): Catalogue {
  let details: readonly ModelDetails[] = [];
  let failures = 0;
  /** What a model can do never changes under one digest. */
  let shown = new Map<string, Shown>();

  async function look(client: Ollama): Promise<ModelDetails[]> {
    const tags = Tags.parse(await client.list()).models.slice(0, limits.capabilityItemsMax);
    const named = tags.filter(({ name }) => ModelName.safeParse(name).success);
    const loaded = new Set(Ps.parse(await client.ps()).models.map(({ name }) => name));
    const known = new Map<string, Shown>();
    for (const { name, digest } of named) {
      const key = `${name} ${digest}`;
      const told = shown.get(key) ?? (await show(client, name));
      if (told !== null) known.set(key, told);
    }
    shown = known;
    return named.map((tag) => ({
      ...detailsOf(tag),
      ...(known.get(`${tag.name} ${tag.digest}`) ?? untold),
      loaded: loaded.has(tag.name),
    }));
  }

  return {
    ...knownModels(() => details),
    details: () => details,
    async refresh({ signal } = {}) {
      const slow = AbortSignal.timeout(settings.lookMs);
      const both = signal === undefined ? slow : AbortSignal.any([signal, slow]);
      const fetch = boundedFetch({
        signal: both,
        stallMs: settings.lookMs,
        bytesMax: answerBytesMax,
        answer: 'json',
      });
      const { url: host, headers } = settings;
      try {
        details = await look(new Ollama({ host, headers: { ...headers }, fetch }));
        failures = 0;
      } catch (error) {
        if (signal?.aborted === true) throw new BzzzError('aborted', 'the look was cancelled');
        failures += 1;
        if (failures > 1 || isNobodyThere(error)) details = [];
        throw new BzzzError('model_unreachable', whyOf(error), { cause: error });
      }
    },
  };
}

export function knownModels(details: () => readonly ModelDetails[]): KnownModels {
  const names = (one: ModelDetails) => [one.name, ...shortNames(one.name)];
  return {
    models: () =>
      details()
        .filter((one) => one.usesTools !== false)
        .flatMap(names),
    find: (name) => details().find((one) => names(one).includes(name)) ?? null,
  };
}

/** The system said that nothing listens there, which is no guess. */
function isNobodyThere(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && at.code === 'ECONNREFUSED') return true;
  }
  return false;
}

function whyOf(error: unknown): string {
  return error instanceof z.ZodError
    ? 'the server does not speak like Ollama'
    : oneLine(reasonOf(error));
}

function detailsOf({ name, size, details }: Tag) {
  return {
    name: ModelName.parse(name),
    bytes: size ?? null,
    family: details?.family ?? null,
    parameterSize: details?.parameter_size ?? null,
  };
}

/** Null: a model that the server cannot describe now, which is a model all the same. */
async function show(client: Ollama, model: string): Promise<Shown | null> {
  const said = await client.show({ model }).catch((error: unknown) => {
    if (error instanceof ModelFailure || error instanceof SyntaxError) return null;
    throw error;
  });
  const parsed = Show.safeParse(said);
  if (!parsed.success) return null;
  const { capabilities, model_info: info } = parsed.data;
  // The key starts with the model's architecture: `qwen2.context_length`.
  const told = Object.entries(info ?? {}).find(([key]) => key.endsWith('.context_length'))?.[1];
  return {
    contextTokens: z
      .int()
      .min(1)
      .nullable()
      .catch(null)
      .parse(told ?? null),
    usesTools: capabilities?.includes('tools') ?? null,
  };
}

function shortNames(name: ModelName): ModelName[] {
  return name.endsWith(':latest') ? [ModelName.parse(name.slice(0, -':latest'.length))] : [];
}
