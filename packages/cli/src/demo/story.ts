/** What the journals of all peers say, gathered into one row a task and one line an event. */
import type { LogLine } from '@bzzz/peer';
import { EntryBody, taskParts } from '@bzzz/protocol';

interface TaskRow {
  readonly owner: string | null;
  readonly epoch: number;
  readonly attemptMs: number | null;
  readonly commits: number | null;
  readonly pullRequest: number | null;
  readonly acceptance: 'passed' | 'failed' | null;
  /** Peers that ran the acceptance of the result too, and found that it passes. */
  readonly judges: readonly string[];
  readonly state: string;
}

export interface Story {
  /** Takes an entry in; returns what a person should read about it, if anything. */
  tell(peer: string, line: LogLine): string | undefined;
  row(number: number): TaskRow | undefined;
  nameOf(peerId: string): string;
  /** Whom a peer id belongs to. */
  know(peerId: string, name: string): void;
}

const blank: TaskRow = {
  owner: null,
  epoch: 0,
  attemptMs: null,
  commits: null,
  pullRequest: null,
  acceptance: null,
  judges: [],
  state: 'open',
};

export function createStory(): Story {
  const rows = new Map<number, TaskRow>();
  const names = new Map<string, string>();
  const claims = new Map<string, { epoch: number; attempt: number; state: string }>();
  const nameOf = (peerId: string) => names.get(peerId) ?? peerId.slice(-6);

  function update(task: Parameters<typeof taskParts>[0], change: Partial<TaskRow>): void {
    const { number } = taskParts(task);
    rows.set(number, { ...(rows.get(number) ?? blank), ...change });
  }

  function tellBody(peer: string, body: EntryBody): string | undefined {
    switch (body.kind) {
      case 'member.joined':
        return `meets ${body.name}`;
      case 'member.suspected':
        return `suspects ${nameOf(body.peer)}: its connection closed`;
      case 'member.dead':
        return body.leaving === true
          ? `hears that ${nameOf(body.peer)} stops`
          : `declares ${nameOf(body.peer)} dead`;
      case 'task.seen':
        return `sees ${short(body.task)} ${body.title}`;
      case 'fence.intended': {
        const { epoch, attempt, state } = body.intent.record;
        claims.set(body.intent.oid, { epoch, attempt, state });
        return undefined;
      }
      case 'fence.settled':
        return tellFence(peer, body);
      case 'attempt.started':
        return `runs ${short(body.task)} (${body.executor})`;
      case 'attempt.step':
        return `${body.role} (${body.executor}) of ${short(body.task)}: ${body.outcome}: ${firstLine(body.reason)}`;
      case 'attempt.ended': {
        if (body.outcome === 'cancelled')
          return `stops ${short(body.task)}: ${firstLine(body.reason)}`;
        const passed = body.outcome === 'accepted';
        const acceptance = passed ? 'passed' : 'failed';
        update(body.task, { acceptance, attemptMs: body.elapsedMs, commits: body.commits });
        const seconds = (body.elapsedMs / 1000).toFixed(1);
        const tests = body.newTests?.outcome === 'proven' ? ', its new tests fail without it' : '';
        return passed
          ? `${short(body.task)} accepted in a clean checkout (${seconds} s, ${body.commits} commit)${tests}`
          : `${short(body.task)} failed: ${firstLine(body.reason)}`;
      }
      case 'effect.settled':
        return body.effect === 'pull-request' && body.written
          ? `opened pull request #${body.id ?? '?'} for ${short(body.task)}`
          : undefined;
      case 'task.ended': {
        const { task, state, epoch, pullRequest, reason } = body;
        const row = rows.get(taskParts(task).number);
        const news = (row?.epoch ?? 0) <= epoch && row?.state !== 'done';
        if (news && state !== 'released') {
          update(task, { owner: peer, epoch, state, pullRequest: pullRequest ?? null });
        }
        return state === 'done' ? undefined : `${state} ${short(task)}: ${firstLine(reason)}`;
      }
      case 'verdict.given': {
        const { task, verdict } = body;
        return `judged ${short(task)} in its own sandbox: ${verdict.statement.outcome}`;
      }
      case 'verdict.heard':
        if (body.outcome === 'passed') {
          const { judges } = rows.get(taskParts(body.task).number) ?? blank;
          update(body.task, { judges: [...new Set([...judges, nameOf(body.peer)])] });
        }
        return body.outcome === 'declined'
          ? `gets no verdict on ${short(body.task)} from ${nameOf(body.peer)}: ${firstLine(body.reason)}`
          : undefined;
      case 'help.asked':
        return `is stuck with ${short(body.task)} and asks for help: ${firstLine(body.question)}`;
      case 'help.begun':
        return `helps with ${short(body.task)}`;
      case 'help.ended':
        return body.by === undefined
          ? `gets no help with ${short(body.task)}: ${firstLine(body.reason)}`
          : `is helped with ${short(body.task)} by ${nameOf(body.by)}`;
      case 'peer.quarantined':
        return `sets ${nameOf(body.peer)} aside: ${firstLine(body.reason)}`;
      case 'quarantine.lifted':
        return `takes ${nameOf(body.peer)} back`;
      case 'trouble':
        return `trouble ${body.code}: ${firstLine(body.reason)}`;
      case 'attempt.paused':
      case 'operator.acted':
      case 'health.alert':
      case 'health.healed':
      case 'pause.set':
      case 'help.sent':
      case 'help.taken':
      case 'help.worked':
      case 'help.returned':
      case 'peer.started':
      case 'peer.stopped':
      case 'effect.intended':
      case 'tidy.intended':
        return undefined;
      case 'tidy.settled':
        return body.outcome === 'deleted'
          ? `deleted the branches of ${short(body.task)}`
          : undefined;
    }
  }

  function tellFence(peer: string, body: Extract<EntryBody, { kind: 'fence.settled' }>) {
    const claim = claims.get(body.oid);
    const task = short(body.task);
    if (body.outcome === 'lost') {
      const { holder } = body;
      return holder === undefined
        ? `lost ${task}: ${firstLine(body.reason)}`
        : `lost ${task} to ${nameOf(holder.peer)} (epoch ${holder.epoch})`;
    }
    if (body.outcome !== 'won') return `${body.outcome} on ${task}: ${firstLine(body.reason)}`;
    if (claim?.state === 'result') return `published the result of ${task} (epoch ${claim.epoch})`;
    if (claim?.state !== 'held') return undefined;
    const { number } = taskParts(body.task);
    const known = rows.get(number);
    if (known?.owner === peer && known.epoch === claim.epoch) return undefined;
    update(body.task, { owner: peer, epoch: claim.epoch, state: 'claimed' });
    return `claimed ${task} (epoch ${claim.epoch})`;
  }

  return {
    nameOf,
    know: (peerId, name) => names.set(peerId, name),
    row: (number) => rows.get(number),
    tell(peer, line) {
      const { data } = EntryBody.safeParse(revive(line.entry.body));
      return data === undefined ? undefined : tellBody(peer, data);
    },
  };
}

/** The control socket tells bytes as text; of an intent only the record is of interest here. */
function revive(body: LogLine['entry']['body']): unknown {
  if (body.kind !== 'fence.intended' || typeof body['intent'] !== 'object') return body;
  return { ...body, intent: { ...body['intent'], commit: new Uint8Array() } };
}

function short(task: string): string {
  return task.slice(task.indexOf('#'));
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 100) ?? '';
}
