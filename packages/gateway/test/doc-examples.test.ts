/** Whoever tries the API by its document sees what is meant: examples that the operations take, and words. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startWorld } from './support.ts';

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query']),
  example: z.string().optional(),
  description: z.string().optional(),
});
const Body = z.object({
  content: z.object({
    'application/json': z.object({
      schema: z.record(z.string(), z.unknown()),
      example: z.unknown().optional(),
    }),
  }),
});
const Operation = z.object({
  operationId: z.string(),
  parameters: z.array(Parameter).default([]),
  requestBody: Body.optional(),
});
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
});

it('whatever is to be filled in has an example that fits, or words', async () => {
  const { ask } = await startWorld();
  const { paths } = Document.parse((await ask('/docs/json')).json());
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const bare: string[] = [];
  let bodies = 0;
  const ajv = new Ajv2020({ strict: false });
  for (const { operationId, parameters, requestBody } of operations) {
    for (const { name, in: where, example, description } of parameters) {
      const told = where === 'path' ? example : description;
      if (told === undefined) bare.push(`${operationId}: ${name}`);
    }
    if (requestBody === undefined) continue;
    bodies += 1;
    const { schema, example } = requestBody.content['application/json'];
    if (example === undefined) bare.push(`${operationId}: body`);
    else expect(ajv.validate(schema, example), `${operationId}: ${ajv.errorsText()}`).toBe(true);
  }
  expect(bare).toEqual([]);
  expect(bodies).toBeGreaterThan(7);
});
