/** Both sides of help of one peer: what it asks of others, and what it does for them. */
import type { Clock } from '../ports/index.ts';
import type { Membership } from '../membership/membership.ts';
import type { Quarantine } from '../quarantine/quarantine.ts';
import type { Book } from '../task/book.ts';
import type { AssistOptions } from './assist.ts';
import { type AskDeps, type Asking, createAsking } from './ask.ts';
import { helpCandidates } from './candidates.ts';
import { type Helper, type HelperDeps, startHelper } from './helper.ts';

export interface HelpDeps extends AskDeps, HelperDeps {
  readonly clock: Clock;
  readonly signer: AskDeps['signer'];
  readonly mesh: HelperDeps['mesh'];
  readonly workspaces: HelperDeps['workspaces'];
  readonly chronicle: AskDeps['chronicle'];
  readonly membership: Membership;
  readonly quarantine: Pick<Quarantine, 'has'>;
  readonly book: Pick<Book, 'get'>;
}

/** How long a branch goes on without a sign of life from whoever opened it. */
const leaseMs = 20_000;

export interface Helping {
  readonly asking: Pick<Asking, 'requestsOf'>;
  /** Begins to help others. */
  start(memory: Parameters<Helper['remember']>[0]): void;
  hasHelped: Helper['hasHelped'];
  stop(): Promise<void>;
}

export function createHelping(deps: HelpDeps, options: AssistOptions): Helping {
  const candidates = helpCandidates.bind(null, { ...deps, self: deps.mesh.peer });
  const asking = createAsking(deps, { leaseMs, candidates });
  let helper: Helper | undefined;
  return {
    asking,
    start(memory) {
      helper = startHelper(deps, { ...options, leaseMs, candidates });
      helper.remember(memory);
    },
    hasHelped: (task) => helper?.hasHelped(task) ?? false,
    async stop() {
      await Promise.all([asking.stop(), helper?.stop()]);
    },
  };
}
