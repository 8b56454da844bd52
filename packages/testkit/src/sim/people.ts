/** What people do to issues while bzzz works, and that they sometimes change their mind. */
import { Account, type IssueNumber } from '@bzzz/protocol';
import type { ForgeState } from './forge-state.ts';
import type { History } from './history.ts';
import type { SeededRandom } from './random.ts';
import type { Timeline } from './timeline.ts';

const person = Account.parse('mara');

export interface PeopleDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly state: ForgeState;
  readonly history: History;
}

const acts = ['assign', 'close', 'unlabel', 'edit'] as const;

/** One person does one thing to one issue, and perhaps takes it back later. */
export function act(deps: PeopleDeps, label: string): void {
  const { random, state, timeline } = deps;
  const number = random.pick(state.numbers());
  const what = random.pick(acts);
  if (number === undefined || what === undefined) return;
  apply(deps, number, what, label);
  if (!random.chance(0.7)) return;
  timeline.after(random.between(1_000, 120_000), () => undo(deps, number, what, label));
}

function apply(deps: PeopleDeps, number: IssueNumber, what: (typeof acts)[number], label: string) {
  const issue = issueOf(deps, number);
  if (issue === undefined) return;
  deps.history.record({ kind: 'world', what: `people ${what} #${number}` });
  const change = {
    assign: { assignees: [...new Set([...issue.assignees, person])] },
    close: { state: 'closed' as const },
    unlabel: { labels: issue.labels.filter((one) => one !== label) },
    edit: { body: `${issue.body}\n\nedited` },
  }[what];
  deps.state.change(number, deps.timeline.nowMs(), { issue: { ...issue, ...change } });
}

function undo(deps: PeopleDeps, number: IssueNumber, what: (typeof acts)[number], label: string) {
  const issue = issueOf(deps, number);
  if (issue === undefined || what === 'edit') return;
  deps.history.record({ kind: 'world', what: `people undo ${what} #${number}` });
  const change = {
    assign: { assignees: issue.assignees.filter((login) => login !== person) },
    close: { state: 'open' as const },
    unlabel: { labels: [...new Set([...issue.labels, label])] },
  }[what];
  deps.state.change(number, deps.timeline.nowMs(), { issue: { ...issue, ...change } });
}

function issueOf({ state, timeline }: PeopleDeps, number: IssueNumber) {
  return state.at(number, timeline.nowMs())?.issue;
}
