import type { Coordinator } from '@bzzz/coordination';
import type { EntryBody } from '@bzzz/protocol';
import type { LogFields, Logger } from '../logger.ts';

/**
 * Logs what the peer does, as its journal tells it. Titles and reasons may repeat words of strangers
 * and stand at `debug` only.
 */
export function logJournal({ onEntry }: Pick<Coordinator, 'onEntry'>, logger: Logger): () => void {
  return onEntry(({ seq, entry: { body } }) => {
    const level = isAlarming(body) ? 'warn' : 'info';
    logger[level](body.kind, { seq, ...plainFields(body) });
    if ('reason' in body && body.reason !== '')
      logger.debug(body.kind, { seq, reason: body.reason });
  });
}

function isAlarming({ kind }: EntryBody): boolean {
  return kind === 'trouble' || kind === 'peer.quarantined';
}

function plainFields(body: EntryBody): LogFields {
  switch (body.kind) {
    case 'peer.started':
    case 'peer.stopped':
      return {};
    case 'member.joined':
    case 'member.suspected':
    case 'member.dead':
    case 'peer.quarantined':
    case 'quarantine.lifted':
      return { peer: body.peer };
    case 'task.seen':
      return { task: body.task };
    case 'fence.intended': {
      const { task, state, epoch } = body.intent.record;
      return { task, state, epoch };
    }
    case 'fence.settled':
      return { task: body.task, outcome: body.outcome };
    case 'attempt.started':
      return { task: body.task, epoch: body.epoch, attempt: body.attempt };
    case 'attempt.step': {
      const { task, epoch, step, role, outcome } = body;
      return { task, epoch, step, role, outcome };
    }
    case 'attempt.ended': {
      const { task, epoch, outcome, commits, elapsedMs, newTests } = body;
      const tests = newTests && { newTests: newTests.outcome };
      return { task, epoch, outcome, commits, elapsedMs: Math.round(elapsedMs), ...tests };
    }
    case 'effect.intended':
      return { task: body.task, effect: body.effect };
    case 'effect.settled':
      return { task: body.task, effect: body.effect, written: body.written };
    case 'verdict.given': {
      const { epoch, commit, outcome } = body.verdict.statement;
      return { task: body.task, epoch, commit, outcome };
    }
    case 'verdict.heard':
      return { task: body.task, epoch: body.epoch, peer: body.peer, outcome: body.outcome };
    case 'pause.set':
      return { scope: body.scope, paused: body.paused };
    case 'attempt.paused':
      return { task: body.task, epoch: body.epoch, paused: body.paused };
    case 'operator.acted':
      return { by: body.by, user: body.user, act: body.act };
    case 'health.alert':
      return { alert: body.alert, state: body.state, value: body.value };
    case 'health.healed':
      return { action: body.action, outcome: body.outcome };
    case 'help.asked':
    case 'help.begun':
      return { task: body.task, help: body.id };
    case 'help.sent':
    case 'help.taken':
      return { task: body.task, help: body.id, peer: body.peer, hop: body.hop };
    case 'help.worked':
    case 'help.ended':
      return { task: body.task, help: body.id, outcome: body.outcome };
    case 'help.returned':
      return { task: body.task, help: body.id, peer: body.peer, outcome: body.outcome };
    case 'task.ended':
      return { task: body.task, epoch: body.epoch, state: body.state };
    case 'tidy.intended':
      return { task: body.task, epoch: body.epoch };
    case 'tidy.settled':
      return { task: body.task, epoch: body.epoch, outcome: body.outcome };
    case 'trouble':
      return { code: body.code, task: body.task };
  }
}
