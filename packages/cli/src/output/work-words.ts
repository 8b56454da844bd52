/** How work on a task went, in words; the task itself stands above them. Pure. */
import { span } from '@bzzz/peer';
import { printable } from '../terminal.ts';
import { fieldText } from './entry.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Undefined: there are no words for such an entry, or it lacks what they say. */
export function workText(
  kind: string,
  body: Fields,
  name: (peer: unknown) => string,
): string | undefined {
  const { attempt, outcome, reason } = body;
  switch (kind) {
    case 'task.seen':
      return typeof body['title'] === 'string' ? printable(`saw it: ${body['title']}`) : undefined;
    case 'attempt.started':
      if (typeof attempt !== 'number') return undefined;
      return printable(`works on it with ${String(body['executor'])}, attempt ${attempt}`);
    case 'attempt.ended':
      return typeof attempt === 'number' ? attemptText(body, attempt) : undefined;
    case 'attempt.paused':
      return body['paused'] === true
        ? 'its operator paused the attempt: it stands still'
        : 'its operator lets the attempt go on';
    case 'verdict.given': {
      const found = innerOf(innerOf(body, 'verdict'), 'statement');
      return typeof found['outcome'] === 'string'
        ? withReason(`judged it: ${found['outcome']}`, found['reason'])
        : undefined;
    }
    case 'verdict.heard':
      return withReason(`heard from ${name(body['peer'])}: ${String(outcome)}`, reason);
    case 'task.ended': {
      const pull = body['pullRequest'];
      const what = typeof pull === 'number' ? ` with pull request #${pull}` : '';
      return withReason(`${String(body['state'])}${what}`, reason);
    }
    default:
      return undefined;
  }
}

function attemptText(body: Fields, attempt: number): string {
  const { outcome, reason, elapsedMs, commits } = body;
  const after = typeof elapsedMs === 'number' ? ` after ${span(elapsedMs)}` : '';
  const made =
    typeof commits === 'number' && commits > 0
      ? `, ${commits} ${commits === 1 ? 'commit' : 'commits'}`
      : '';
  const rest = ['newTests', 'spent', 'code'].flatMap((field) => {
    const value = body[field];
    return value === undefined ? [] : [`  ${fieldText(field, value)}`];
  });
  return `${withReason(`attempt ${attempt} ${String(outcome)}${after}${made}`, reason)}${rest.join('')}`;
}

function withReason(text: string, reason: unknown): string {
  return printable(typeof reason === 'string' && reason !== '' ? `${text}: ${reason}` : text);
}

function innerOf(value: Fields, field: string): Fields {
  const inner = value[field];
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner))
    : {};
}
