/** How a peer is doing, for people: what is wrong first, then a screenful of facts. */
import { type Problem, span, type StatusAnswer } from '@bzzz/peer';
import { printable, type Terminal } from '../terminal.ts';
import { cut } from './table.ts';
import { count, grouped } from './units.ts';

const problemsMax = 6;

export function statusLines(terminal: Terminal, status: StatusAnswer): string[] {
  const { peer, problems } = status;
  const by = peer.account === null ? '' : ` as ${peer.account}`;
  const hidden = problems.length - problemsMax;
  return [
    ...problems.slice(0, problemsMax).flatMap((problem) => problemLines(terminal, problem)),
    ...(hidden > 0 ? [`  and ${hidden} more: bzzz status --json`] : []),
    ...(problems.length === 0 ? [terminal.style('green', 'All is well.')] : []),
    '',
    `${terminal.style('bold', peer.name)}${by}  ${peer.id}  version ${peer.version}  up ${span(peer.upMs)}`,
    ...factLines(status).map(([name, text]) => fit(terminal, `${name.padEnd(8)} ${text}`)),
  ];
}

function problemLines(terminal: Terminal, { severity, text, advice }: Problem): string[] {
  const error = severity === 'error';
  const mark = terminal.style(error ? ['red', 'bold'] : 'yellow', error ? 'WRONG' : 'note ');
  return [
    `${mark} ${terminal.style(error ? 'red' : 'yellow', fit(terminal, printable(text), 6))}`,
    `      ${fit(terminal, advice, 6)}`,
  ];
}

function factLines(status: StatusAnswer): (readonly [string, string])[] {
  const { mesh, forge, webhook, work, journal } = status;
  const calls = forge.reads + forge.writes;
  const left = forge.rateLimit && `, ${forge.rateLimit.remaining} of ${forge.rateLimit.limit} left`;
  const tasks = Object.entries(status.tasks).map(([state, number]) => `${number} ${state}`);
  return [
    ['mesh', `${mesh.name}: ${mesh.connected} of ${count(mesh.known, 'peer')} connected`],
    ...mesh.addresses.slice(0, 3).map((address) => ['', address] as const),
    ...gossipText(mesh.gossip).map((text) => ['gossip', text] as const),
    [
      'forge',
      `${forge.apiUrl}: ${count(calls, 'request')} (${forge.notModified} free), ${forge.pushes} pushes${left ?? ''}`,
    ],
    ...tokenText(forge.token).map((text) => ['token', text] as const),
    ...forge.watching.slice(0, 5).map((one) => ['', watchingText(one)] as const),
    ...(status.gateway === null ? [] : [['page', `${status.gateway.url} (bzzz open)`] as const]),
    ...webhookText(webhook).map((text) => ['webhook', text] as const),
    ['work', `${work.running} of ${count(work.slots, 'slot')} busy, sandbox ${work.sandbox}`],
    ...slotsText(work).map((text) => ['slots', text] as const),
    ...workersText(work).map((text) => ['workers', text] as const),
    ['tools', work.tools.join(' ') || 'none'],
    ['tasks', tasks.join(', ') || 'none'],
    ['journal', `${journal.length} entries, and ${count(journal.replicas, 'journal')} of others`],
  ];
}

/** Nothing where nothing was lost. */
function gossipText({ heard, lost, notSent }: StatusAnswer['mesh']['gossip']): string[] {
  const parts = [
    ...(lost > 0 ? [`${grouped(lost)} of ${grouped(heard + lost)} messages lost on the way`] : []),
    ...(notSent > 0 ? [`${grouped(notSent)} of ours not sent`] : []),
  ];
  return parts.length === 0 ? [] : [`${parts.join(', ')} (repeated by the next announcement)`];
}

function slotsText({ slots, because, lookedAgoMs }: StatusAnswer['work']): string[] {
  if (because === '') return [];
  const looked = lookedAgoMs === null ? '' : `; looked ${span(lookedAgoMs)} ago`;
  return [`${slots} by ${because}${looked}`];
}

/** Nothing where none died. */
function workersText({ workers }: StatusAnswer['work']): string[] {
  const died = workers.filter(({ deaths }) => deaths > 0);
  const parts = died.map(({ kind, deaths }) => `${deaths} of ${kind} died`);
  return parts.length === 0 ? [] : [`${parts.join(', ')} since the start`];
}

function webhookText(webhook: StatusAnswer['webhook']): string[] {
  if (webhook === null) return [];
  const { address, hints, ignored, refused } = webhook;
  return [`${address}: ${count(hints, 'hint')}, ${ignored} of no concern, ${refused} refused`];
}

/** Of one that is lent. */
function tokenText(token: StatusAnswer['forge']['token']): string[] {
  if (token === null) return [];
  const { from, usable, expiresInMs } = token;
  if (!usable) return [`none from ${from}`];
  return [`from ${from}${expiresInMs === null ? '' : `, for ${span(expiresInMs)}`}`];
}

function watchingText(one: StatusAnswer['forge']['watching'][number]): string {
  const ago =
    one.answeredAgoMs === null ? 'no answer yet' : `answered ${span(one.answeredAgoMs)} ago`;
  const trouble = one.trouble === null ? '' : `, ${one.trouble.code}`;
  const retryInMs = one.trouble?.retryInMs;
  const again = retryInMs === undefined ? '' : `, again in ${span(retryInMs)}`;
  // `fallback` sounds as if something had failed: it is what all but two peers are.
  const role = one.role === 'fallback' ? 'others watch it' : one.role;
  return `${one.repo}: ${role}, ${ago}${trouble}${again}`;
}

function fit({ columns }: Terminal, text: string, indent = 0): string {
  return columns === null ? text : cut(text, columns - indent);
}
