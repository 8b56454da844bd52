/**
 * Everything that bzzz writes for people on the forge. Of an issue's text only the title is repeated,
 * and nothing in it can make the forge act.
 */
import {
  type Issue,
  type LockRecord,
  type PeerId,
  type Spent,
  taskParts,
  type Verdict,
  type VerdictStatement,
  visibleText,
} from '@bzzz/protocol';
import type { Acceptance, CommandReport, PullRequestText } from '../ports/index.ts';
import type { AttemptResult } from './attempt.ts';
import type { Briefing } from './briefing.ts';
import type { NewTests } from './new-tests.ts';
import type { Plan } from './plan.ts';

export function claimComment(peerName: string, record: LockRecord): string {
  const reworks = record.state === 'held' && record.rework !== undefined;
  const how = reworks ? 'reworks the result, as its pull request asks' : 'holds this issue';
  return [
    `bzzz is on it: peer **${peerName}** ${how} (epoch ${record.epoch}, attempt ${record.attempt}).`,
    '',
    'To take it back, assign yourself, remove the label or close the issue.',
    footer(record),
  ].join('\n');
}

/** `how`: how far the result is verified. */
export function doneComment(
  peerName: string,
  record: LockRecord,
  pullRequest: number,
  how: string,
): string {
  return [
    `Peer **${peerName}** opened #${pullRequest} (epoch ${record.epoch}, attempt ${record.attempt}).`,
    '',
    `The result is ${how}.`,
    // Nothing would tell them then.
    `Once #${pullRequest} is merged, more work is another issue: to reopen this one, or \`/bzzz retry\`, begins nothing.`,
    footer(record),
  ].join('\n');
}

/** On the pull request: what others found, for people and for `bzzz verify`. */
export function verdictsComment(
  peerName: string,
  record: LockRecord,
  verdicts: readonly Verdict[],
  certificate: string,
): string {
  return [
    `Other peers ran the acceptance themselves, at the commit that peer **${peerName}** published:`,
    '',
    '| peer | found | on |',
    '| --- | --- | --- |',
    ...verdicts.map(({ statement }) => verdictRow(statement)),
    '',
    '<details><summary>Certificate, to be checked with <code>bzzz verify</code></summary>',
    '',
    '```text',
    certificate.trimEnd(),
    '```',
    '',
    '</details>',
    footer(record),
  ].join('\n');
}

function verdictRow({ peer, outcome, reason, environment }: VerdictStatement): string {
  const { platform, sandbox, version } = environment;
  const word = outcome === 'passed' ? 'passed' : '**failed**';
  const found = reason === '' ? word : `${word}: ${cell(reason)}`;
  const where = cell([platform, sandbox, `bzzz ${version}`].join(', '));
  return `| \`${peer}\` | ${found} | ${where} |`;
}

/** Words of another peer, for a cell of a table. */
function cell(text: string): string {
  return inline(text).replaceAll('|', '¦');
}

/** The words by which the comment on an end is known, also by who carries that end on in a later epoch. */
export function failedWords({ attempt }: LockRecord): string {
  return `could not do this (attempt ${attempt}) and needs a person.`;
}

export function failedComment(peerName: string, record: LockRecord, reason: string): string {
  return [`Peer **${peerName}** ${failedWords(record)}`, '', fenced(reason), footer(record)].join(
    '\n',
  );
}

export function releasedComment(peerName: string, record: LockRecord, reason: string): string {
  return [`Peer **${peerName}** let go of this issue: ${inline(reason)}.`, footer(record)].join(
    '\n',
  );
}

/** First line of the commit and title of the pull request. */
export function resultTitle(issue: Issue): string {
  const line = inert(visibleText(issue.title)).replaceAll(/\s+/g, ' ').trim();
  return `${line.slice(0, 120).toWellFormed()} (#${issue.number})`.trimStart();
}

/** Without `[skip ci]`, which switches checks off, `Fixes #1`, which closes issues, and `@pings`. */
function inert(title: string): string {
  return title
    .replaceAll('[', '(')
    .replaceAll(']', ')')
    .replaceAll(/(@|#|GH-|:\/\/)(?=\w)/gi, '$1 ');
}

export function commitMessage(
  issue: Issue,
  plan: Plan,
  record: LockRecord,
  peerName: string,
): string {
  return [
    resultTitle(issue),
    '',
    plan.job.kind === 'recipe'
      ? `Recipe ${plan.kind}, done by peer ${peerName}.`
      : `Done by a model or a coding tool that peer ${peerName} asked.`,
    '',
    `Bzzz-Task: ${record.task}`,
    `Bzzz-Epoch: ${record.epoch}`,
    `Bzzz-Peer: ${record.peer}`,
  ].join('\n');
}

export function pullRequestText(
  { issue, plan, policy }: Pick<Briefing, 'issue' | 'plan' | 'policy'>,
  record: LockRecord,
  peerName: string,
  attempt: AttemptResult,
): PullRequestText {
  const { number } = taskParts(record.task);
  return {
    title: resultTitle(issue),
    body: [
      `Closes #${number}.`,
      '',
      `${doneBy(plan, attempt.spent)} peer **${peerName}** (\`${record.peer}\`), epoch ${record.epoch}, attempt ${record.attempt}.`,
      '',
      '### Acceptance, in a clean checkout of the result',
      '',
      ...(attempt.provenBy === undefined
        ? acceptanceTable(attempt.acceptance)
        : [provenNote(attempt.provenBy)]),
      '',
      ...newTestsNote(attempt.newTests),
      ...judgeNote(attempt.acceptance),
      `Base \`${attempt.base}\`, result \`${attempt.result}\`, ${attempt.commits} commit(s), ${Math.round(attempt.elapsedMs)} ms.`,
      '',
      awaited(record, policy.draft || attempt.provenBy !== undefined),
      footer(record),
    ].join('\n'),
  };
}

/** The text of a pull request that is completed by a peer which did not do the work itself. */
export function adoptedText(record: LockRecord, peerName: string): PullRequestText {
  const { number } = taskParts(record.task);
  const { result, prover } =
    record.state === 'result' ? record : { result: 'a result', prover: undefined };
  return {
    title: `Result of bzzz for #${number}`,
    body: [
      `Closes #${number}.`,
      '',
      `The peer that did the work went away after it had published \`${result}\`; peer **${peerName}** (\`${record.peer}\`) completes what people see.`,
      '',
      ...(prover === undefined ? [] : [`Its acceptance: ${provenNote(prover)}`, '']),
      awaited(record),
      footer(record),
    ].join('\n'),
  };
}

function awaited(record: LockRecord, draft = true): string {
  const wanted = record.state === 'result' ? record.verdicts : 0;
  if (wanted === 0) return 'The policy asks no other peer for a verdict on this result.';
  const who = wanted === 1 ? 'another peer runs' : `${wanted} other peers run`;
  return `Unless a comment below says that ${who} the acceptance with the same result, this is **unverified**${draft ? ' and stays a draft' : ''}.`;
}

function doneBy({ kind, team }: Plan, spent: Spent | null): string {
  if (spent === null) return `Recipe \`${kind}\`, done by`;
  const { executor, model, turns, tokensRead, tokensWritten, costUsd } = spent;
  const facts = [
    turns === null ? null : `${turns} answers`,
    tokensRead === null ? null : `${tokensRead} tokens read`,
    tokensWritten === null ? null : `${tokensWritten} written`,
    costUsd === null ? null : `${costUsd.toFixed(2)} USD by its own count`,
  ].filter((fact) => fact !== null);
  const cost = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  const asked = model === null ? '' : `the model \`${model}\``;
  const steps = team?.steps.map(({ role }) => role).join(', ');
  const how = steps === undefined ? 'Done' : `Done in the steps ${steps}`;
  if (executor === 'ollama') return `${how} by ${asked}${cost}, asked by`;
  return `${how} by \`${executor}\`${model === null ? '' : ` with ${asked}`}${cost}, run by`;
}

function provenNote(peer: PeerId): string {
  return `It passed on peer \`${peer}\` and **was not run where the result was made**, since that machine has not what it needs. That peer gives no verdict.`;
}

function acceptanceTable({ commands }: Acceptance): string[] {
  return [
    '| command | exit | time |',
    '| --- | --- | --- |',
    ...commands.map(
      (one) =>
        `| ${inlineCode(one)} | ${one.exitCode ?? 'ended'} | ${Math.round(one.elapsedMs)} ms |`,
    ),
  ];
}

function newTestsNote(tests: NewTests): string[] {
  if (tests.kind === 'none') return [];
  const { files, reason } = tests;
  const what =
    tests.kind === 'proven'
      ? 'The result adds tests, and without the rest of it they fail'
      : 'The result adds tests, and **whether they fail without the rest of it is not known**';
  return [`${what} (${inline(reason)}):`, '', ...listed(files), ''];
}

function listed(paths: readonly string[]): string[] {
  return paths.slice(0, 20).map((path) => `- ${inline(path)}`);
}

function judgeNote({ judgeFilesChanged }: Acceptance): string[] {
  if (judgeFilesChanged.length === 0) return [];
  return [
    'The result changes files that judge it. The base versions were used, and of settings that the base has not none; new tests were run. Please look at these yourself:',
    '',
    ...listed(judgeFilesChanged),
    '',
  ];
}

/** For a cell of a table. How an escaped pipe after a backslash is read depends on the reader. */
function inlineCode({ argv }: CommandReport): string {
  return cell(argv.join(' '));
}

function inline(text: string): string {
  return `\`${text
    .replaceAll(/[`\p{Cc}]/gu, ' ')
    .slice(0, 300)
    .toWellFormed()}\``;
}

/** Text of a program, fenced by more backticks than it holds, so that it stays text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.slice(-3000).toWellFormed()}\n${fence}`;
}

function footer(record: LockRecord): string {
  const { number } = taskParts(record.task);
  return `\n<sub>\`git log bzzz/lock/${number}\` is the history of who held this task.</sub>`;
}
