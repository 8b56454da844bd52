/**
 * What a result is made of: it stands on the base that its attempt began with, however the base branch
 * moved since, is judged there and says so; no commit of a push touches what the policy protects or holds a secret, and no
 * result is published whose new test passes without the rest of it.
 */
import { type EntryBody, type FenceIntent, type Oid, type PeerId, taskParts } from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import type { HistoryEvent } from '../history.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

type Made = Extract<HistoryEvent, { kind: 'made' }>;
type Started = Extract<EntryBody, { kind: 'attempt.started' }>;

export function checkBase({ broken, repo, state, nowMs }: CheckContext): Check {
  /** By peer and task: what the journal says of the attempt that runs. */
  const running = new Map<string, Started>();
  /** By the commit that was to carry a result: what the attempt began with that made it. */
  const bound = new Map<Oid, Oid>();
  const made = new Map<Oid, Made>();

  function onStarted(peer: PeerId, body: Started): void {
    const { number } = taskParts(body.task);
    running.set(`${peer} ${number}`, body);
  }

  /** A push may arrive when its peer was started anew, and has begun on another base. */
  function onIntended(peer: PeerId, { task, oid, record }: FenceIntent): void {
    const attempt = running.get(`${peer} ${taskParts(task).number}`);
    if (attempt?.epoch === record.epoch) bound.set(oid, attempt.base);
  }

  function mustBe(peer: PeerId, number: number, base: Oid, what: string): void {
    const began = running.get(`${peer} ${number}`)?.base;
    if (began !== undefined && base !== began) {
      broken('4.4-base', `#${number} is ${what} on another base than its attempt began with`);
    }
  }

  function onWork(event: Extract<HistoryEvent, { kind: 'work'; step: 'started' }>): void {
    const { peer, number, base, from } = event;
    mustBe(peer, number, base, 'worked on');
    if (from !== null && made.get(from)?.base !== base) {
      broken('4.4-base', `work on #${number} goes on from what stands on another base`);
    }
  }

  /** By whoever worked on it, and by others for their verdicts. */
  function onJudged({ number, result, base }: Extract<HistoryEvent, { kind: 'judged' }>): void {
    const stands = made.get(result)?.base;
    if (stands !== undefined && base !== stands) {
      broken('4.4-base', `#${number} is judged on another base than it stands on`);
    }
  }

  function onPush({ number, lock, result }: FencePush): void {
    const pushed = result === undefined ? undefined : made.get(result.oid);
    if (pushed === undefined) return;
    if (pushed.trespasses) {
      broken('4.2-every-commit', `what was pushed for #${number} touches what is protected`);
    }
    if (pushed.secret) {
      broken(11, `a secret left a peer with what was pushed for #${number}`);
      broken('4.2-every-secret', `a commit that was pushed for #${number} holds a secret`);
    }
    const { state: standing } = lockOf(repo, lock.commit).record;
    if (standing === 'result' && pushed.tests === 'idle') {
      broken('4.4-new-test', `the new test of what was published for #${number} proves nothing`);
    }
    const began = bound.get(lock.oid);
    if (began !== undefined && pushed.base !== began) {
      broken('4.4-base', `what was pushed for #${number} stands on another base`);
    }
  }

  /** The words of a pull request, where they name a base: an adopted one tells less. */
  function onPullRequest(number: Made['number']): void {
    const { pullRequest, pullRequestText } = state.at(number, nowMs()) ?? {};
    const [, named] = /^Base `([0-9a-f]+)`/m.exec(pullRequestText?.body ?? '') ?? [];
    const head = pullRequest?.head === undefined ? undefined : made.get(pullRequest.head);
    if (named !== undefined && head !== undefined && named !== head.base) {
      broken('4.4-base', `the pull request of #${number} names another base than it stands on`);
    }
  }

  return {
    onEvent(event) {
      if (event.kind === 'made') made.set(event.result, event);
      if (event.kind === 'judged') onJudged(event);
      if (event.kind === 'work' && event.step === 'started') onWork(event);
      if (event.kind === 'push' && event.accepted) onPush(event.push);
      if (event.kind === 'write' && event.effect === 'pull-request') onPullRequest(event.number);
      if (event.kind !== 'durable') return;
      if (event.body.kind === 'attempt.started') onStarted(event.peer, event.body);
      if (event.body.kind === 'fence.intended') onIntended(event.peer, event.body.intent);
    },
  };
}
