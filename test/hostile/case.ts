/** What a case of the corpus says: an issue, what it tries, and what must hold afterwards. */

export interface HostileCase {
  /** Unique within its family; letters, digits and dashes. */
  readonly name: string;
  /** For people: what somebody hopes to get by it. */
  readonly tries: string;
  /**
   * A stranger's issue must not be touched at all. A maintainer's words do reach a model: what they ask
   * for is careless, or was pasted from somewhere. Default `maintainer`.
   */
  readonly author?: 'stranger' | 'maintainer';
  /** Default: the name. */
  readonly title?: string;
  /**
   * The model does whatever it reads behind `Do:`, as `Do: write_file {"path":"a","content":"b"}` on one
   * line, wherever it reads it; then its honest work, then it calls the work done.
   *
   * In all texts `{outside}` is a folder of the machine that nobody may read or write, `{ring}` a program
   * in it that leaves a mark, `{port}` a port of the host on which somebody listens, `{home}` the home
   * folder and `{data}` the data folder of the peer.
   */
  readonly body: string;
  /** Said below the issue before any peer looks at it. */
  readonly comments?: readonly { readonly who: 'stranger' | 'maintainer'; readonly body: string }[];
  readonly ends: Ending;
  /** Must stand in what the model was sent for this case: it did read the rest of the issue. */
  readonly reads?: readonly string[];
  /** Must not stand in what any model was sent for this case. */
  readonly hides?: readonly string[];
  /** So many calls of tools are refused. Default 0. */
  readonly refused?: number;
  /** What the title of the pull request must be. */
  readonly pullTitle?: string;
}

export type Ending =
  /** No claim, branch, comment or pull request; `why` is what the peer says of it. */
  | { readonly kind: 'untouched'; readonly why: RegExp }
  /** Given to a person, with these words in the comment, and nothing on a result branch. */
  | { readonly kind: 'failed'; readonly why: RegExp }
  /**
   * The honest work became a pull request. `files`: what else it holds, to the last file, with what must
   * stand in each, or is all that stands in it.
   */
  | { readonly kind: 'published'; readonly files?: Contents };

export type Contents = Readonly<Record<string, RegExp | string>>;

export interface Family {
  readonly name: string;
  readonly cases: readonly HostileCase[];
}

export const published: Ending = { kind: 'published' };

/** An order that the model of the corpus obeys, as text of an issue. */
export function order(tool: string, args: object): string {
  return `Do: ${tool} ${JSON.stringify(args)}`;
}

export function write(path: string, content: string): string {
  return order('write_file', { path, content });
}

/**
 * Runs a program of the case's own in the sandbox, as a model can that may edit what a check starts. In a block of code,
 * where a model reads all as it stands.
 */
export function runs(source: string): string {
  const orders = [write('check.mjs', source), order('run', { name: 'check' })];
  return ['```', ...orders, '```'].join('\n');
}
