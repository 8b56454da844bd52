import { timingSafeEqual } from 'node:crypto';
import { isBzzzError } from '@bzzz/protocol';
import { z } from 'zod';
import type { FaultEngine } from '../faults/faults.ts';
import { parseFault } from '../faults/parse.ts';
import type { RequestCounters } from '../requests.ts';
import { type Accounts, tokenIn } from '../accounts.ts';
import { json, noContent } from './reply.ts';
import type { Reply } from './reply.ts';
import type { RawRequest } from './server.ts';

const NewToken = z.strictObject({ login: z.string(), token: z.string().min(1) });

export type Admin = (raw: RawRequest) => Reply | Promise<Reply>;

/**
 * The forge's own routes, for tests in other processes: faults and counters. Without an admin
 * token in the options they do not exist.
 *
 *     POST   /_bzzz/faults       a Fault  -> 201 { id }
 *     GET    /_bzzz/faults                -> 200 [faults]
 *     DELETE /_bzzz/faults[/ID]           -> 204
 *     GET    /_bzzz/requests              -> 200 { total, byAccount, changes }
 *     DELETE /_bzzz/requests              -> 204
 *     DELETE /_bzzz/tokens/LOGIN          -> 204, all tokens of that account
 *     POST   /_bzzz/tokens       { login, token } -> 204
 */
export function createAdmin(deps: {
  readonly token: string | null;
  readonly faults: FaultEngine;
  readonly requests: RequestCounters;
  readonly accounts: Pick<Accounts, 'add' | 'revokeOf'>;
  readonly flush: () => Promise<void>;
}): Admin {
  return (raw) => {
    if (deps.token === null) return json(404, { message: 'Not Found' });
    if (!isToken(deps.token, tokenIn(raw.headers['authorization']))) {
      return json(401, { message: 'The admin token is needed' });
    }
    const [, , what, id] = raw.url.pathname.split('/');
    const route = `${raw.method} ${what ?? ''}`;
    if (route === 'POST faults') return addFault(deps.faults, raw);
    if (route === 'GET faults') return json(200, deps.faults.list());
    if (route === 'DELETE faults') return removeFault(deps.faults, id);
    if (route === 'GET requests') {
      const { requests } = deps;
      const counts = { total: requests.total(), byAccount: requests.byAccount() };
      return json(200, { ...counts, changes: requests.changes() });
    }
    if (route === 'DELETE tokens' || route === 'POST tokens') {
      if (raw.method === 'POST') {
        deps.accounts.add(NewToken.parse(JSON.parse(raw.body.toString('utf8'))));
      } else deps.accounts.revokeOf(decodeURIComponent(id ?? ''));
      return deps.flush().then(noContent);
    }
    if (route === 'DELETE requests') {
      deps.requests.reset();
      return noContent();
    }
    return json(404, { message: 'Not Found' });
  };
}

function addFault(faults: FaultEngine, raw: RawRequest): Reply {
  try {
    const known = new Set(faults.list().map((one) => one.id));
    faults.add(parseFault(JSON.parse(raw.body.toString('utf8'))));
    const added = faults.list().find((one) => !known.has(one.id));
    return json(201, { id: added?.id });
  } catch (error) {
    if (isBzzzError(error)) return json(error.status, { message: error.reason });
    if (error instanceof SyntaxError) return json(400, { message: 'Problems parsing JSON' });
    throw error;
  }
}

function removeFault(faults: FaultEngine, id: string | undefined): Reply {
  if (id === undefined) {
    faults.clear();
    return noContent();
  }
  return faults.remove(Number(id)) ? noContent() : json(404, { message: 'Not Found' });
}

function isToken(expected: string, given: string | null): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given ?? '')];
  return a.length === b.length && timingSafeEqual(a, b);
}
