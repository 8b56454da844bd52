import type { ArgumentValue, Operation, Selection } from './parse.ts';

/** A node of the answer: a type's name, and its fields, computed when they are asked for. */
export interface GraphNode {
  readonly type: string;
  readonly fields: Readonly<Record<string, (args: Args) => GraphValue | Promise<GraphValue>>>;
}

export type Args = Readonly<Record<string, unknown>>;
export type GraphValue = string | number | boolean | null | GraphNode | readonly GraphValue[];

/** An error that belongs to one field; the rest of the answer is given, as GitHub does. */
export class GraphqlFieldError extends Error {
  override readonly name = 'GraphqlFieldError';
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** A document that does not fit the schema: no data at all. */
export class GraphqlInvalid extends Error {
  override readonly name = 'GraphqlInvalid';
  readonly typeName: string;
  readonly fieldName: string;
  readonly path: readonly string[];
  constructor(typeName: string, fieldName: string, path: readonly string[]) {
    super(`Field '${fieldName}' doesn't exist on type '${typeName}'`);
    this.typeName = typeName;
    this.fieldName = fieldName;
    this.path = path;
  }
}

export interface Executed {
  readonly data: Record<string, unknown>;
  readonly errors: readonly {
    readonly type: string;
    readonly path: readonly string[];
    readonly message: string;
  }[];
}

/** Runs the operation from `root`. Throws GraphqlInvalid for unknown fields. */
export async function execute(
  operation: Operation,
  root: GraphNode,
  variables: Args,
): Promise<Executed> {
  const errors: { type: string; path: readonly string[]; message: string }[] = [];

  const select = async (
    node: GraphNode,
    selections: readonly Selection[],
    path: readonly string[],
  ): Promise<Record<string, unknown>> => {
    const data: Record<string, unknown> = {};
    for (const selection of selections) {
      if (selection.kind === 'field') {
        data[selection.alias] = await field(node, selection, [...path, selection.alias]);
        continue;
      }
      const fragment =
        selection.kind === 'inline' ? selection.fragment : operation.fragments.get(selection.name);
      if (fragment === undefined || (fragment.on !== null && !isA(node, fragment.on))) continue;
      Object.assign(data, await select(node, fragment.selections, path));
    }
    return data;
  };

  const field = async (
    node: GraphNode,
    selection: Extract<Selection, { kind: 'field' }>,
    path: readonly string[],
  ): Promise<unknown> => {
    if (selection.name === '__typename') return node.type;
    const resolve = Object.hasOwn(node.fields, selection.name)
      ? node.fields[selection.name]
      : undefined;
    if (resolve === undefined) throw new GraphqlInvalid(node.type, selection.name, path);
    const args = Object.fromEntries(
      Object.entries(selection.args).map(([key, value]) => [
        key,
        evaluate(value, variables, operation),
      ]),
    );
    try {
      return await complete(await resolve(args), selection, path);
    } catch (error) {
      if (!(error instanceof GraphqlFieldError)) throw error;
      errors.push({ type: error.type, path, message: error.message });
      return null;
    }
  };

  const complete = async (
    value: GraphValue,
    selection: Extract<Selection, { kind: 'field' }>,
    path: readonly string[],
  ): Promise<unknown> => {
    if (isList(value)) return Promise.all(value.map((one) => complete(one, selection, path)));
    if (value === null || typeof value !== 'object') return value;
    return select(value, selection.selections ?? [], path);
  };

  const data = await select(root, operation.selections, []);
  return { data, errors };
}

const interfaces: Record<string, readonly string[]> = {
  Issue: ['Node', 'Assignable', 'Labelable', 'Comment'],
  PullRequest: ['Node', 'Assignable', 'Labelable', 'Comment'],
  User: ['Node', 'Actor'],
  Repository: ['Node'],
};

function isA(node: GraphNode, type: string): boolean {
  return node.type === type || interfaces[node.type]?.includes(type) === true;
}

function isList(value: GraphValue): value is readonly GraphValue[] {
  return Array.isArray(value);
}

function evaluate(value: ArgumentValue, variables: Args, operation: Operation): unknown {
  if ('variable' in value) {
    if (Object.hasOwn(variables, value.variable)) return variables[value.variable];
    const fallback = operation.defaults[value.variable];
    return fallback === undefined ? null : evaluate(fallback, variables, operation);
  }
  if ('list' in value) return value.list.map((one) => evaluate(one, variables, operation));
  if ('object' in value) {
    const entries = Object.entries(value.object);
    return Object.fromEntries(
      entries.map(([key, one]) => [key, evaluate(one, variables, operation)]),
    );
  }
  return value.value;
}
