/** Members of a mesh and tasks as a peer sees them; members by a letter each. */
import type { MemberView, TaskView } from '@bzzz/coordination';
import { type Capabilities, TaskId } from '@bzzz/protocol';
import { sampleCapabilities, sampleTask } from '@bzzz/testkit/contracts/samples';

export function capabilitiesOf(letter: string): Capabilities {
  return sampleCapabilities({
    peer: `12D3KooW${letter.repeat(44)}`,
    name: `peer-${letter}`,
    account: 'octocat',
  });
}

export function member(letter: string, change: Partial<MemberView> = {}): MemberView {
  return memberOf(capabilitiesOf(letter), change);
}

/** Whoever told this of itself. */
export function memberOf(capabilities: Capabilities, change: Partial<MemberView> = {}): MemberView {
  const { peer, name } = capabilities;
  return {
    peer,
    name,
    self: false,
    connected: true,
    liveness: 'alive',
    heardAgoMs: 0,
    quarantined: false,
    removed: false,
    left: [],
    capabilities,
    ...change,
  };
}

export function taskView(change: Partial<TaskView> = {}): TaskView {
  const { task, ...rest } = sampleTask();
  return { ...rest, task: TaskId.parse(task), recipe: null, holder: null, ...change };
}
