/** One request to the peer that serves this page. Every answer is checked against its schema. */
import type { z } from 'zod';
import { isFields, numberOf, textOf } from './fields.ts';

/** How the peer says no. */
export class Refusal extends Error {
  readonly code: string;
  readonly advice: string;
  readonly status: number;

  constructor(status: number, code: string, reason: string, advice: string) {
    super(reason);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.advice = advice;
  }
}

export interface Ask<T> {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly body?: unknown;
  /** Goes with everything that changes something. */
  readonly csrf?: string | null;
  readonly schema: z.ZodType<T>;
  readonly signal?: AbortSignal;
}

export async function ask<T>({ method, path, body, csrf, schema, signal }: Ask<T>): Promise<T> {
  const answer = await fetch(`/api/v1/${path}`, {
    method: method ?? 'GET',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrf === undefined || csrf === null ? {} : { 'x-bzzz-csrf': csrf }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.ok) throw await refusalOf(answer);
  const json: unknown = answer.status === 204 ? undefined : await answer.json();
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Refusal(
    answer.status,
    'answer_unknown',
    'the peer answered in a way that this page does not know',
    'Reload the page: the peer may be of a newer version.',
  );
}

async function refusalOf(answer: Response): Promise<Refusal> {
  const text = await answer.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const fields = isFields(json) ? json : {};
  return new Refusal(
    numberOf(fields, 'status') ?? answer.status,
    textOf(fields, 'code') ?? `http_${answer.status}`,
    textOf(fields, 'reason') ?? textOf(fields, 'detail') ?? answer.statusText,
    textOf(fields, 'advice') ?? '',
  );
}

/** What a person is told of a failure of any kind. */
export function tellOf(error: unknown): { readonly text: string; readonly advice: string } {
  if (error instanceof Refusal) {
    return { text: `${error.message} (${error.code})`, advice: error.advice };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { text: `The peer does not answer: ${text}`, advice: 'Is it running? Try again.' };
}
