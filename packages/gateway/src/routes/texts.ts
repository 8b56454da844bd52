import type { FastifySerializerCompiler } from 'fastify/types/schema.js';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** For a route whose answer is the same object until it is another: its text is made once for each object. */
export const oncePerObject: FastifySerializerCompiler<unknown> = ({ schema, ...route }) => {
  if (!(schema instanceof z.ZodType)) throw new TypeError(`${route.url} has no schema of zod`);
  const textOf = serializerCompiler({ schema, ...route });
  const texts = new WeakMap<object, string>();
  return (answer: unknown) => {
    if (typeof answer !== 'object' || answer === null) return textOf(answer);
    const text = texts.get(answer) ?? textOf(answer);
    texts.set(answer, text);
    return text;
  };
};
