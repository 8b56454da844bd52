/** One thing that a model may ask for: a name, a schema, and what is done. */
import type { Tool as Description } from 'ollama/browser';
import { z } from 'zod';
import { Refusal } from '../files/refusal.ts';

export interface ToolResult {
  /** What the model reads. */
  readonly text: string;
  /** Equal for results that tell a model nothing new; null: it brought nothing, such as an error. */
  readonly news: string | null;
  /** It called the work done, with these words. */
  readonly finished?: string;
}

export interface Tool {
  readonly name: string;
  readonly description: Description;
  /** Throws only what is no fault of the call: abort, a missing sandbox, a broken disk. */
  use(args: unknown, options: { signal: AbortSignal }): Promise<ToolResult>;
}

export interface ToolSpec<S extends z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly input: S;
  /** Throws `Refusal` when it cannot be done. */
  readonly use: (input: z.infer<S>, options: { signal: AbortSignal }) => Promise<ToolResult>;
}

export function defineTool<S extends z.ZodObject>(spec: ToolSpec<S>): Tool {
  const { name, description, input, use } = spec;
  return {
    name,
    description: { type: 'function', function: { name, description, parameters: schemaOf(input) } },
    async use(args, options) {
      const parsed = input.safeParse(args);
      if (!parsed.success) return wrong(`wrong arguments: ${complaintsOf(parsed.error)}`);
      try {
        return await use(parsed.data, options);
      } catch (error) {
        if (error instanceof Refusal) return wrong(error.message);
        throw error;
      }
    },
  };
}

export function wrong(reason: string): ToolResult {
  return { text: `error: ${reason}`, news: null };
}

function complaintsOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'all of them'}: ${message}`)
    .join('; ');
}

function schemaOf(input: z.ZodObject): NonNullable<Description['function']['parameters']> {
  const { $schema: _, additionalProperties: __, ...schema } = z.toJSONSchema(input);
  // The client's type is a part of JSON schema as it wrote it down by itself; an object's schema fits.
  return schema as NonNullable<Description['function']['parameters']>;
}
