/** What the journals that are here hold and nobody can read, and whose they are. */
import type { MemberView } from '@bzzz/coordination';
import type { Skipped } from '@bzzz/journal';
import type { JournalKey } from '@bzzz/protocol';
import type { StatusAnswer } from '@bzzz/protocol/api';

interface Log {
  readonly key: JournalKey;
  skipped(): Skipped;
}

/** Of those of which anything was skipped. */
export function skippedOf(
  { own, replicas }: { readonly own: Log; replicas(): readonly Log[] },
  members: readonly MemberView[],
): StatusAnswer['journal']['skipped'] {
  return [own, ...replicas()].flatMap((log) => {
    const { blocks, entries } = log.skipped();
    if (blocks + entries === 0) return [];
    const writer = members.find(({ self, capabilities }) =>
      log === own ? self : capabilities.journal.key === log.key,
    );
    const { peer = null, name = null } = writer ?? {};
    return [{ key: log.key, peer, name, blocks, entries }];
  });
}
