import { forgeError } from '../errors.ts';
import type { Fault } from './faults.ts';

/** A fault as it comes over the admin route. Throws `forge_config` for anything else. */
export function parseFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null) throw wrong('must be an object');
  const fields: Record<string, unknown> = Object.fromEntries(Object.entries(value));
  const scope = {
    on: text(fields, 'on') ?? '',
    ...optional('account', text(fields, 'account')),
    ...optional('probability', number(fields, 'probability')),
    ...optional('count', number(fields, 'count')),
  };
  switch (fields['kind']) {
    case 'dropReply':
      return { ...scope, kind: 'dropReply' };
    case 'outage':
      return { ...scope, kind: 'outage' };
    case 'status':
      return {
        ...scope,
        kind: 'status',
        status: number(fields, 'status') ?? 500,
        afterEffect: fields['afterEffect'] === true,
        ...optional('message', text(fields, 'message')),
      };
    case 'delay':
      return { ...scope, kind: 'delay', delayMs: number(fields, 'delayMs') ?? 0 };
    case 'staleReads':
      return {
        ...scope,
        kind: 'staleReads',
        ...optional('requests', number(fields, 'requests')),
        ...optional('forMs', number(fields, 'forMs')),
      };
    default:
      throw wrong('kind must be dropReply, status, outage, delay or staleReads');
  }
}

function text(fields: Record<string, unknown>, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'string') return value;
  throw wrong(`${key} must be a string`);
}

function number(fields: Record<string, unknown>, key: string): number | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'number') return value;
  throw wrong(`${key} must be a number`);
}

/** With exactOptionalPropertyTypes an absent field must be absent, not undefined. */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  // One key of the named type, or none.
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function wrong(reason: string): Error {
  return forgeError('forge_config', `fault: ${reason}`);
}
