import type { GitHost } from './host.ts';

export interface Identity {
  readonly name: string;
  readonly email: string;
  /** Unix seconds and zone, as git writes them; `timeMs` in UTC where it is absent. */
  readonly at?: string;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Identity;
  readonly committer: Identity;
  readonly timeMs: number;
  /** An armored signature, or null. */
  readonly signature?: string | null;
}

/** Writes the commit object and returns its id. */
export async function writeCommit(
  git: GitHost,
  fullName: string,
  commit: NewCommit,
): Promise<string> {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${identityLine(commit.author, commit.timeMs)}`,
    `committer ${identityLine(commit.committer, commit.timeMs)}`,
    ...(commit.signature ? [`gpgsig ${commit.signature.trimEnd().replaceAll('\n', '\n ')}`] : []),
  ];
  const input = Buffer.from(`${lines.join('\n')}\n\n${commit.message}`);
  return git.text(fullName, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input });
}

function identityLine(who: Identity, timeMs: number): string {
  // Git cuts these characters out, too; a line break would forge a header.
  const clean = (text: string): string => text.replace(/[<>\n\0]/g, '').trim();
  return `${clean(who.name)} <${clean(who.email)}> ${who.at ?? `${Math.floor(timeMs / 1000)} +0000`}`;
}

export interface ParsedCommit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: PersonAt;
  readonly committer: PersonAt;
  readonly message: string;
}

export interface PersonAt {
  readonly name: string;
  readonly email: string;
  /** ISO time to the second. */
  readonly date: string;
}

/** The commits of a revision list (`git log` arguments), parsed. */
export async function readCommits(
  git: GitHost,
  fullName: string,
  args: readonly string[],
): Promise<ParsedCommit[]> {
  const format = '--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%x01';
  const text = await git.text(fullName, ['log', format, ...args]);
  return text
    .split('\0\u0001')
    .map((entry) => entry.replace(/^\n/, ''))
    .filter((entry) => entry !== '')
    .map(parseEntry);
}

function parseEntry(entry: string): ParsedCommit {
  const [sha, tree, parents, an, ae, at, cn, ce, ct, message] = entry.split('\0');
  const date = (seconds: string | undefined): string =>
    `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`;
  return {
    sha: sha ?? '',
    tree: tree ?? '',
    parents: (parents ?? '').split(' ').filter((one) => one !== ''),
    author: { name: an ?? '', email: ae ?? '', date: date(at) },
    committer: { name: cn ?? '', email: ce ?? '', date: date(ct) },
    message: (message ?? '').replace(/\n$/, ''),
  };
}
