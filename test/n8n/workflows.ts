/** The workflows of `deploy/n8n`, read as n8n reads them, and the few things of theirs that tests run themselves. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';

/** Where the workflows and the example of the credentials stand. */
export const workflowsDir = fileURLToPath(new URL('../../deploy/n8n/', import.meta.url));

/** A credential is named in a node, never held. */
const Reference = z.strictObject({ id: z.string(), name: z.string() });
const Node = z.strictObject({
  id: z.uuid(),
  name: z.string().min(1),
  type: z.string(),
  typeVersion: z.number(),
  position: z.tuple([z.number(), z.number()]),
  parameters: z.record(z.string(), z.unknown()),
  credentials: z.record(z.string(), Reference).optional(),
  webhookId: z.uuid().optional(),
  onError: z.enum(['continueErrorOutput', 'continueRegularOutput']).optional(),
  alwaysOutputData: z.literal(true).optional(),
  retryOnFail: z.literal(true).optional(),
  maxTries: z.int().max(5).optional(),
  waitBetweenTries: z.int().max(5_000).optional(),
});
export type Node = z.infer<typeof Node>;

const Target = z.strictObject({ node: z.string(), type: z.literal('main'), index: z.literal(0) });
const Connections = z.record(
  z.string(),
  z.strictObject({ main: z.array(z.array(Target)).min(1).max(2) }),
);

/** Strict: what n8n writes besides, such as pinned data or what an owner's instance is, does not belong into the file. */
const Workflow = z.strictObject({
  id: z.string().regex(/^\w{1,36}$/),
  name: z.string().min(1).max(128),
  active: z.literal(false),
  nodes: z.array(Node).min(1),
  connections: Connections,
  settings: z.strictObject({
    executionOrder: z.literal('v1'),
    // What a success leaves behind would be bodies of requests, for weeks.
    saveDataSuccessExecution: z.literal('none'),
    saveDataErrorExecution: z.literal('all'),
    saveManualExecutions: z.literal(false),
    executionTimeout: z.int().positive(),
  }),
  tags: z.tuple([]),
});
export type Workflow = z.infer<typeof Workflow>;

const Credential = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.string()),
});

export async function readWorkflow(file: 'file.json' | 'report.json'): Promise<Workflow> {
  return Workflow.parse(JSON.parse(await readFile(join(workflowsDir, file), 'utf8')));
}

export async function readCredentials(): Promise<z.infer<typeof Credential>[]> {
  const text = await readFile(join(workflowsDir, 'credentials.example.json'), 'utf8');
  return z.array(Credential).parse(JSON.parse(text));
}

export function nodeOf({ nodes }: Workflow, name: string): Node {
  const node = nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`there is no node ${name}`);
  return node;
}

/** A parameter that is text. */
export function textOf(node: Node, parameter: string): string {
  return z.string().parse(node.parameters[parameter]);
}

/** What an expression of n8n says: words with `{{ JavaScript }}` in between, or a single one's own value. */
export function evaluate(expression: string, names: Readonly<Record<string, unknown>>): unknown {
  if (!expression.startsWith('=')) return expression;
  const script = (code: string): unknown => runInNewContext(`(${code})`, { ...names });
  const pieces = expression.slice(1).split(/\{\{(.*?)\}\}/s);
  const values = pieces.map((piece, index) => (index % 2 === 0 ? piece : script(piece)));
  return pieces.length === 3 && pieces[0] === '' && pieces[2] === '' ? values[1] : values.join('');
}

/** What the JavaScript of a code node returns. */
export function runCode(node: Node, names: Readonly<Record<string, unknown>>): unknown {
  const result: unknown = runInNewContext(`(() => {${textOf(node, 'jsCode')}})()`, { ...names });
  // Objects of another context are not equal to ours.
  return JSON.parse(JSON.stringify(result));
}
