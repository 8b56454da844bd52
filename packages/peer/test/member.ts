/** Members of a mesh as a peer sees them, by a letter each. */
import type { MemberView } from '@bzzz/coordination';
import { Capabilities } from '@bzzz/protocol';

export function capabilitiesOf(letter: string): Capabilities {
  return Capabilities.parse({
    peer: `12D3KooW${letter.repeat(44)}`,
    name: `peer-${letter}`,
    account: 'octocat',
    version: '0.1.0',
    wire: { min: 1, max: 1 },
    incarnation: 1,
    revision: 1,
    repositories: [],
    executors: [],
    tools: [],
    sandbox: 'bubblewrap',
    slots: 1,
    running: 0,
    load: 0,
    success: 0.5,
    journal: { key: 'ab'.repeat(32), length: 0 },
  });
}

export function member(letter: string, change: Partial<MemberView> = {}): MemberView {
  const capabilities = capabilitiesOf(letter);
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
