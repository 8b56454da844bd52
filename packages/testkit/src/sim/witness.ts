/** Stands between a peer and the forge, and notes what the peer sends, at the moment it does. */
import type { IssueNumber, PeerId, VisibleEffect } from '@bzzz/protocol';
import type { Forge } from '@bzzz/coordination';
import { issueOfPull } from './forge-state.ts';
import type { History } from './history.ts';

export function withWitness(forge: Forge, history: History, peer: PeerId): Forge {
  const effect = (number: IssueNumber, kind: VisibleEffect) =>
    history.record({ kind: 'sent', peer, what: { number, effect: kind } });
  return {
    ...forge,
    push(repo, push, options) {
      history.record({ kind: 'sent', peer, what: { oid: push.lock.oid } });
      return forge.push(repo, push, options);
    },
    assign(repo, number, options) {
      effect(number, 'assign');
      return forge.assign(repo, number, options);
    },
    unassign(repo, number, options) {
      effect(number, 'unassign');
      return forge.unassign(repo, number, options);
    },
    putComment(repo, number, body, options) {
      effect(number, 'comment');
      return forge.putComment(repo, number, body, options);
    },
    addLabel(repo, number, label, options) {
      effect(number, 'label');
      return forge.addLabel(repo, number, label, options);
    },
    putPullRequest(repo, number, text, options) {
      effect(number, 'pull-request');
      return forge.putPullRequest(repo, number, text, options);
    },
    putVerdicts(repo, pullRequest, body, options) {
      effect(issueOfPull(pullRequest), 'verdicts');
      return forge.putVerdicts(repo, pullRequest, body, options);
    },
    markReady(repo, at, options) {
      effect(issueOfPull(at.pullRequest), 'ready');
      return forge.markReady(repo, at, options);
    },
    markDraft(repo, pullRequest, options) {
      effect(issueOfPull(pullRequest), 'draft');
      return forge.markDraft(repo, pullRequest, options);
    },
  };
}
