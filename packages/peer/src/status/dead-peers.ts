/** Members that died and were not removed: who, since when, what they held and who has it now. Pure. */
import type { LeftTask, MemberView } from '@bzzz/coordination';
import { taskParts } from '@bzzz/protocol';
import type { Problem } from '@bzzz/protocol/api';
import { span } from './span.ts';

/** After that somebody who wanted it back would have started it: it is only noted. */
const newsMs = 24 * 3_600_000;
/** So many are told one by one; those that are left over together. */
const toldMax = 3;
/** Of one peer. */
const tasksMax = 4;

/** `hasOperator`: there is somebody who can remove them. */
export function deadPeersOf(
  members: readonly MemberView[],
  { hasOperator }: { readonly hasOperator: boolean },
): Problem[] {
  const dead = members.filter(({ liveness, self, removed, quarantined }) => {
    // Of one in quarantine a person decides, and is asked to elsewhere.
    return liveness === 'dead' && !self && !removed && !quarantined;
  });
  const [told, rest] = split(dead.toSorted((one, other) => one.heardAgoMs - other.heardAgoMs));
  const problems = told.map((one) => deadPeer(one, hasOperator));
  if (rest.length === 0) return problems;
  const names = rest.slice(0, toldMax).map(({ name }) => name);
  const more = rest.length > names.length ? ', ...' : '';
  const text = `${rest.length} further peers are ${endsOf(rest)}: ${names.join(', ')}${more}.`;
  const advice = adviceFor('NAME', hasOperator);
  const code = rest.every(isStopped) ? 'peer_stopped' : 'peer_dead';
  return [...problems, { code, severity: severityOf(rest), text, advice }];
}

function isStopped({ capabilities }: MemberView): boolean {
  return capabilities.leaving === true;
}

function endsOf(gone: readonly MemberView[]): string {
  if (gone.every(isStopped)) return 'stopped';
  return gone.some(isStopped) ? 'dead or stopped' : 'dead';
}

/** One that is left over is told like the others. */
function split(dead: readonly MemberView[]): [readonly MemberView[], readonly MemberView[]] {
  return dead.length > toldMax + 1 ? [dead.slice(0, toldMax), dead.slice(toldMax)] : [dead, []];
}

/** One that said that it stops was stopped by somebody, who need not be told. */
function severityOf(dead: readonly MemberView[]): Problem['severity'] {
  const isNews = (one: MemberView) => one.heardAgoMs < newsMs && !isStopped(one);
  return dead.some(isNews) ? 'error' : 'warning';
}

function deadPeer(member: MemberView, hasOperator: boolean): Problem {
  const { name, heardAgoMs, left } = member;
  const end = isStopped(member)
    ? `was stopped ${span(heardAgoMs)} ago`
    : `is dead, nothing was heard of it for ${span(heardAgoMs)}`;
  return {
    code: isStopped(member) ? 'peer_stopped' : 'peer_dead',
    severity: severityOf([member]),
    text: `${name} ${end}; ${leftText(left)}.`,
    advice: adviceFor(name, hasOperator),
  };
}

function leftText(left: readonly LeftTask[]): string {
  if (left.length === 0) return 'it held no task';
  const each = left.slice(0, tasksMax).map(({ task, by, byName }) => {
    const number = `#${taskParts(task).number}`;
    if (by === null) return `${number}, which nobody has taken over yet`;
    return `${number}, which ${byName ?? by.slice(-8)} took over`;
  });
  const more = left.length > tasksMax ? ` and ${left.length - tasksMax} more` : '';
  return `it held ${each.join(', and ')}${more}`;
}

function adviceFor(name: string, hasOperator: boolean): string {
  const start = 'Start it again where it ran (`bzzz up`)';
  if (!hasOperator) return `${start}; if it is gone for good, this is only a note after a day.`;
  return `${start}, or, if it is gone for good, \`bzzz peers remove ${name}\` where the operator key lies.`;
}
