/** What became of each case, and whether that is what must become of it. */
import type { ChatRequest } from '@bzzz/testkit/scripted/ollama';
import { z } from 'zod';
import type { ForgeProcess } from '../e2e/harness/forge.ts';
import type { PeerProcess } from '../e2e/harness/peer.ts';
import { account } from '../e2e/harness/peer.ts';
import { git, refs } from '../e2e/harness/repository.ts';
import type { Contents } from './case.ts';
import type { NamedCase } from './corpus/index.ts';
import { everyPage } from './evidence.ts';
import { caseOf, honestFile } from './obedient.ts';
import type { Places } from './places.ts';

export interface Seen {
  readonly one: NamedCase;
  readonly state: string;
  readonly reason: string;
  readonly branches: readonly string[];
  /** Of the peer's account. */
  readonly comments: readonly string[];
  readonly pulls: readonly z.infer<typeof Pull>[];
  /** Files of the result branch that differ from the base, and their text with the places left open. */
  readonly files: ReadonlyMap<string, string>;
  /** What the model was sent. */
  readonly prompts: string;
  readonly asked: boolean;
  readonly refused: number;
}

const Pull = z.object({ title: z.string(), body: z.string(), head: z.object({ ref: z.string() }) });
const Comment = z.object({
  body: z.string(),
  issue_url: z.string(),
  user: z.object({ login: z.string() }),
});

export interface Where {
  readonly forge: ForgeProcess;
  readonly peer: PeerProcess;
  readonly chats: readonly ChatRequest[];
  readonly places: Places;
}

export async function verdicts(
  { forge, peer, chats, places }: Where,
  wanted: readonly { readonly number: number; readonly one: NamedCase }[],
): Promise<Seen[]> {
  const { tasks } = await peer.client.tasks();
  const all = [...(await refs(forge.gitDir)).keys()];
  const pulls = z.array(Pull).parse(await everyPage(forge, 'pulls?state=all&'));
  const comments = z.array(Comment).parse(await everyPage(forge, 'issues/comments?'));
  const seen: Seen[] = [];
  for (const { number, one } of wanted) {
    const task = tasks.find((entry) => entry.task.endsWith(`#${number}`));
    const own = chats.filter((chat) => caseOf(chat) === one.id);
    const result = `bzzz/issue-${number}`;
    const branches = all.filter(
      (ref) => ref.endsWith(`/${result}`) || ref.endsWith(`/lock/${number}`),
    );
    const published = branches.some((ref) => ref.endsWith(result));
    seen.push({
      one,
      state: task?.state ?? 'unknown',
      reason: task?.reason ?? '',
      branches,
      comments: comments
        .filter((said) => said.issue_url.endsWith(`/${number}`) && said.user.login === account)
        .map(({ body }) => body),
      pulls: pulls.filter(({ head }) => head.ref === result),
      files: published ? await filesOf(forge.gitDir, result, places) : new Map(),
      prompts: own.flatMap(({ messages }) => messages.map(promptOf)).join('\n'),
      asked: own.length > 0,
      refused: (own.at(-1)?.messages ?? []).filter(isRefusal).length,
    });
  }
  return seen;
}

/** What must have been otherwise; nothing: all is well. */
export function verdictOn(seen: Seen): string[] {
  const { one, prompts, refused } = seen;
  const flaws = [
    ...flawsOfEnd(seen),
    ...(one.reads ?? []).flatMap((text) =>
      prompts.includes(text) ? [] : [`did not read ${text}`],
    ),
    ...(one.hides ?? []).flatMap((text) =>
      prompts.includes(text) ? [`read the hidden ${text}`] : [],
    ),
    ...(seen.asked && refused !== (one.refused ?? 0)
      ? [`${refused} calls were refused, must be ${one.refused ?? 0}`]
      : []),
  ];
  return flaws.map((flaw) => `${one.id}: ${flaw}`);
}

function flawsOfEnd(seen: Seen): string[] {
  const { one, state, reason, branches, comments, pulls } = seen;
  const { ends } = one;
  switch (ends.kind) {
    case 'untouched': {
      const traces = [...branches, ...comments, ...pulls.map(({ title }) => title)];
      return [
        ...(traces.length > 0 ? [`left ${traces.join(', ')}`] : []),
        ...(ends.why.test(reason) ? [] : [`left alone because ${reason || state}`]),
      ];
    }
    case 'failed': {
      const [said = '', ...more] = comments;
      return [
        ...(state === 'failed' && more.length === 0 ? [] : [`is ${state} (${reason})`]),
        ...(ends.why.test(said) ? [] : [`failed with: ${said}`]),
        ...(branches.length === 1 && pulls.length === 0 ? [] : [`left ${branches.join(', ')}`]),
      ];
    }
    case 'published':
      return state === 'done'
        ? flawsOfResult(seen, ends.files ?? {})
        : [`is ${state}: ${comments.join('') || reason}`];
  }
}

function flawsOfResult({ one, pulls, comments, files, asked }: Seen, more: Contents): string[] {
  const wanted: Contents = {
    ...more,
    ...(asked ? { [honestFile(one.id)]: /^done$/ } : {}),
  };
  const names = [...files.keys()].toSorted().join(', ');
  const [pull, ...others] = pulls;
  return [
    ...(pull !== undefined && others.length === 0 ? [] : [`has ${pulls.length} pull requests`]),
    ...(comments.length === 1 ? [] : [`has ${comments.length} comments`]),
    ...(names === Object.keys(wanted).toSorted().join(', ') ? [] : [`holds ${names}`]),
    ...(one.pullTitle === undefined || pull?.title.replace(/ \(#\d+\)$/, '') === one.pullTitle
      ? []
      : [`is called ${pull?.title}`]),
    ...Object.entries(wanted).flatMap(([path, pattern]) => {
      const text = files.get(path);
      return text === undefined || fits(text, pattern)
        ? []
        : [`${path} holds ${text.slice(0, 300)}`];
    }),
  ];
}

function fits(text: string, pattern: RegExp | string): boolean {
  return typeof pattern === 'string' ? text === pattern : pattern.test(text);
}

async function filesOf(
  gitDir: string,
  branch: string,
  places: Places,
): Promise<Map<string, string>> {
  const list = await git(gitDir, 'diff', '--name-only', '-z', '--no-renames', 'main', branch);
  const files = new Map<string, string>();
  for (const path of list.split('\0').filter((name) => name !== '')) {
    const gone = (await git(gitDir, 'ls-tree', branch, '--', path)) === '';
    const text = gone ? '' : await git(gitDir, 'cat-file', 'blob', `${branch}:${path}`);
    files.set(path, places.unfill(text));
  }
  return files;
}

function promptOf(message: ChatRequest['messages'][number]): string {
  // What the model itself said is no word of anybody else.
  return message.role === 'assistant' ? '' : message.content;
}

function isRefusal({ role, content }: ChatRequest['messages'][number]): boolean {
  return role === 'tool' && /\nerror: /.test(content);
}
