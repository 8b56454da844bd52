/**
 * A model API can reach the network for who asks: search, fetch a page, load a picture, call an MCP server.
 * For a tool without a network that would be one, so a question that wants any of it is not let through.
 * Only what is known to happen on the tool's own side passes.
 */
import { z } from 'zod';
import type { ApiName } from './apis.ts';
import type { Fields } from './bounds.ts';

export type Inspected =
  /** To be written anew: a field that stands twice could be read otherwise there than here. */
  | { readonly kind: 'fine'; readonly question: Fields }
  | { readonly kind: 'refused'; readonly reason: string };

export function inspect(api: ApiName, body: Buffer): Inspected {
  let question: unknown;
  try {
    question = JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return refused('a question to a model is JSON');
    throw error;
  }
  const parsed = Question.safeParse(question);
  if (!parsed.success) {
    return refused('a question to a model is an object with a list of tools, or none');
  }
  const reason = objectionTo(api, parsed.data);
  return reason === null ? { kind: 'fine', question: parsed.data } : refused(reason);
}

function refused(reason: string): Inspected {
  return { kind: 'refused', reason };
}

function objectionTo(api: ApiName, question: Question): string | null {
  const field = remoteFields.find((name) => (question[name] ?? null) !== null);
  if (field !== undefined) return `the model API would use the network for \`${field}\``;
  const tool = (question.tools ?? []).find((one) => !isLocal[api](one));
  if (tool !== undefined) return `the model API would use the network for ${nameOf(tool)}`;
  return fetches(question) ? 'the model API would fetch what a link names' : null;
}

const Tool = z.record(z.string(), z.unknown());
type Tool = z.infer<typeof Tool>;
const Question = z.looseObject({ tools: z.array(Tool).nullish() });
type Question = z.infer<typeof Question>;

const remoteFields = [
  'mcp_servers',
  'container',
  'web_search_options',
  'prompt',
  'cachedContent',
  'cached_content',
];

const localOfAnthropic = /^(?:custom|bash_\d+|text_editor_\d+|memory_\d+)$/;
const localOfOpenai = new Set([
  'function',
  'custom',
  'local_shell',
  'shell',
  'apply_patch',
  'namespace',
]);
const localOfGemini = new Set(['functionDeclarations', 'function_declarations']);

const isLocal: Readonly<Record<ApiName, (tool: Tool) => boolean>> = {
  anthropic: ({ type }) =>
    type === undefined || (typeof type === 'string' && localOfAnthropic.test(type)),
  openai: ({ type }) => typeof type === 'string' && localOfOpenai.has(type),
  gemini: (tool) => Object.keys(tool).every((key) => localOfGemini.has(key)),
};

function nameOf(tool: Tool): string {
  return `the tool ${JSON.stringify(tool['type'] ?? Object.keys(tool)).slice(0, 80)}`;
}

/** What a model or a tool wrote there is data, whatever it looks like. */
const opaque = new Set([
  'input_schema',
  'parameters',
  'functionDeclarations',
  'function_declarations',
  'args',
  'arguments',
  'response',
]);
const links = new Set(['fileUri', 'file_uri', 'file_url', 'image_url', 'url']);

/** Not by recursion: a question may be nested as deep as it is long. */
function fetches(question: unknown): boolean {
  const open: unknown[] = [question];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const isUse = 'type' in value && value.type === 'tool_use';
    for (const [key, inner] of Object.entries(value)) {
      if (opaque.has(key) || (isUse && key === 'input')) continue;
      if (links.has(key) && typeof inner === 'string' && !inner.startsWith('data:')) return true;
      open.push(inner);
    }
  }
  return false;
}
