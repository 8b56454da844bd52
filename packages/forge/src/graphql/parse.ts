/**
 * A reader for the part of GraphQL that clients of the forge use: operations with variables,
 * aliases, arguments, inline and named fragments. No directives, no subscriptions.
 */
export interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly selections: readonly Selection[];
  readonly defaults: Readonly<Record<string, ArgumentValue>>;
  readonly fragments: ReadonlyMap<string, Fragment>;
}

interface Fragment {
  readonly on: string | null;
  readonly selections: readonly Selection[];
}

export type Selection =
  | {
      readonly kind: 'field';
      readonly name: string;
      readonly alias: string;
      readonly args: Readonly<Record<string, ArgumentValue>>;
      readonly selections: readonly Selection[] | null;
    }
  | { readonly kind: 'inline'; readonly fragment: Fragment }
  | { readonly kind: 'spread'; readonly name: string };

export type ArgumentValue =
  | { readonly variable: string }
  | { readonly value: string | number | boolean | null }
  | { readonly list: readonly ArgumentValue[] }
  | { readonly object: Readonly<Record<string, ArgumentValue>> };

export class GraphqlSyntaxError extends Error {
  override readonly name = 'GraphqlSyntaxError';
}

/** Parses a document with one operation. Throws GraphqlSyntaxError. */
export function parseDocument(source: string): Operation {
  const tokens = createTokens(source);
  const fragments = new Map<string, Fragment>();
  let operation: Omit<Operation, 'fragments'> | undefined;
  while (!tokens.done()) {
    if (tokens.peek() === 'fragment') {
      tokens.next();
      const name = tokens.name();
      tokens.expect('on');
      fragments.set(name, { on: tokens.name(), selections: selectionSet(tokens) });
      continue;
    }
    if (operation !== undefined) throw new GraphqlSyntaxError('Only one operation is served');
    operation = operationOf(tokens);
  }
  if (operation === undefined) throw new GraphqlSyntaxError('A query is needed');
  return { ...operation, fragments };
}

interface Tokens {
  peek(): string | undefined;
  next(): string;
  name(): string;
  expect(token: string): void;
  /** Takes the token if it is the next one. */
  accept(token: string): boolean;
  done(): boolean;
}

const tokenPattern =
  /\s+|,|#[^\n]*|(\.\.\.|[!$():=@[\]{}|&]|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?|[_A-Za-z]\w*)/gy;

function createTokens(source: string): Tokens {
  const list: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < source.length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(source);
    if (match === null) {
      throw new GraphqlSyntaxError(`Parse error on "${source.slice(at, at + 10)}"`);
    }
    if (match[1] !== undefined) list.push(match[1]);
  }
  let at = 0;
  const next = (): string => {
    const token = list[at];
    if (token === undefined) throw new GraphqlSyntaxError('Unexpected end of document');
    at += 1;
    return token;
  };
  return {
    peek: () => list[at],
    next,
    done: () => at >= list.length,
    name() {
      const token = next();
      if (/^[_A-Za-z]\w*$/.test(token)) return token;
      throw new GraphqlSyntaxError(`Expected a name, found "${token}"`);
    },
    expect(token) {
      const found = next();
      if (found !== token) throw new GraphqlSyntaxError(`Expected "${token}", found "${found}"`);
    },
    accept(token) {
      if (list[at] !== token) return false;
      at += 1;
      return true;
    },
  };
}

function operationOf(tokens: Tokens): Omit<Operation, 'fragments'> {
  if (tokens.peek() === '{')
    return { kind: 'query', selections: selectionSet(tokens), defaults: {} };
  const kind = tokens.name();
  if (kind !== 'query' && kind !== 'mutation') {
    throw new GraphqlSyntaxError(`Operations of kind ${kind} are not served`);
  }
  if (tokens.peek() !== '{' && tokens.peek() !== '(') tokens.name();
  const defaults: Record<string, ArgumentValue> = {};
  if (tokens.accept('(')) {
    while (!tokens.accept(')')) {
      tokens.expect('$');
      const name = tokens.name();
      tokens.expect(':');
      skipType(tokens);
      if (tokens.accept('=')) defaults[name] = valueOf(tokens);
    }
  }
  return { kind, selections: selectionSet(tokens), defaults };
}

function skipType(tokens: Tokens): void {
  if (tokens.accept('[')) {
    skipType(tokens);
    tokens.expect(']');
  } else tokens.name();
  tokens.accept('!');
}

function selectionSet(tokens: Tokens): Selection[] {
  tokens.expect('{');
  const selections: Selection[] = [];
  while (!tokens.accept('}')) selections.push(selectionOf(tokens));
  return selections;
}

function selectionOf(tokens: Tokens): Selection {
  if (tokens.accept('...')) {
    if (tokens.accept('on')) {
      return { kind: 'inline', fragment: { on: tokens.name(), selections: selectionSet(tokens) } };
    }
    if (tokens.peek() === '{') {
      return { kind: 'inline', fragment: { on: null, selections: selectionSet(tokens) } };
    }
    return { kind: 'spread', name: tokens.name() };
  }
  const first = tokens.name();
  const name = tokens.accept(':') ? tokens.name() : first;
  const args: Record<string, ArgumentValue> = {};
  if (tokens.accept('(')) {
    while (!tokens.accept(')')) {
      const key = tokens.name();
      tokens.expect(':');
      args[key] = valueOf(tokens);
    }
  }
  const selections = tokens.peek() === '{' ? selectionSet(tokens) : null;
  return { kind: 'field', name, alias: first, args, selections };
}

function valueOf(tokens: Tokens): ArgumentValue {
  if (tokens.accept('$')) return { variable: tokens.name() };
  if (tokens.accept('[')) {
    const list: ArgumentValue[] = [];
    while (!tokens.accept(']')) list.push(valueOf(tokens));
    return { list };
  }
  if (tokens.accept('{')) {
    const object: Record<string, ArgumentValue> = {};
    while (!tokens.accept('}')) {
      const key = tokens.name();
      tokens.expect(':');
      object[key] = valueOf(tokens);
    }
    return { object };
  }
  const token = tokens.next();
  if (token.startsWith('"')) return { value: stringOf(token) };
  if (/^-?\d/.test(token)) return { value: Number(token) };
  if (token === 'true' || token === 'false') return { value: token === 'true' };
  // What is left are null and enum values, which arrive as their names.
  return { value: token === 'null' ? null : token };
}

function stringOf(token: string): string {
  try {
    const value: unknown = JSON.parse(token);
    if (typeof value === 'string') return value;
  } catch (cause) {
    throw Object.assign(new GraphqlSyntaxError(`Bad string ${token}`), { cause });
  }
  throw new GraphqlSyntaxError(`Bad string ${token}`);
}
