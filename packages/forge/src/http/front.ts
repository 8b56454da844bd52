import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenIn } from '../accounts.ts';
import type { Accounts } from '../accounts.ts';
import type { FaultEngine, FaultStatus, Struck } from '../faults/faults.ts';
import type { Admin } from './admin.ts';
import type { Call } from './call.ts';
import { askLogin, gitCallOf } from './git-http.ts';
import type { GitCall } from './git-http.ts';
import { errorReply, GitHubError, json } from './reply.ts';
import type { Reply } from './reply.ts';
import type { Answer, RawRequest } from './server.ts';

export interface FrontDeps {
  readonly accounts: Accounts;
  readonly faults: FaultEngine;
  readonly admin: Admin;
  /** What an App asks for itself. */
  readonly apps: (call: Call) => Promise<Reply>;
  readonly rest: (call: Call, struck: Struck) => Promise<Reply>;
  readonly graphql: (call: Call, struck: Struck) => Promise<Reply>;
  readonly git: (call: Call, git: GitCall, struck: Struck) => Promise<Reply>;
  readonly signal: AbortSignal;
}

/**
 * Every request comes through here: who asks, which faults strike, which face of the forge answers.
 * Faults that lose the reply act after the effect is durable.
 */
export function createFront(deps: FrontDeps): (raw: RawRequest) => Promise<Answer> {
  return async (raw) => {
    const path = raw.url.pathname.replace(/^\/api\/v3(?=\/|$)/, '');
    if (path.startsWith('/_bzzz/')) return deps.admin(raw);
    const git = gitCallOf(path, raw.url.searchParams);
    const token = tokenIn(raw.headers['authorization']);
    const user = token === null ? null : deps.accounts.ofToken(token);
    const call: Call = {
      method: raw.method,
      path,
      query: raw.url.searchParams,
      headers: raw.headers,
      body: raw.body,
      user,
      reader: token === null ? 'anonymous' : deps.accounts.readerOf(token),
    };
    const struck = deps.faults.strike({
      name: nameOf(call, git),
      account: user?.login ?? null,
      reader: call.reader,
      key: keyOf(call),
    });
    if (struck.outage) return 'reset';
    if (!(await held(struck.delayMs, deps.signal))) return 'reset';
    if (struck.statusBefore !== null) return faultReply(struck.statusBefore);
    const reply = await answer(deps, {
      call,
      git,
      struck,
      badToken: token !== null && user === null,
    });
    if (struck.dropReply) return 'reset';
    if (struck.statusAfter !== null) return faultReply(struck.statusAfter);
    return { ...reply, headers: { ...reply.headers, 'x-github-request-id': requestId() } };
  };
}

/** Waits; false when the forge is stopped meanwhile. */
async function held(delayMs: number, signal: AbortSignal): Promise<boolean> {
  if (delayMs === 0) return true;
  try {
    await sleep(delayMs, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

function answer(
  deps: FrontDeps,
  request: {
    readonly call: Call;
    readonly git: GitCall | null;
    readonly struck: Struck;
    readonly badToken: boolean;
  },
): Promise<Reply> {
  const { call, git, struck } = request;
  if (call.path === '/app' || call.path.startsWith('/app/')) return deps.apps(call);
  if (request.badToken) return Promise.resolve(refused(git));
  if (git !== null) return deps.git(call, git, struck);
  if (call.path === '/graphql' || call.path === '/api/graphql') return deps.graphql(call, struck);
  return deps.rest(call, struck);
}

function refused(git: GitCall | null): Reply {
  return git === null ? errorReply(new GitHubError(401, 'Bad credentials')) : askLogin();
}

function faultReply({ status, message }: FaultStatus): Reply {
  return json(status, { message, status: String(status) });
}

/** The name that faults are switched on for. */
function nameOf(call: Call, git: GitCall | null): string {
  if (git === null) return `${call.method} ${call.path}`;
  return git.rest === 'info/refs' ? `${git.service} refs` : git.service;
}

/** What is read again and again is one read, though a poll's `since` moves on. */
function keyOf(call: Call): string {
  const query = new URLSearchParams(call.query);
  query.delete('since');
  const body = createHash('sha256').update(call.body).digest('base64');
  return `${call.method} ${call.path}?${query.toString()} ${body}`;
}

let requests = 0;
function requestId(): string {
  requests += 1;
  return `BZZZ:${requests.toString(16).toUpperCase().padStart(8, '0')}`;
}
