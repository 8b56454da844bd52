/** Puts what is known at the start into the places that a tool's description keeps for it. */
import type { CliTool } from './tool.ts';

export interface Start {
  readonly api: string;
  readonly key: string;
  readonly model: string | null;
  readonly prompt: string;
  /** Null: a new session. */
  readonly session: string | null;
  /** The session is of an earlier attempt, and stays as it is where the tool can do that. */
  readonly forks?: boolean;
}

export type Filled = Pick<CliTool, 'environment' | 'homeFiles'> & { readonly argv: string[] };

/** Null: the tool cannot go on with a session. */
export function fill(tool: CliTool, program: string, start: Start): Filled | null {
  const { work, resume, fork, model } = tool.argv;
  const further = start.forks ? (fork ?? resume) : resume;
  const head = start.session === null ? work : further;
  if (head === null) return null;
  const values: Readonly<Record<string, string>> = {
    api: start.api,
    key: start.key,
    model: start.model ?? '',
    prompt: start.prompt,
    session: start.session ?? '',
  };
  const put = (text: string) =>
    text.replaceAll(/\{(api|key|model|prompt|session)\}/g, (_, name: string) => values[name] ?? '');
  const putAll = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, put(text)]));
  return {
    argv: [program, ...insert(head, start.model === null ? [] : model)].map((part) => put(part)),
    environment: putAll(tool.environment),
    homeFiles: putAll(tool.homeFiles),
  };
}

/** Options of a model go before a lone dash, which stands for the input. */
function insert(head: readonly string[], model: readonly string[]): string[] {
  return head.at(-1) === '-' ? [...head.slice(0, -1), ...model, '-'] : [...head, ...model];
}
